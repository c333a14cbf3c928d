/**
 * The work of plans in words: summed up before and after (`2 restarts, 1 reload, 4 files changed`), and while
 * it is done (`restarting web; reloading nginx`).
 */
import type { Work } from "../../core/model/plan.ts";
import { plural } from "../lines/text.ts";

type Verb = Work["acts"][number]["verb"];

/** In the order in which they are named. */
const VERBS: readonly Verb[] = ["stop", "restart", "reload", "start"];

/** Each verb as a sentence about what is going on has it. */
const DOING: Readonly<Record<Verb, string>> = {
  stop: "stopping",
  restart: "restarting",
  reload: "reloading",
  start: "starting",
};

/** In the order in which an operator asks how many there are. */
const COUNTED: readonly Verb[] = ["restart", "reload", "start", "stop"];

type ChangeOutcome = Work["changes"][number]["outcome"];

const OUTCOMES: readonly ChangeOutcome[] = ["changed", "new", "removed"];

/**
 * All of it in one sum, without what is zero; empty where there is no act and no change. Files and links
 * count as files; where anything else is among them it is a number alone.
 */
export function sumText(works: readonly Work[]): string {
  const acts = works.flatMap((work) => work.acts);
  const changes = works.flatMap((work) => work.changes);
  const parts = [
    ...COUNTED.map((verb) => countActs(verb, acts)),
    ...OUTCOMES.map((outcome) => countChanges(outcome, changes)),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function countActs(verb: Verb, acts: Work["acts"]): string {
  const count = acts.filter((act) => act.verb === verb).length;
  return count === 0 ? "" : plural(count, verb);
}

function countChanges(outcome: ChangeOutcome, changes: Work["changes"]): string {
  const counted = changes.filter((change) => change.outcome === outcome);
  if (counted.length === 0) return "";
  return `${counted.every(isFile) ? plural(counted.length, "file") : counted.length} ${outcome}`;
}

function isFile({ kind }: Work["changes"][number]): boolean {
  return kind === "file" || kind === "link";
}

/** Of more units than these only the first are named. */
const MOST_UNITS = 3;

/**
 * The acts on units; where there is none, how many files are written and removed. A service is named
 * without its type, another unit with it.
 */
export function doingText({ acts, changes }: Work): string {
  const doings = VERBS.flatMap((verb) => {
    const units = new Set(acts.filter((act) => act.verb === verb).map(unitName));
    return units.size === 0 ? [] : [`${DOING[verb]} ${firstOf([...units])}`];
  });
  return doings.length > 0 ? doings.join("; ") : writingText(changes);
}

function writingText(changes: Work["changes"]): string {
  const files = changes.filter(isFile);
  const removed = files.filter(({ outcome }) => outcome === "removed").length;
  const written = files.length - removed;
  const parts = [
    ...(written > 0 ? [`writing ${plural(written, "file")}`] : []),
    ...(removed > 0 ? [`removing ${plural(removed, "file")}`] : []),
  ];
  if (parts.length > 0) return parts.join("; ");
  return changes.length > 0 ? `making ${plural(changes.length, "change")}` : "renewing svcdeploy's records";
}

function unitName({ unit }: Work["acts"][number]): string {
  return unit.replace(/\.service$/, "");
}

function firstOf(units: readonly string[]): string {
  const more = units.length - MOST_UNITS;
  return more > 0 ? `${units.slice(0, MOST_UNITS).join(", ")} and ${more} more` : units.join(", ");
}
