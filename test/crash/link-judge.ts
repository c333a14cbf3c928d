/** Says what is wrong with a host, and with what was reported of it, after a run whose link, controller or host was struck. */
import type { FailureCause, HostReport, HostStatus } from "../../src/core/model/run.ts";
import type { Run } from "../support/project-folder.ts";
import type { Strike as Way } from "./link-cases.ts";
import { type Look, theOne, unlike } from "./look.ts";

/** What the run was to bring, and how it ended. strike: null where decide.sh was asked instead. */
export type Struck = {
  readonly old: string;
  readonly fresh: string;
  readonly strike: Way | null;
  readonly stage: string;
  readonly run: Run;
  readonly report: HostReport | undefined;
};

/** What a status says that the host is; either: that it is not known. */
const MEANS: Readonly<Record<HostStatus, "old" | "new" | "either">> = {
  changed: "new",
  unchanged: "new",
  unknown: "either",
  "rolled-back": "old",
  failed: "old",
  unreachable: "old",
  skipped: "old",
};
/** Of a run of one host, as docs/commands.md lists them. */
const EXITS: Readonly<Partial<Record<HostStatus, number>>> = {
  changed: 0,
  unchanged: 0,
  unreachable: 4,
  unknown: 1,
};
const EXITS_OF_CAUSES: Readonly<Partial<Record<FailureCause, number>>> = { refused: 77, locked: 6 };

/** The host is entirely the old one or the new one, and what was reported is what it is. */
export function judgeStruck(look: Look, struck: Struck): readonly string[] {
  const { old, fresh, strike } = struck;
  const found = theOne(look, "environment");
  const end = found === fresh ? "new" : "old";
  const wrong = unlike(look, end === "new" ? fresh : old).filter(
    // A host that starts anew starts its units anew, and what was being received is removed by the next delivery.
    (each) => !(strike === "host killed" && each.startsWith("record")) && !/\.tmp is left$/.test(each),
  );
  return [...wrong, ...unfinished(look), ...judgeReport(end, struck)];
}

function unfinished(look: Look): readonly string[] {
  return look("span").flatMap(([id, , , state = ""]) =>
    /^(?:CONFIRMED|ROLLEDBACK|REFUSED)$/.test(state) ? [] : [`${id} is ${state}`],
  );
}

/** Of what was reported of a host that ended old or new. */
export function judgeReport(end: "old" | "new", struck: Struck): readonly string[] {
  const { strike, stage, run, report } = struck;
  if (strike === "controller killed")
    return run.code === null ? [] : [`the controller ended with ${run.code} before it was killed`];
  if (report === undefined) return [`there is no report: exit ${run.code}: ${run.stderr.trim()}`];
  const { status, cause, message } = report;
  const said = `exit ${run.code}, ${status}/${cause}: ${message.replaceAll("\n", " ")}`;
  const wrong: string[] = [];
  if (MEANS[status] !== end && MEANS[status] !== "either") wrong.push(`${said}; the host is the ${end} one`);
  if (run.code !== exitOf(status, cause)) wrong.push(`${said}; it has to be ${exitOf(status, cause)}`);
  if (status === "unknown" && strike?.endsWith("moment")) wrong.push(`${said}; the host could be asked`);
  const isBack = strike === "reset, moment" && /^(?:apply|settle|confirm)/.test(stage);
  if (isBack && status !== "changed") wrong.push(`${said}; a moment is no reason to undo`);
  return wrong;
}

function exitOf(status: HostStatus, cause: FailureCause | null): number {
  if (status === "rolled-back" && (cause === "unhealthy" || cause === null)) return 5;
  return EXITS[status] ?? EXITS_OF_CAUSES[cause ?? "host"] ?? 1;
}
