/** What is done to a host, in the words of who reads a log of it: `restarting web; reloading nginx`. */
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

/** Of more units than these only the first are named. */
const MOST_UNITS = 3;

/**
 * The acts on units; where there is none, how many files are written and removed. A service stands there by
 * its name, another unit with its type.
 */
export function doingText({ acts, changes }: Work): string {
  const doings = VERBS.flatMap((verb) => {
    const units = new Set(acts.filter((act) => act.verb === verb).map(unitName));
    return units.size === 0 ? [] : [`${DOING[verb]} ${firstOf([...units])}`];
  });
  return doings.length > 0 ? doings.join("; ") : writingText(changes);
}

function writingText(changes: Work["changes"]): string {
  const files = changes.filter(({ kind }) => kind === "file" || kind === "link");
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
