/**
 * Host patterns in Ansible's grammar: `a:b` or `a,b` both, `:&c` of these in c, `:!d` without d, `web*`,
 * `all`, `group[0]`, `group[0:1]`.
 */
import { didYouMean } from "../errors.ts";
import type { Host } from "../model/declared.ts";

/** A term of a pattern that names nothing. */
export type PatternMistake = { readonly message: string; readonly hint: string | null };
/**
 * The hosts in inventory order; mistakes: terms that name no host or group, or a pattern that selects
 * nothing.
 */
export type PatternMatch = { readonly hosts: readonly Host[]; readonly mistakes: readonly PatternMistake[] };

const MAX_TERMS = 200;

type Term = { readonly sign: "" | "&" | "!"; readonly text: string };

/**
 * The hosts that a pattern selects: first the union of the plain terms (none: all hosts), then the
 * intersections, then the exclusions. A term that names nothing known is a mistake even when others match: a
 * mistyped exclusion must not widen a rollout.
 */
export function matchHosts(pattern: string, hosts: readonly Host[]): PatternMatch {
  const mistakes: PatternMistake[] = [];
  const terms = splitPattern(pattern);
  if (terms.length > MAX_TERMS)
    return {
      hosts: [],
      mistakes: [{ message: `a host pattern of more than ${MAX_TERMS} terms`, hint: "make a group of them" }],
    };
  const select = (sign: Term["sign"]) =>
    terms.filter((term) => term.sign === sign).map((term) => matchTerm(term.text, hosts, mistakes));
  const plain = select("");
  const within = select("&");
  const without = select("!");
  const chosen = hosts.filter(
    (host) =>
      (plain.length === 0 || plain.some((set) => set.has(host))) &&
      within.every((set) => set.has(host)) &&
      !without.some((set) => set.has(host)),
  );
  if (terms.length === 0)
    mistakes.push({ message: "the host pattern is empty", hint: 'write "all" for every host' });
  else if (chosen.length === 0 && mistakes.length === 0)
    mistakes.push({ message: `the pattern "${pattern}" selects no host`, hint: null });
  return { hosts: terms.length === 0 ? [] : chosen, mistakes };
}

function splitPattern(pattern: string): readonly Term[] {
  const texts = pattern.match(/(?:[^:,[\]]|\[[^\]]*\]|[[\]])+/g) ?? [];
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) =>
      text.startsWith("&") || text.startsWith("!")
        ? { sign: text.startsWith("&") ? "&" : "!", text: text.slice(1).trim() }
        : { sign: "", text },
    );
}

function matchTerm(term: string, hosts: readonly Host[], mistakes: PatternMistake[]): ReadonlySet<Host> {
  if (term.startsWith("~")) {
    mistakes.push({
      message: `"${term}": regular expressions are not supported in host patterns`,
      hint: "use * and ?",
    });
    return new Set();
  }
  const subscript = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(term);
  const name = subscript?.[1] ?? term;
  const named = hosts.filter((host) => isNamed(name, host));
  if (named.length === 0 && !/[*?]/.test(name)) mistakes.push(unknownTerm(name, hosts));
  return new Set(subscript === null ? named : slice(named, subscript));
}

function isNamed(name: string, host: Host): boolean {
  if (name === "all" || name === "*") return true;
  const candidates = [host.name, ...host.groups];
  return /[*?]/.test(name)
    ? candidates.some((candidate) => matchesGlob(name, candidate))
    : candidates.includes(name);
}

/** `*` any text, `?` any character; linear in the text, whatever the pattern. */
export function matchesGlob(glob: string, text: string): boolean {
  let [g, t, star, resume] = [0, 0, -1, 0];
  while (t < text.length) {
    if (glob[g] === "*") [star, resume, g] = [g, t, g + 1];
    else if (g < glob.length && (glob[g] === "?" || glob[g] === text[t])) [g, t] = [g + 1, t + 1];
    else if (star >= 0) [g, resume, t] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  return /^\**$/.test(glob.slice(g));
}

/** As in Ansible both ends count, and an open end runs to the last host. */
function slice(hosts: readonly Host[], subscript: RegExpExecArray): readonly Host[] {
  const [, , single, from, to] = subscript;
  if (single !== undefined)
    return hosts.at(Number(single)) === undefined ? [] : hosts.slice(Number(single)).slice(0, 1);
  return hosts.slice(Number(from), to === undefined || to === "" ? undefined : Number(to) + 1);
}

function unknownTerm(name: string, hosts: readonly Host[]): PatternMistake {
  return {
    message: `there is no host or group "${name}"`,
    hint: didYouMean(name, new Set(hosts.flatMap((host) => [host.name, ...host.groups]))),
  };
}
