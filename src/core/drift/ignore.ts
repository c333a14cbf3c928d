/**
 * Which findings the project's rules ignore. Nothing is dropped: what is ignored is counted with its rule.
 */
import { matchesGlob, matchHosts } from "../config/patterns.ts";
import type { Host, IgnoreRule } from "../model/declared.ts";
import type { Observation } from "../model/observation.ts";
import type { Finding } from "../model/plan.ts";
import { diffUnitFiles } from "../plan/unit-diff.ts";
import { parseUnitFile } from "../unit-file/parse.ts";

/** A finding and the rules that ignore it together: one, or several for directives. */
export type IgnoredFinding = { readonly finding: Finding; readonly rules: readonly IgnoreRule[] };

/**
 * The rules that hold today with the names of their hosts (null: all), those past their date, and why a host
 * pattern selects nothing here.
 */
export type Rules = {
  readonly active: readonly { readonly rule: IgnoreRule; readonly hosts: ReadonlySet<string> | null }[];
  readonly expired: readonly IgnoreRule[];
  readonly hostless: ReadonlyMap<IgnoreRule, string>;
};

/**
 * Sorts the rules. today: YYYY-MM-DD, UTC. A host pattern with a term that this environment does not know
 * selects nothing, so that a slip never widens it.
 */
export function openRules(rules: readonly IgnoreRule[], hosts: readonly Host[], today: string): Rules {
  const hostless = new Map<IgnoreRule, string>();
  const current = rules.filter(({ until }) => until >= today);
  const active = current.map((rule) => {
    if (rule.host === null) return { rule, hosts: null };
    const match = matchHosts(rule.host, { hosts });
    const [mistake] = match.mistakes;
    if (mistake !== undefined) hostless.set(rule, mistake.message);
    return { rule, hosts: new Set(mistake === undefined ? match.hosts.map(({ name }) => name) : []) };
  });
  return { active, expired: rules.filter(({ until }) => until < today), hostless };
}

/** Splits one host's findings. */
export function ignoreFindings(
  findings: readonly Finding[],
  host: string,
  rules: Rules,
  observation: Observation,
): { readonly kept: readonly Finding[]; readonly ignored: readonly IgnoredFinding[] } {
  const here = rules.active.filter(({ hosts }) => hosts === null || hosts.has(host)).map(({ rule }) => rule);
  const kept: Finding[] = [];
  const ignored: IgnoredFinding[] = [];
  for (const finding of findings) {
    const together = rulesFor(finding, here, observation);
    if (together.length === 0) kept.push(finding);
    else ignored.push({ finding, rules: together });
  }
  return { kept, ignored };
}

function rulesFor(
  finding: Finding,
  rules: readonly IgnoreRule[],
  observation: Observation,
): readonly IgnoreRule[] {
  // No rule may accept what our own runs left open.
  if (finding.kind === "unfinished-transaction" || finding.kind === "manifest") return [];
  const named = rules.find(({ what }) => isNamed(what, finding));
  return named === undefined ? directiveRules(finding, rules, observation) : [named];
}

function isNamed({ kind, pattern }: IgnoreRule["what"], { subject, dropIn }: Finding): boolean {
  switch (kind) {
    case "path":
      return matchesPath(pattern, dropIn ?? subject);
    case "unit":
      return subject === pattern || (subject.startsWith("/") && subject.endsWith(`/${pattern}`));
    case "directive":
      return false;
  }
}

/** `*` and `?` stay within one folder's name. */
function matchesPath(pattern: string, path: string): boolean {
  const [wanted, found] = [pattern.split("/"), path.split("/")];
  return (
    wanted.length === found.length && wanted.every((part, index) => matchesGlob(part, found[index] ?? ""))
  );
}

/** Every directive that differs, or that a drop-in sets, must have a rule. */
function directiveRules(
  finding: Finding,
  rules: readonly IgnoreRule[],
  observation: Observation,
): readonly IgnoreRule[] {
  const names = directivesOf(finding, observation);
  const found = names.map((name) =>
    rules.find(({ what }) => what.kind === "directive" && what.pattern === name),
  );
  const together = found.filter((rule) => rule !== undefined);
  return together.length === names.length ? [...new Set(together)] : [];
}

function directivesOf({ kind, change, dropIn }: Finding, observation: Observation): readonly string[] {
  if (dropIn !== undefined) {
    const text = observation.dropIns.get(dropIn)?.text ?? null;
    const items = text === null ? [] : parseUnitFile(text).sections.flatMap((section) => section.items);
    return items.flatMap((item) => (item.kind === "entry" ? [item.name] : []));
  }
  if (kind !== "content" || change === null || change.beforeContent === null) return [];
  if (change.resource.kind !== "file" || change.resource.role !== "unit") return [];
  const decoder = new TextDecoder();
  return diffUnitFiles(decoder.decode(change.beforeContent), decoder.decode(change.resource.content)).map(
    ({ name }) => name,
  );
}

/**
 * The rules that hold and ignored nothing, with why where that is known; only worth saying when every host
 * was looked at.
 */
export function unmatchedRules(
  rules: Rules,
  ignored: readonly IgnoredFinding[],
): readonly { readonly rule: IgnoreRule; readonly why: string | null }[] {
  const used = new Set(ignored.flatMap(({ rules: together }) => together));
  return rules.active.flatMap(({ rule }) =>
    used.has(rule) ? [] : [{ rule, why: rules.hostless.get(rule) ?? null }],
  );
}
