/**
 * `svcdeploy lint`: what systemd will make of the project's units, or of any unit files. Reads only;
 * asks no host.
 */
import { join, relative, resolve } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { withoutRepeats } from "../../core/config/check.ts";
import { ConfigError, type Problem, UsageError } from "../../core/errors.ts";
import { EXIT } from "../../core/exit-code.ts";
import { exposuresOf, worstExposures } from "../../core/lint/exposure.ts";
import { foldFindings, unusedIgnores, withoutIgnored } from "../../core/lint/fold.ts";
import { hostOfFiles } from "../../core/lint/from-files.ts";
import { lintHost } from "../../core/lint/lint.ts";
import { findRule, RULES } from "../../core/lint/rules.ts";
import { EVERYTHING } from "../../core/target/select.ts";
import { type ProgramPolicy, programPolicy } from "../../project/ansible/ansible-of.ts";
import { readLintFiles } from "../../project/lint-files.ts";
import { listEnvironments, loadAsFar } from "../../project/load.ts";
import { buildTargets, STAND_INS } from "../../project/targets.ts";
import { lintGithub, lintJson } from "../../report/lint/lint-json.ts";
import { lintSarif } from "../../report/lint/lint-sarif.ts";
import { explainText, type LintView, lintText } from "../../report/lint/lint-text.ts";
import type { Arguments } from "../options/arguments.ts";
import type { LINT } from "../options/by-command.ts";
import { asJson, asLines, print } from "../print.ts";
import { suggest } from "../suggest.ts";
import type { Surroundings } from "../surroundings.ts";
import { type Fixing, fixFindings } from "./lint-fix.ts";
import { type LintedHost, lintPlays } from "./lint-plays.ts";

type LintArguments = Arguments<typeof LINT>;

/** Prints the findings; exit 1 when one is an error, 0 otherwise. */
export async function lint(given: LintArguments, surroundings: Surroundings): Promise<number> {
  const { options, operands } = given;
  if (options.explain !== null) return explain(options.explain, surroundings);
  const look = () =>
    operands.length > 0 ? lintFiles(given, surroundings) : lintProject(options, surroundings);
  if (options.fix)
    return exitCodeOf(await fixFindings({ ...fixingOf(given, surroundings), look }, surroundings));
  if (options["dry-run"])
    throw new UsageError("--dry-run works with --fix only", "Without --fix, svcdeploy lint writes nothing.");
  const view = await look();
  await print(view, writersFor(given, surroundings), options.format, surroundings);
  return exitCodeOf(view);
}

function writersFor(given: LintArguments, surroundings: Surroundings) {
  const here = (view: LintView): LintView => seenFromHere(view, given, surroundings);
  return {
    text: asLines(lintText),
    json: asJson(lintJson),
    github: async (view: LintView) => surroundings.stdout.command(lintGithub(here(view))),
    sarif: asJson((view: LintView) => lintSarif(here(view), packageJson.version)),
  };
}

/** Files are named from where the operator is; a project's places from its folder. */
function fixingOf(
  { options, operands }: LintArguments,
  { workingDirectory }: Surroundings,
): Omit<Fixing, "look"> {
  if (options.format !== "text")
    throw new UsageError(`--fix prints text, not ${options.format}`, "Run lint again to see what is left.");
  const root = operands.length > 0 ? workingDirectory : resolve(workingDirectory, options.project);
  return { root, kind: options["dry-run"] ? "show" : "write" };
}

/**
 * Code hosts know files by their path in the repository, which is where they run this, not by that in the
 * project.
 */
function seenFromHere(
  view: LintView,
  { options, operands }: LintArguments,
  { workingDirectory }: Surroundings,
): LintView {
  if (operands.length > 0) return view;
  const lead = relative(workingDirectory, resolve(workingDirectory, options.project));
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
  { options, operands }: LintArguments,
  { workingDirectory }: Surroundings,
): Promise<LintView> {
  if (options.env !== null) throw new UsageError("--env works with a project, not with named files");
  const host = hostOfFiles(
    await readLintFiles(operands, workingDirectory),
    versionOf(options.systemd ?? "252"),
  );
  const findings = foldFindings([{ environment: null, host: host.name, findings: lintHost(host) }]);
  const security = options.security ? "full" : "none";
  return {
    findings,
    units: host.units.length,
    hosts: [],
    security,
    exposures: security === "full" ? worstExposures(exposuresOf(host)) : [],
  };
}

function versionOf(text: string): number {
  if (!/^\d{3}$/.test(text) || Number(text) < 247)
    throw new UsageError(`--systemd takes a version from 247 on, not ${JSON.stringify(text)}`);
  return Number(text);
}

/** Secrets and artifacts need not be here: only the text of the files counts. */
async function lintProject(
  { systemd, project, env: wanted, security }: LintArguments["options"],
  { workingDirectory, environment }: Surroundings,
): Promise<LintView> {
  if (systemd !== null)
    throw new UsageError(
      "--systemd works with named files; a project sets it in its inventory",
      "E.g. `systemd: 257` of a host, or in a group's vars",
    );
  const root = resolve(workingDirectory, project);
  const environments = wanted === null ? await listEnvironments(root) : [wanted];
  const found = await lintEach(
    root,
    environments.length === 0 ? ["prod"] : environments,
    programPolicy(environment),
  );
  const kept = found.map((host) => ({ ...host, findings: withoutIgnored(host.findings, host.services) }));
  // Another environment may need what this one does not.
  const unused = wanted === null ? unusedIgnores(found) : [];
  const units = new Set(found.flatMap((host) => host.units));
  return {
    findings: foldFindings([...kept, { environment: null, host: "", findings: unused }]),
    units: units.size,
    hosts: found.map(({ environment, host }) => `${environment}/${host}`),
    security: security ? "full" : "brief",
    exposures: worstExposures(found.flatMap(({ exposures }) => exposures)),
  };
}

/** All environments, or the mistakes of all of them. */
async function lintEach(
  root: string,
  environments: readonly string[],
  programs: ProgramPolicy,
): Promise<readonly LintedHost[]> {
  const problems: Problem[] = [];
  const found = await Promise.all(
    environments.map((name) =>
      lintEnvironment(root, name, programs).catch((error: unknown) => {
        if (!(error instanceof ConfigError)) throw error;
        problems.push(...error.problems);
        return [];
      }),
    ),
  );
  if (problems.length > 0) throw new ConfigError(withoutRepeats(problems));
  return found.flat();
}

async function lintEnvironment(
  root: string,
  environment: string,
  programs: ProgramPolicy,
): Promise<readonly LintedHost[]> {
  const loaded = await loadAsFar(root, environment, { set: [], valuesFiles: [], programs });
  return lintPlays(await buildTargets(loaded, EVERYTHING, STAND_INS), environment);
}
