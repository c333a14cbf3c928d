/**
 * Host patterns in Ansible's grammar, over the names of an inventory: `a:b` or `a,b` both, `:&c` of these in
 * c, `:!d` without d, globs with classes, `~` regular expressions, `group[0]`, `group[0:1]`, `group[-1]`
 * counted in the group's own order. Beside them `service:NAME` and `label:KEY=VALUE`.
 */
import { parseAddress } from "../ansible/address.ts";
import { makeGlob } from "./glob.ts";
import { compileRegex } from "./regex.ts";

/** The names that patterns select from. */
export type Roster = {
  /** In the order in which they are declared. */
  readonly hosts: readonly string[];
  /** Each group's hosts in its own order; all and ungrouped are in front. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** The hosts that a play brings a service to, and those with a label; null: there is none of that name. */
  readonly ofService?: (name: string) => readonly string[] | null;
  readonly ofLabel?: (key: string, value: string) => readonly string[];
  /** As in Ansible, `localhost` is this machine where no host has that name. */
  readonly implicitLocalhost?: boolean;
};

/** What is wrong with a term. unknown: a name that nothing carries; nothing: a sign without a name. */
export type TermMistake = {
  readonly kind: "unknown" | "unmatched" | "nothing" | "subscript" | "regex" | "service";
  readonly term: string;
  readonly detail: string;
};

/** hosts in the pattern's order. Where there are mistakes, they are what the other terms select. */
export type Selected = { readonly hosts: readonly string[]; readonly mistakes: readonly TermMistake[] };

/** A roster made ready for many patterns. */
export type Matcher = (terms: readonly string[]) => Selected;

/** The terms of a pattern. A comma anywhere means that colons are not what separates them. */
export function splitHostPattern(pattern: string): readonly string[] {
  const texts = pattern.includes(",")
    ? pattern.split(",")
    : parseAddress(pattern) === null
      ? (pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [])
      : [pattern];
  return texts.map((text) => text.trim()).filter((text) => text !== "");
}

/** Makes a matcher: names are looked up, so that many patterns on many hosts take no time. */
export function makeMatcher(roster: Roster): Matcher {
  const known = new Set(roster.hosts);
  const remembered = new Map<string, readonly string[]>();
  return (terms) => {
    const mistakes: TermMistake[] = [];
    const matching: Matching = { roster, known, remembered, mistakes };
    const joined = joinOwn(terms, matching);
    const plain = joined.filter((term) => !/^[!&]/.test(term));
    const found = new Set<string>();
    for (const term of plain.length === 0 ? ["all"] : plain)
      for (const host of known.has(term) ? [term] : matchTerm(term, matching)) found.add(host);
    let hosts = [...found];
    for (const term of joined.filter((each) => each.startsWith("&"))) {
      const within = new Set(matchTerm(term.slice(1), matching));
      hosts = hosts.filter((host) => within.has(host));
    }
    for (const term of joined.filter((each) => each.startsWith("!"))) {
      const without = new Set(matchTerm(term.slice(1), matching));
      hosts = hosts.filter((host) => !without.has(host));
    }
    return { hosts, mistakes };
  };
}

type Matching = {
  readonly roster: Roster;
  readonly known: ReadonlySet<string>;
  readonly remembered: Map<string, readonly string[]>;
  readonly mistakes: TermMistake[];
};

/** `service:web` was split at its colon; a host or group of that name keeps Ansible's meaning. */
function joinOwn(terms: readonly string[], { roster, known }: Matching): readonly string[] {
  const joined: string[] = [];
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] ?? "";
    const word = term.replace(/^[!&]/, "");
    const next = terms[at + 1];
    const isOwn =
      (word === "label" || word === "service") &&
      next !== undefined &&
      !known.has(word) &&
      !roster.groups.has(word);
    joined.push(isOwn ? `${term}:${next}` : term);
    if (isOwn) at++;
  }
  return joined;
}

function matchTerm(term: string, matching: Matching): readonly string[] {
  const before = matching.remembered.get(term);
  if (before !== undefined) return before;
  const mistakes = matching.mistakes.length;
  const hosts = matchOwn(term, matching) ?? matchNames(term, matching);
  if (matching.mistakes.length === mistakes) matching.remembered.set(term, hosts);
  return hosts;
}

/** Our own terms; null: it is none of them. */
function matchOwn(term: string, { roster, mistakes }: Matching): readonly string[] | null {
  const [, kind, rest = ""] = /^(service|label):(.+)$/.exec(term) ?? [];
  if (kind === undefined) return null;
  if (kind === "service") {
    const hosts = roster.ofService?.(rest) ?? null;
    if (hosts === null) mistakes.push({ kind: "service", term, detail: rest });
    return hosts ?? [];
  }
  const equals = rest.indexOf("=");
  const hosts = equals < 0 ? [] : (roster.ofLabel?.(rest.slice(0, equals), rest.slice(equals + 1)) ?? []);
  if (hosts.length === 0) mistakes.push({ kind: "unmatched", term, detail: rest });
  return hosts;
}

const SUBSCRIPT = /^([\s\S]+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]$/;
/** In Ansible `web[:5]` is a glob, of names that end in : or 5, which no one means. */
const OPEN_START = /^([\s\S]+)\[:([0-9]+)\]$/;

function matchNames(term: string, matching: Matching): readonly string[] {
  const { roster, mistakes } = matching;
  if (term === "") mistakes.push({ kind: "nothing", term, detail: "" });
  if (term === "") return [];
  if (term.startsWith("~")) return matchRegex(term, matching);
  const [, start, last] = OPEN_START.exec(term) ?? [];
  if (start !== undefined && roster.groups.has(start))
    return hostsNamed(start, matching).slice(0, Number(last) + 1);
  const subscript = SUBSCRIPT.exec(term);
  const name = subscript?.[1] ?? term;
  const named = hostsNamed(name, matching);
  const hosts = named.length === 0 && roster.implicitLocalhost === true ? localhost(name, roster) : named;
  if (hosts.length > 0) return subscript === null ? hosts : slice(hosts, subscript, term, mistakes);
  if (!roster.groups.has(name) && name !== "all")
    mistakes.push({ kind: /[*?[]/.test(name) ? "unmatched" : "unknown", term: name, detail: name });
  return [];
}

const LOCAL = ["localhost", "127.0.0.1", "::1"];

/** Any name of this machine is the first host with one of these names. */
function localhost(name: string, { hosts }: Roster): readonly string[] {
  return LOCAL.includes(name) ? [hosts.find((host) => LOCAL.includes(host)) ?? name] : [];
}

/** As Ansible counts: both ends are in, `[3:0]` is `[3]`, and an open end is the last host. */
function slice(
  hosts: readonly string[],
  subscript: RegExpExecArray,
  term: string,
  mistakes: TermMistake[],
): readonly string[] {
  const [, , single, from = "0", to = ""] = subscript;
  const end = to === "" ? hosts.length - 1 : Number(to);
  if (single === undefined && (to === "" || end > 0)) return hosts.slice(Number(from), end + 1);
  const host = hosts.at(Number(single ?? from));
  if (host !== undefined) return [host];
  mistakes.push({ kind: "subscript", term, detail: String(hosts.length) });
  return [];
}

/** The hosts of the groups of that name, then those of that name; some perhaps twice, which slices count. */
function hostsNamed(name: string, { roster, known }: Matching): readonly string[] {
  if (!/[*?[]/.test(name)) {
    const group = roster.groups.get(name);
    const host = known.has(name) && (group === undefined || name.includes(".")) ? [name] : [];
    return [...(group ?? []), ...host];
  }
  return matching(makeGlob(name), roster);
}

function matching(test: (name: string) => boolean, { hosts, groups }: Roster): readonly string[] {
  const named = [...groups].filter(([group]) => test(group)).flatMap(([, members]) => members);
  return named.concat(hosts.filter(test));
}

function matchRegex(term: string, { roster, mistakes }: Matching): readonly string[] {
  const regex = compileRegex(term.slice(1));
  if (!regex.ok) {
    mistakes.push({ kind: "regex", term, detail: regex.reason });
    return [];
  }
  const hosts = matching(regex.test, roster);
  const isGroup = [...roster.groups.keys()].some(regex.test);
  if (hosts.length === 0 && !isGroup) mistakes.push({ kind: "unmatched", term, detail: term });
  return hosts;
}
