/**
 * `svcdeploy lint --fix`: makes the fixes that need no decision in the operator's own files, shows them, and
 * looks again.
 */
import { resolve } from "node:path";
import { fixServiceText, type ServiceEdit, withoutIgnore } from "../../core/config/fix-service.ts";
import { fixUnitText } from "../../core/lint/fix-unit.ts";
import type { FoldedFinding } from "../../core/lint/fold.ts";
import { readFixable, writeFixed } from "../../project/fixed-files.ts";
import { type FixedFile, fixedText } from "../../report/lint/lint-fixed.ts";
import { type LintView, lintText } from "../../report/lint/lint-text.ts";
import type { Surroundings } from "../surroundings.ts";

/** What to do: root is the folder that places are relative to. */
export type Fixing = {
  readonly root: string;
  readonly kind: "write" | "show";
  readonly look: () => Promise<LintView>;
};

/** A fixed line may uncover another finding; more rounds than this were never needed. */
const MAX_ROUNDS = 5;

/** Fixes, prints what it changed and what is left; gives what is left. Throws UsageError. */
export async function fixFindings({ root, kind, look }: Fixing, { stdout }: Surroundings): Promise<LintView> {
  let view = await look();
  let fixed: readonly FixedFile[] = [];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const now = await fixRound(root, view);
    fixed = mergeRounds(fixed, now);
    if (now.length === 0 || kind === "show") break;
    for (const { file, before, after } of now) await writeFixed(resolve(root, file), before, after);
    view = await look();
  }
  stdout.print([...fixedText(fixed, kind), ...(kind === "show" ? [] : lintText(view, stdout.columns))]);
  return view;
}

function mergeRounds(earlier: readonly FixedFile[], now: readonly FixedFile[]): readonly FixedFile[] {
  const byFile = new Map(earlier.map((each) => [each.file, each]));
  for (const each of now) {
    const first = byFile.get(each.file);
    byFile.set(
      each.file,
      first === undefined ? each : { ...each, before: first.before, rules: [...first.rules, ...each.rules] },
    );
  }
  return [...byFile.values()];
}

/** Ignored rules are judged last: what is fixed first may give them something to find. */
async function fixRound(root: string, { findings }: LintView): Promise<readonly FixedFile[]> {
  const fixed = await fixFiles(
    root,
    findings.filter(({ edits }) => edits !== undefined),
  );
  return fixed.length > 0
    ? fixed
    : await fixFiles(
        root,
        findings.filter(({ unignore }) => unignore !== undefined),
      );
}

async function fixFiles(root: string, findings: readonly FoldedFinding[]): Promise<readonly FixedFile[]> {
  const fixed: FixedFile[] = [];
  for (const [file, own] of Map.groupBy(findings, ({ place }) => place.file)) {
    const before = await readFixable(resolve(root, file));
    const after = before === null ? null : fixText(file, before, own);
    if (before === null || after === null || after.made.length === 0) continue;
    fixed.push({ file, before, after: after.text, rules: after.made.map(({ rule }) => rule) });
  }
  return fixed;
}

type FixedText = { readonly text: string; readonly made: readonly FoldedFinding[] };

/** One finding after the other, each as a whole or not at all. */
function fixText(file: string, before: string, findings: readonly FoldedFinding[]): FixedText {
  const distinct = [
    ...new Map(
      findings.map((finding) => [JSON.stringify([finding.edits, finding.unignore]), finding]),
    ).values(),
  ];
  return distinct.reduce(
    (so: FixedText, finding) => {
      const text = /\.ya?ml$/.test(file) ? fixService(so.text, finding) : fixUnit(so.text, finding);
      return text === null ? so : { text, made: [...so.made, finding] };
    },
    { text: before, made: [] },
  );
}

function fixUnit(text: string, { edits = [] }: FoldedFinding): string | null {
  const fixed = fixUnitText(text, edits);
  return fixed.made === edits.length ? fixed.text : null;
}

function fixService(text: string, { edits: wanted = [], unignore, unit }: FoldedFinding): string | null {
  if (unignore !== undefined) return withoutIgnore(text, unignore);
  const edits = wanted.flatMap(({ section, name, from, to }): readonly ServiceEdit[] => {
    const block = blockOf(text, unit, section);
    return block === null ? [] : [{ block, name, from, to }];
  });
  const fixed = fixServiceText(text, edits);
  return edits.length === wanted.length && fixed.made === edits.length ? fixed.text : null;
}

/**
 * Where a section of a rendered unit comes from; null: from something else than directives, as a timer's job
 * does.
 */
function blockOf(text: string, unit: string, section: string): string | null {
  if (unit.endsWith(".slice")) return section === "Slice" ? "slice" : null;
  const [, name] = /^name:[ ]*["']?([^\s"'#]+)/m.exec(text) ?? [];
  return [`${name}.service`, `${name}@.service`].includes(unit) &&
    ["Unit", "Service", "Install"].includes(section)
    ? section.toLowerCase()
    : null;
}
