/**
 * `svcdeploy lint`: what systemd will make of the project's units, or of anybody's unit files. Reads only;
 * asks no host.
 */
import { join, relative, resolve } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { UsageError } from "../../core/errors.ts";
import { EXIT } from "../../core/exit-code.ts";
import { exposuresOf, worstExposures } from "../../core/lint/exposure.ts";
import { foldFindings, unusedIgnores, withoutIgnored } from "../../core/lint/fold.ts";
import { hostOfFiles } from "../../core/lint/from-files.ts";
import { lintHost } from "../../core/lint/lint.ts";
import { findRule, RULES } from "../../core/lint/rules.ts";
import { readLintFiles } from "../../project/lint-files.ts";
import { listEnvironments, loadProject } from "../../project/load.ts";
import { buildTargets, STAND_INS } from "../../project/targets.ts";
import { formatJson } from "../../report/lines/json.ts";
import { lintGithub, lintJson } from "../../report/lint/lint-json.ts";
import { lintSarif } from "../../report/lint/lint-sarif.ts";
import { explainText, type LintView, lintText } from "../../report/lint/lint-text.ts";
import { isGiven, operandsOf, optionalText, type RawArguments } from "../options.ts";
import { suggest } from "../suggest.ts";
import type { Surroundings } from "../surroundings.ts";
import { type Fixing, fixFindings } from "./lint-fix.ts";
import { type LintedHost, lintPlays } from "./lint-plays.ts";

/** Prints the findings; exit 1 when one is an error, 0 otherwise. */
export async function lint(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const explained = optionalText(raw, "explain");
  if (explained !== null) return explain(explained, surroundings);
  const names = operandsOf(raw);
  const look = () =>
    names.length > 0 ? lintFiles(names, raw, surroundings) : lintProject(raw, surroundings);
  const format = optionalText(raw, "format") ?? "text";
  if (isGiven(raw, "fix"))
    return exitCodeOf(await fixFindings({ ...fixingOf(raw, format, surroundings), look }, surroundings));
  if (isGiven(raw, "dry-run"))
    throw new UsageError("--dry-run is for --fix", "svcdeploy lint never writes without it.");
  const view = await look();
  print(
    ["github", "sarif"].includes(format) ? seenFromHere(view, raw, surroundings) : view,
    format,
    surroundings,
  );
  return exitCodeOf(view);
}

/** Files are named from where the operator is; a project's places from its folder. */
function fixingOf(
  raw: RawArguments,
  format: string,
  { workingDirectory }: Surroundings,
): Omit<Fixing, "look"> {
  if (format !== "text")
    throw new UsageError(
      `--fix shows what it does as text, not as ${format}`,
      "Run lint again for what is left.",
    );
  const root = operandsOf(raw).length > 0 ? workingDirectory : rootOf(raw, workingDirectory);
  return { root, kind: isGiven(raw, "dry-run") ? "show" : "write" };
}

function rootOf(raw: RawArguments, workingDirectory: string): string {
  return resolve(workingDirectory, optionalText(raw, "project") ?? ".");
}

/**
 * Code hosts know files by their path in the repository, which is where they run this, not by that in the
 * project.
 */
function seenFromHere(view: LintView, raw: RawArguments, { workingDirectory }: Surroundings): LintView {
  if (operandsOf(raw).length > 0) return view;
  const lead = relative(workingDirectory, rootOf(raw, workingDirectory));
  return {
    ...view,
    findings: view.findings.map((finding) => ({
      ...finding,
      place: { ...finding.place, file: join(lead, finding.place.file) },
    })),
  };
}

function exitCodeOf(view: LintView): number {
  return view.findings.some((finding) => finding.severity === "error") ? EXIT.failed : EXIT.done;
}

function explain(id: string, { stdout }: Surroundings): number {
  const rule = findRule(id.toUpperCase());
  if (rule === null)
    throw new UsageError(
      `there is no rule ${id}`,
      suggest(
        id,
        RULES.map((each) => each.id),
        "",
      ),
    );
  stdout.print(explainText(rule, stdout.columns));
  return EXIT.done;
}

async function lintFiles(
  names: readonly string[],
  raw: RawArguments,
  { workingDirectory }: Surroundings,
): Promise<LintView> {
  if (raw.env !== undefined) throw new UsageError("--env is for a project, and files were named");
  const host = hostOfFiles(await readLintFiles(names, workingDirectory), versionOf(raw));
  const findings = foldFindings([{ environment: null, host: host.name, findings: lintHost(host) }]);
  const security = isGiven(raw, "security") ? "full" : "none";
  return {
    findings,
    units: host.units.length,
    hosts: [],
    security,
    exposures: security === "full" ? worstExposures(exposuresOf(host)) : [],
  };
}

function versionOf(raw: RawArguments): number {
  const text = optionalText(raw, "systemd") ?? "252";
  if (!/^\d{3}$/.test(text) || Number(text) < 247)
    throw new UsageError(`--systemd takes a version from 247 on, not ${JSON.stringify(text)}`);
  return Number(text);
}

/** Secrets and artifacts need not be here: only the text of the files counts. */
async function lintProject(raw: RawArguments, { workingDirectory }: Surroundings): Promise<LintView> {
  if (raw.systemd !== undefined)
    throw new UsageError(
      "--systemd is for named files; a project says it in its inventory",
      "systemd: 257 of a host, or of a group's vars",
    );
  const root = rootOf(raw, workingDirectory);
  const wanted = optionalText(raw, "env");
  const environments = wanted === null ? await listEnvironments(root) : [wanted];
  const found = (
    await Promise.all(
      (environments.length === 0 ? ["prod"] : environments).map((name) => lintEnvironment(root, name)),
    )
  ).flat();
  const kept = found.map((host) => ({ ...host, findings: withoutIgnored(host.findings, host.services) }));
  // Another environment may need what this one does not.
  const unused = wanted === null ? unusedIgnores(found) : [];
  const units = new Set(found.flatMap((host) => host.units));
  return {
    findings: foldFindings([...kept, { environment: null, host: "", findings: unused }]),
    units: units.size,
    hosts: found.map(({ environment, host }) => `${environment}/${host}`),
    security: isGiven(raw, "security") ? "full" : "brief",
    exposures: worstExposures(found.flatMap(({ exposures }) => exposures)),
  };
}

async function lintEnvironment(root: string, environment: string): Promise<readonly LintedHost[]> {
  const project = await loadProject(root, environment, { set: [], valuesFiles: [] });
  const { plays } = await buildTargets(project, { limit: null, services: [] }, STAND_INS);
  return lintPlays(plays, environment);
}

function print(view: LintView, format: string, { stdout }: Surroundings): void {
  if (format === "text") stdout.print(lintText(view, stdout.columns));
  else if (format === "github") stdout.command(lintGithub(view));
  else if (format === "sarif") stdout.write(formatJson(lintSarif(view, packageJson.version)));
  else stdout.write(formatJson(lintJson(view)));
}
