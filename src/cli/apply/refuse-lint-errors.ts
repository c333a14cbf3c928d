/**
 * What would hurt on a host is refused before any host hears of it: lint's errors stop a plan and an apply.
 */

import { withoutRepeats } from "../../core/config/check.ts";
import { ConfigError } from "../../core/errors.ts";
import { foldFindings, withoutIgnored } from "../../core/lint/fold.ts";
import type { PlayTargets } from "../../core/model/resource.ts";
import { line, plural, styled } from "../../report/lines/text.ts";
import { lintPlays } from "../lint/lint-plays.ts";
import type { Surroundings } from "../surroundings.ts";

/**
 * Throws ConfigError with every error that lint finds and no service accepts; counts the warnings for who
 * sits before a terminal.
 */
export function refuseLintErrors(
  plays: readonly PlayTargets[],
  environment: string,
  { stderr, display }: Surroundings,
): void {
  const linted = lintPlays(plays, environment).map((host) => ({
    ...host,
    findings: withoutIgnored(host.findings, host.services),
  }));
  const findings = foldFindings(linted);
  const problems = findings
    .filter(({ severity }) => severity === "error")
    .map(({ rule, unit, place, happens, fix, mend }) => ({
      place,
      message: `${rule} ${unit}: ${happens}`,
      hint: `${fix}${mend === undefined ? "" : " svcdeploy lint --fix does so."} Or accept it: lint: { ignore: [{ rule: ${rule}, because: "…" }] }`,
      excerpt: "",
    }));
  if (problems.length > 0) throw new ConfigError(withoutRepeats(problems));
  const warnings = findings.filter(({ severity }) => severity === "warn").length;
  if (warnings > 0 && display === "live")
    stderr.print([
      line(styled("dim", `Lint has ${plural(warnings, "warning")}; svcdeploy lint shows what.`)),
    ]);
}
