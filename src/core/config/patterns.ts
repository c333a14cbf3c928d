/** Host patterns over the hosts of a project: what they select, and what is wrong with them in words. */
import { didYouMean, nameList } from "../errors.ts";
import type { Host, HostGroups } from "../model/declared.ts";
import { makeGlob } from "./pattern/glob.ts";
import { makeMatcher, type Roster, splitHostPattern, type TermMistake } from "./pattern/host-pattern.ts";

/** A term of a pattern that names nothing. */
export type PatternMistake = { readonly message: string; readonly hint: string | null };
/**
 * The hosts in inventory order; mistakes: terms that name no host or group, or a pattern that selects
 * nothing.
 */
export type PatternMatch = { readonly hosts: readonly Host[]; readonly mistakes: readonly PatternMistake[] };

/**
 * What patterns select from. groups: each with its hosts in its own order; absent: as the hosts name them.
 * services: the hosts of each service; absent: they are not known here.
 */
export type Selectable = {
  readonly hosts: readonly Host[];
  readonly groups?: HostGroups;
  readonly services?: ReadonlyMap<string, readonly string[]>;
};

const MAX_TERMS = 200;

/**
 * The hosts that a pattern selects: first the union of the plain terms (none: all hosts), then the
 * intersections, then the exclusions. A term that names nothing known is a mistake even when others match: a
 * mistyped exclusion must not widen a rollout. A group without hosts is an empty set.
 */
export function matchHosts(pattern: string, from: Selectable): PatternMatch {
  // A comma separates whole patterns, and so, unlike in Ansible, colons within these separate terms as well.
  const terms = pattern.split(",").flatMap(splitHostPattern);
  const none = (message: string, hint: string): PatternMatch => ({
    hosts: [],
    mistakes: [{ message, hint }],
  });
  if (terms.length > MAX_TERMS)
    return none(`a host pattern of more than ${MAX_TERMS} terms`, "make a group of them");
  if (terms.length === 0) return none("the host pattern is empty", 'write "all" for every host');
  const roster = rosterOf(from);
  const selected = makeMatcher(roster)(terms);
  const names = new Set(selected.hosts);
  const hosts = from.hosts.filter(({ name }) => names.has(name));
  const mistakes = selected.mistakes
    .filter(({ kind }) => kind !== "unmatched")
    .map((each) => inWords(each, roster));
  if (
    hosts.length === 0 &&
    mistakes.length === 0 &&
    !terms.some((term) => roster.groups.get(term)?.length === 0)
  )
    mistakes.push({ message: `the pattern "${pattern}" selects no host`, hint: null });
  return { hosts, mistakes };
}

/** The names of a project's hosts and groups. */
function rosterOf({ hosts, groups, services }: Selectable): Roster {
  const members = new Map<string, string[]>([["all", hosts.map(({ name }) => name)]]);
  for (const { name, groups: mine } of hosts)
    for (const group of mine) {
      const known = members.get(group);
      if (known === undefined) members.set(group, [name]);
      else known.push(name);
    }
  return {
    hosts: hosts.map(({ name }) => name),
    groups: new Map<string, readonly string[]>([...members, ...(groups ?? [])]),
    ...(services === undefined ? {} : { ofService: (name: string) => services.get(name) ?? null }),
    ofLabel: (key, value) => hosts.filter(({ labels }) => labels[key] === value).map(({ name }) => name),
  };
}

function inWords({ kind, term, detail }: TermMistake, roster: Roster): PatternMistake {
  switch (kind) {
    case "subscript":
      return {
        message: `"${term}" counts past its ${detail} hosts`,
        hint: "the first host is [0], the last [-1]",
      };
    case "regex":
      return { message: `"${term}" is no regular expression: ${detail}`, hint: null };
    case "nothing":
      return { message: "a ! or & without a name behind it", hint: null };
    case "service":
      return roster.ofService === undefined
        ? { message: `"${term}": services are known only once the plays are`, hint: "use it in --limit" }
        : { message: `no play brings a service "${detail}" to a host`, hint: null };
    default: {
      const names = [...new Set([...roster.groups.keys(), ...roster.hosts])];
      return {
        message: `there is no host or group "${detail}"`,
        hint: didYouMean(detail, names) ?? `there are: ${nameList(names)}`,
      };
    }
  }
}

/** `*` any text, `?` any character, `[abc]` one of these; linear in the text, whatever the pattern. */
export function matchesGlob(glob: string, text: string): boolean {
  return makeGlob(glob)(text);
}
