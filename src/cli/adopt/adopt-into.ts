/**
 * `svcdeploy adopt HOST UNIT… --into SERVICE`: jobs of timers and drop-ins of packages' units become items of
 * a service file that is there.
 */
import { join } from "node:path";
import { adoptInto } from "../../core/adopt/adopt-into.ts";
import type { AdoptFacts } from "../../core/adopt/host-facts.ts";
import { refuseLoaded } from "../../core/adopt/refuse-unit.ts";
import type { InsertedText } from "../../core/adopt/try-item.ts";
import { didYouMean, UsageError } from "../../core/errors.ts";
import type { Host, Project } from "../../core/model/declared.ts";
import { readFixable, writeFixed } from "../../project/fixed-files.ts";
import type { AdoptOutcome } from "../../report/adopt-text.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { ADOPT } from "../options/by-command.ts";

/**
 * One after the other, so that each finds the items of those before it. Throws UsageError for a service that
 * is not there, or a file that cannot be written.
 */
export async function insertUnits(
  into: string,
  facts: AdoptFacts,
  host: Host,
  project: Project,
  options: OptionValues<typeof ADOPT>,
): Promise<readonly AdoptOutcome[]> {
  const names = project.services.map(({ name }) => name);
  const source = project.services.find(({ name }) => name === into);
  if (source === undefined)
    throw new UsageError(
      `--into: the project has no service ${JSON.stringify(into)}`,
      didYouMean(into, names) ?? `services: ${names.slice(0, 20).join(", ")}`,
    );
  const path = join(project.root, source.file);
  const context = { host, env: project.environment, values: project.values };
  const outcomes: AdoptOutcome[] = [];
  for (const live of facts.units) {
    const text = await readFixable(path);
    if (text === null) throw new UsageError(`${source.file} is not UTF-8`);
    const result =
      refuseLoaded(live, facts) ??
      adoptInto(live, facts, { name: source.name, file: source.file, text }, context);
    if (typeof result === "string") outcomes.push({ kind: "refused", unit: live.unit, reason: result });
    else outcomes.push({ kind: await put(path, text, result, options), result });
  }
  return outcomes;
}

async function put(
  path: string,
  before: string,
  { adopted, gaps, whole }: InsertedText,
  options: OptionValues<typeof ADOPT>,
): Promise<"written" | "printed" | "withheld"> {
  if (options.stdout) return "printed";
  const isSame = gaps.length === 0 && adopted.obstacles.length === 0;
  if (whole === null || (!isSame && !options.force)) return "withheld";
  await writeFixed(path, before, whole);
  return "written";
}
