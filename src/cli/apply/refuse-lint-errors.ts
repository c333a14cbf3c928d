/**
 * What would hurt on a host is refused before any host hears of it: lint's errors stop a plan and an apply.
 */

import { withoutRepeats } from "../../core/config/check.ts";
import type { SourceText } from "../../core/config/project.ts";
import { ConfigError } from "../../core/errors.ts";
import { foldFindings, withoutIgnored } from "../../core/lint/fold.ts";
import type { Rendered } from "../../core/model/resource.ts";
import { line, plural, styled } from "../../report/lines/text.ts";
import { artifactsToSend } from "../artifacts-to-send.ts";
import { lintPlays } from "../lint/lint-plays.ts";
import type { ProjectSelection } from "../options/selection.ts";
import type { Surroundings } from "../surroundings.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";

/**
 * Opens what a plan or an apply is of, artifacts to send included, and lints it. values: instead of the
 * --values files. Throws ConfigError, also for errors that lint finds, and UsageError.
 */
export async function openLinted(
  selection: ProjectSelection,
  surroundings: Surroundings,
  values: readonly SourceText[] | null,
): Promise<Workspace> {
  const workspace = await openWorkspace(selection, surroundings, values, artifactsToSend(surroundings));
  refuseLintErrors(workspace, workspace.project.environment, surroundings);
  return workspace;
}

/**
 * Throws ConfigError with every error that lint finds and no service accepts; counts the warnings for who
 * sits before a terminal.
 */
function refuseLintErrors(rendered: Rendered, environment: string, { stderr, display }: Surroundings): void {
  const linted = lintPlays(rendered, environment).map((host) => ({
    ...host,
    findings: withoutIgnored(host.findings, host.services),
  }));
  const findings = foldFindings(linted);
  const problems = findings
    .filter(({ severity }) => severity === "error")
    .map(({ rule, unit, place, happens, fix, edits }) => ({
      place,
      message: `${rule} ${unit}: ${happens}`,
      hint:
        `${fix}${edits === undefined ? "" : " svcdeploy lint --fix does so."} Or accept it: lint: { ` +
        `ignore: [{ rule: ${rule}, because: "…" }] }`,
      excerpt: "",
    }));
  if (problems.length > 0) throw new ConfigError(withoutRepeats(problems));
  const warnings = findings.filter(({ severity }) => severity === "warn").length;
  if (warnings > 0 && display === "live")
    stderr.print([
      line(styled("dim", `Lint has ${plural(warnings, "warning")}; svcdeploy lint shows them.`)),
    ]);
}
