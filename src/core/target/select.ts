/** Which services go to which hosts: the plays of a project, as far as they are selected. */
import { matchHosts } from "../config/patterns.ts";
import { fillRollout } from "../config/playbook.ts";
import { ConfigError, didYouMean, nameList, type Problem, UsageError } from "../errors.ts";
import type { Host, Play, PlayOrder, Project, ServiceSource } from "../model/declared.ts";

/**
 * What --limit and --service say; limit null and no services: everything. hosts all: also those that no play
 * names, for what is left on them.
 */
export type TargetSelection = {
  readonly limit: string | null;
  readonly services: readonly string[];
  readonly hosts?: "of-plays" | "all";
};

/** The selection of every service and of every host that a play names. */
export const EVERYTHING: TargetSelection = { limit: null, services: [] };

/** One play with what is selected of it; the services in the play's order. */
export type SelectedPlay = {
  readonly play: PlayOrder;
  readonly hosts: readonly Host[];
  readonly services: readonly ServiceSource[];
};

/**
 * The plays in their order, without those that nothing of is selected. Throws UsageError when the selection
 * names something unknown or selects nothing.
 */
export function select(project: Project, selection: TargetSelection): readonly SelectedPlay[] {
  const limited = hostsWithin(project, selection.limit);
  requireServices(project, selection.services);
  const wanted = (name: string) => selection.services.length === 0 || selection.services.includes(name);
  const plays = project.plays.map((play) => ({
    play,
    hosts: hostsOf(play, limited),
    services: project.services
      .filter((service) => play.services.includes(service.name) && wanted(service.name))
      .sort((a, b) => play.services.indexOf(a.name) - play.services.indexOf(b.name)),
  }));
  const selected = plays.filter(({ hosts, services }) => hosts.length > 0 && services.length > 0);
  const bare = selection.hosts === "all" ? bareHosts(project, limited) : [];
  refuseHosts(selected.flatMap(({ hosts }) => hosts));
  if (selected.length + bare.length === 0)
    throw new UsageError(
      "The selection matches nothing: no play brings these services to these hosts",
      "look at playbooks/site.yaml, --limit and --service; plan --prune shows what is left on hosts " +
        "that no play names",
    );
  return bare.length === 0
    ? selected
    : [...selected, { play: bringingNothing(project, bare), hosts: bare, services: [] }];
}

/**
 * The hosts that --limit selects, in order; null: all but those that no play names and that cannot be
 * connected to. Throws UsageError for a pattern that is wrong or matches nothing, ConfigError where the
 * inventory asks something of a host that is not done.
 */
export function limitHosts(project: Project, limit: string | null): readonly Host[] {
  const hosts = hostsWithin(project, limit);
  const named = new Set(project.plays.flatMap((play) => play.hosts));
  const wanted = hosts.filter(
    ({ name, refused }) => limit !== null || refused === undefined || named.has(name),
  );
  refuseHosts(wanted);
  return wanted;
}

/** Of what an inventory asks of many hosts, one mistake each time it is written. */
function refuseHosts(hosts: readonly Host[]): void {
  const asked = hosts.flatMap(({ name, refused = [] }) => refused.map((each) => ({ name, ...each })));
  const bySource = Map.groupBy(asked, ({ place, message }) => JSON.stringify([place, message]));
  const problems = [...bySource.values()].flatMap((group): readonly Problem[] => {
    const [first] = group;
    if (first === undefined) return [];
    const hint = [`it is for ${nameList([...new Set(group.map(({ name }) => name))])}`, first.hint];
    return [{ ...first, hint: hint.filter((part) => part !== null).join("; "), excerpt: "" }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
}

function hostsOf(play: Play, hosts: readonly Host[]): readonly Host[] {
  const names = new Set(play.hosts);
  return hosts.filter(({ name }) => names.has(name));
}

function hostsWithin(project: Project, limit: string | null): readonly Host[] {
  if (limit === null) return project.hosts;
  const { hosts, groups, plays } = project;
  const services = new Map<string, readonly string[]>();
  for (const play of plays)
    for (const service of play.services)
      services.set(service, [...(services.get(service) ?? []), ...play.hosts]);
  const { hosts: found, mistakes } = matchHosts(limit, { hosts, groups: groups ?? new Map(), services });
  const [first] = mistakes;
  if (first !== undefined)
    throw new UsageError(`--limit ${limit}: ${first.message}`, first.hint ?? undefined);
  return found;
}

function requireServices(project: Project, names: readonly string[]): void {
  const known = project.services.map((service) => service.name);
  for (const name of names) {
    if (!known.includes(name))
      throw new UsageError(
        `--service ${name}: there is no such service`,
        didYouMean(name, known) ?? `services: ${known.join(", ")}`,
      );
  }
}

function bareHosts({ plays }: Project, hosts: readonly Host[]): readonly Host[] {
  const named = new Set(plays.flatMap((play) => (play.services.length === 0 ? [] : play.hosts)));
  return hosts.filter(({ name }) => !named.has(name));
}

/** The play of hosts that no play names. */
export const BARE_PLAY = "hosts without a play";

/** Comes last; such a host may well be switched off, which stops no other host's. */
function bringingNothing(project: Project, hosts: readonly Host[]): PlayOrder {
  return { name: BARE_PLAY, rollout: fillRollout({ maxUnreachable: hosts.length }, project) };
}
