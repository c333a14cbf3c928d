/** A rule's example → files: several of them stand each after a line `# FILE`. */
import { fileKind, type LintFile } from "../../../src/core/lint/from-files.ts";
import type { Rule } from "../../../src/core/lint/rule.ts";

/** The files of a rule's bad or good example. */
export function exampleFiles(rule: Rule, which: "bad" | "good"): readonly LintFile[] {
  const parts = rule[which].split(/^# (?=\S+$)/m);
  if (parts.length === 1) return [{ path: rule.exampleFile ?? "app.service", text: rule[which] }];
  return parts
    .filter((part) => fileKind(part.split("\n")[0] ?? "") !== null)
    .map((part) => ({ path: part.split("\n")[0] ?? "", text: part.slice(part.indexOf("\n") + 1) }));
}
