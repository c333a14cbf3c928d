/**
 * `svcdeploy why`: how a service on a host came to be what it is, for a reader at a terminal and for
 * machines.
 */
import type { Change, Finding } from "../../core/model/plan.ts";
import { actionName } from "../../core/plan/action-name.ts";
import type { Generation } from "../../core/rollback/generations.ts";
import type { ServiceStory, TakenBack } from "../../core/rollback/service-story.ts";
import { checkLabel } from "../../core/verify/health.ts";
import { formatDuration, hang, indent, type Line, line, plural, styled } from "../lines/text.ts";
import { changeLines } from "../plan/change-text.ts";
import { changeJson } from "../plan/plan-json.ts";
import { sayMaker, sayTime } from "../plan/rollback-text.ts";

/**
 * A unit of the service as it runs now. sinceSeconds: for how long; null: it does not run, or systemd does
 * not say.
 */
export type RunningUnit = {
  readonly unit: string;
  readonly state: string;
  readonly sinceSeconds: number | null;
};

/**
 * Everything that is shown. clock: the host's, seconds since the epoch; findings: how the host differs from
 * what was left there.
 */
export type WhyView = {
  readonly environment: string;
  readonly host: string;
  readonly clock: number;
  readonly story: ServiceStory;
  readonly changes: readonly Change[];
  readonly units: readonly RunningUnit[];
  readonly findings: readonly Finding[];
};

/** All of it for so many columns. */
export function whyText(view: WhyView, columns: number): readonly Line[] {
  const { story, host, environment } = view;
  const row = (word: string, text: string): readonly Line[] =>
    hang(line(styled("dim", word.padEnd(WIDTH))), text, columns, WIDTH);
  return [
    line(styled("strong", `${story.service} on ${host}`), ` (${environment})`),
    ...row("last changed", sayChanged(view)),
    ...(story.changed === null ? [] : changedRows(story.changed.generation, row)),
    ...row("verified", sayVerified(view)),
    ...row(
      "runs",
      view.units.map(sayUnit).join(", ") ||
        (story.now === null ? "nothing: it was removed" : "nothing: it has no unit of its own"),
    ),
    ...row("since then", sayFindings(view)),
    ...story.triedSince.flatMap((attempt) => row("tried since", sayAttempt(attempt))),
    ...changeBlock(view, columns),
    [],
    line(styled("strong", "Generations that the host keeps")),
    ...story.generations
      .toReversed()
      .flatMap((each) => generationLines(each, story.generations.at(-1) === each, columns)),
    line(
      styled(
        "dim",
        `To return to one: svcdeploy rollback ${story.service} --env ${environment} --limit ${host} --to N`,
      ),
    ),
  ];
}

/** The same as plain data: schema svcdeploy.why/1. */
export function whyJson({ environment, host, clock, story, changes, units, findings }: WhyView): object {
  const { service, changed, now, generations, triedSince } = story;
  return {
    schema: SCHEMA,
    environment,
    host,
    service,
    version: now?.version ?? null,
    lastChange:
      changed === null
        ? null
        : {
            ...generationJson(changed.generation),
            before: changed.beforeNumber,
            changes: changes.map(changeJson),
          },
    verified: { settleSeconds: now?.settleSeconds ?? 0, checks: readyChecks(story) },
    units: units.map(({ unit, state, sinceSeconds }) => ({
      unit,
      state,
      since: sinceSeconds === null ? null : sayIso(clock - sinceSeconds),
    })),
    differences: findings.map(({ kind, subject, text }) => ({ kind, subject, text })),
    triedSince,
    generations: generations.map((each) => ({ ...generationJson(each.generation), version: each.version })),
  };
}

const SCHEMA = "svcdeploy.why/1";

/** A service of which a host has no record. isDeclared: the project has it. */
export type UnknownService = {
  readonly environment: string;
  readonly host: string;
  readonly service: string;
  readonly isDeclared: boolean;
};

/** That there is no record, and what makes one. */
export function unknownText(unknown: UnknownService): readonly Line[] {
  const { environment, host, service, isDeclared } = unknown;
  const next = isDeclared
    ? `svcdeploy apply --env ${environment} --limit ${host} records it; ` +
      "svcdeploy why can answer from then on."
    : `The project has no service ${service} either.`;
  return [line(sayUnknown(unknown)), line(next)];
}

/** The same as plain data, in the schema of whyJson. */
export function unknownJson(unknown: UnknownService): object {
  const { environment, host, service } = unknown;
  return { schema: SCHEMA, environment, host, service, lastChange: null, message: sayUnknown(unknown) };
}

function sayUnknown({ host, service }: UnknownService): string {
  return `${host} has no record of ${service}: no version of svcdeploy that keeps one has applied it there.`;
}

const WIDTH = 14;

function sayChanged({ story: { changed, generations }, clock }: WhyView): string {
  if (changed === null) {
    const [first] = generations;
    return (
      `in generation ${first?.generation.number ?? 1} or before (older ones are not kept); ` +
      `unchanged since`
    );
  }
  const { number, madeAt } = changed.generation;
  return `${sayTime(madeAt)} (${sayAge(clock - madeAt)} ago), generation ${number}`;
}

function changedRows(
  generation: Generation,
  row: (word: string, text: string) => readonly Line[],
): readonly Line[] {
  const { command, environment } = generation.madeBy;
  return [
    ...row("by", sayMaker(generation)),
    ...(command === ""
      ? []
      : row("command", `svcdeploy ${command}${environment === "" ? "" : ` --env ${environment}`}`)),
    ...row("did", generation.actions.map(actionName).join(", ") || "no action on a unit"),
  ];
}

function sayVerified({ story }: WhyView): string {
  if (story.now === null) return "confirmed: everything of it was removed";
  const checks = readyChecks(story);
  const healthy = checks.length === 0 ? "it has no health check" : `${checks.join(" and ")} healthy`;
  return `confirmed: its units held for ${formatDuration(story.now.settleSeconds * 1000)}, ${healthy}`;
}

function readyChecks({ now }: ServiceStory): readonly string[] {
  return (now?.health ?? []).filter(({ role }) => role === "ready").map(checkLabel);
}

function sayUnit({ unit, state, sinceSeconds }: RunningUnit): string {
  return sinceSeconds === null ? `${unit} is ${state}` : `${unit} is ${state}, for ${sayAge(sinceSeconds)}`;
}

function sayFindings({ findings }: WhyView): string {
  if (findings.length === 0) return "nothing on the host differs from what was applied";
  const told = findings.slice(0, 5).map(({ kind, subject }) => `${subject} (${kind})`);
  const more = findings.length > told.length ? ` and ${findings.length - told.length} more` : "";
  return `${plural(findings.length, "difference")} on the host: ${told.join(", ")}${more}`;
}

function sayAttempt({ madeBy, result, failure, services }: TakenBack): string {
  const about = services === null ? " (which services it changed is no longer known)" : "";
  return `${sayMaker({ madeBy })}: ${result}${failure === "" ? "" : `: ${failure}`}${about}`;
}

function changeBlock({ story: { changed, service }, changes }: WhyView, columns: number): readonly Line[] {
  if (changed === null) return [];
  const title =
    changed.before === null
      ? `It deployed ${service} here`
      : `What it changed against generation ${changed.beforeNumber ?? 0}`;
  const lines = changes.flatMap((change) => changeLines(change, columns - 2));
  return [[], line(styled("strong", title)), ...indent(lines, 2)];
}

function generationLines(
  { generation, version }: ServiceStory["generations"][number],
  isNow: boolean,
  columns: number,
): readonly Line[] {
  const head = line(
    `  ${String(generation.number).padStart(3)}  `,
    styled("strong", version ?? ""),
    version === null ? "" : "  ",
  );
  return hang(
    head,
    `${sayTime(generation.madeAt)}  ${sayMaker(generation)}${isNow ? "  (now)" : ""}`,
    columns,
    7,
  );
}

function generationJson({ number, madeAt, madeBy, actions }: Generation): object {
  return { generation: number, madeAt: sayIso(madeAt), ...madeBy, actions };
}

function sayIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** "50 s", "3 min", "5 h", "12 days". */
function sayAge(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
