/** What `lint --fix` changed, as diffs. */

import { type Line, line, plural, styled } from "../lines/text.ts";
import { diffText } from "../plan/diff.ts";

/** A file before and after, and the rules whose findings were fixed, one a finding. */
export type FixedFile = {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly rules: readonly string[];
};

/** Each file with its diff, then the counts. show: nothing was written. */
export function fixedText(files: readonly FixedFile[], kind: "write" | "show"): readonly Line[] {
  const blocks = files.flatMap(({ file, before, after, rules }) => [
    line(styled("strong", file), styled("dim", `  ${[...new Set(rules)].join(", ")}`)),
    ...diffText(before, after),
    [],
  ]);
  const findings = files.reduce((sum, { rules }) => sum + rules.length, 0);
  if (findings === 0)
    return [line("Nothing here can be fixed without a decision; svcdeploy lint says what to decide.")];
  const what = `${plural(findings, "finding")} in ${plural(files.length, "file")}`;
  return [
    ...blocks,
    line(
      styled(
        "strong",
        kind === "write"
          ? `Fixed ${what}.`
          : `Would fix ${what}, and what these uncover; nothing was written.`,
      ),
    ),
    [],
  ];
}
