/** `plan --out`: keeps a plan for review and for `apply FILE`. */
import { resolve } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import type { SourceText } from "../../core/config/project.ts";
import { UsageError } from "../../core/errors.ts";
import type { Project } from "../../core/model/declared.ts";
import type { Pruning } from "../../core/model/resource.ts";
import type { ServicesByHost } from "../../core/model/service.ts";
import { outlookOf } from "../../core/plan/outlook.ts";
import type { PlannedHost, PlannedPlay } from "../../core/plan/planned.ts";
import { formatSavedPlan, type HostToSave, makeSavedPlan } from "../../core/plan/saved-plan.ts";
import type { Secret } from "../../core/secret.ts";
import { parseTimeSpan } from "../../core/unit-file/time-span.ts";
import { readValuesFiles } from "../../project/load.ts";
import { readPlanKey } from "../../project/plan-key.ts";
import { requirePlanPath, writePlanFile } from "../../project/saved-plan-file.ts";
import { type Line, line, styled, wrap } from "../../report/lines/text.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { PLAN } from "../options/by-command.ts";
import type { ProjectSelection } from "../options/selection.ts";
import type { Surroundings } from "../surroundings.ts";

/** Where to, until when, under which key, and what of the selection is kept as text. path: absolute. */
export type Saving = {
  readonly file: string;
  readonly path: string;
  readonly validSeconds: number;
  readonly key: Secret;
  readonly values: readonly SourceText[];
};

const DEFAULT_SECONDS = 86_400;
const MAX_SECONDS = 31_557_600;

/** What --out asks for, checked before any host is contacted; null without it. Throws UsageError. */
export async function savingOf(
  { out: file, "valid-for": span }: Pick<OptionValues<typeof PLAN>, "out" | "valid-for">,
  selection: ProjectSelection,
  surroundings: Surroundings,
): Promise<Saving | null> {
  if (file === null && span !== null)
    throw new UsageError("--valid-for works with a saved plan only", "Add --out FILE.");
  if (file === null) return null;
  const { workingDirectory, environment } = surroundings;
  const path = resolve(workingDirectory, file);
  await requirePlanPath(path);
  return {
    file,
    path,
    validSeconds: secondsOf(span),
    key: await readPlanKey(environment, "make"),
    values: await readValuesFiles(
      resolve(workingDirectory, selection.project),
      selection.valuesFiles.map((each) => resolve(workingDirectory, each)),
    ),
  };
}

/** What was planned, of what. */
type PlannedRun = {
  readonly project: Project;
  readonly selection: ProjectSelection;
  readonly pruning: Pruning;
  readonly plays: readonly PlannedPlay[];
  readonly services: ServicesByHost;
};

/**
 * Writes the plan and says so on standard error; a plan that not every host has part in is not saved, and the
 * exit code tells of those hosts. Throws UsageError when the file cannot be written, or when what was
 * selected holds a secret's value.
 */
export async function savePlan(
  saving: Saving,
  planned: PlannedRun,
  { stdout, stderr }: Surroundings,
): Promise<void> {
  const plays = planned.plays.map(({ play, hosts }) => ({ play, hosts: hosts.flatMap(hostToSave) }));
  const lost = planned.plays.flatMap(({ hosts }) => hosts).filter((host) => outlookOf(host).kind === "lost");
  if (lost.length > 0) {
    const names = [...new Set(lost.map(({ target }) => target.host.name))].join(", ");
    const text = `Not saved: ${names} could not be checked or will refuse.`;
    const advice = "Leave such hosts out with --limit, or plan again.";
    return stderr.print(told(`${text} ${advice}`, "bad", stderr.columns));
  }
  const { set, limit, services } = planned.selection;
  const pruning = planned.pruning === "blocks" ? {} : { pruning: planned.pruning };
  const selection = { limit, services, set, values: saving.values, ...pruning };
  requireNoSecret([...set, ...saving.values.map(({ text }) => text)], stdout.redact);
  const now = Date.now();
  const times = {
    madeAt: inSeconds(now),
    validUntil: inSeconds(now + saving.validSeconds * 1000),
  };
  const { name: project, environment } = planned.project;
  const about = {
    version: packageJson.version,
    project,
    environment,
    ...times,
    selection,
    services: planned.services,
    key: saving.key,
    redact: stdout.redact,
  };
  await writePlanFile(saving.path, formatSavedPlan(makeSavedPlan(about, plays), saving.key));
  const text =
    `Saved in ${saving.file}, valid until ${times.validUntil}. To apply it: svcdeploy apply ` +
    `${saving.file}`;
  stderr.print(told(text, "dim", stderr.columns));
}

/** ISO 8601, UTC, without the milliseconds. */
function inSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

function secondsOf(span: string | null): number {
  const seconds = span === null ? DEFAULT_SECONDS : parseTimeSpan(span);
  if (seconds !== null && seconds >= 1 && seconds <= MAX_SECONDS) return seconds;
  throw new UsageError(
    `--valid-for takes a span from a second to a year, e.g. 90min or 2d, not ${JSON.stringify(span)}`,
  );
}

function hostToSave({ target, plan, machineId }: PlannedHost): readonly HostToSave[] {
  return plan === null || machineId === undefined ? [] : [{ target, plan, machineId }];
}

/** The typed secrets stand nowhere; but --set and --values are kept as they are. */
function requireNoSecret(texts: readonly string[], redact: (text: string) => string): void {
  if (texts.every((text) => redact(text) === text)) return;
  throw new UsageError(
    "--set or --values contains the value of a secret, which the saved plan would store",
    "Deliver it through `secrets:` only.",
  );
}

function told(text: string, style: "dim" | "bad", columns: number): readonly Line[] {
  return wrap(text, columns).map((each) => line(styled(style, each)));
}
