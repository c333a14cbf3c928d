/** The text of a playbook → plays: patterns resolved to hosts, rollout defaults filled. */
import * as z from "zod";
import { didYouMean, nameList, type Problem } from "../errors.ts";
import type { Host, HostGroups, Play, Rollout, Tree } from "../model/declared.ts";
import { isTreeList } from "../model/tree.ts";
import { checkTree, MAX_PROBLEMS, withoutEchoes } from "./check.ts";
import { matchHosts } from "./patterns.ts";
import { readRest } from "./rest.ts";
import {
  bad,
  describe,
  duration,
  good,
  integer,
  type LeafResult,
  leaf,
  listOf,
  map,
  text,
} from "./schema-parts.ts";
import { problemAt, type TreePath, type YamlDocument } from "./yaml.ts";

const batch = leaf(
  (value): LeafResult<number | `${number}%`> => {
    if (typeof value === "number" && Number.isInteger(value) && value >= 1) return good(value);
    const percent = typeof value === "string" ? /^(100|[1-9]\d?)%$/.exec(value)?.[1] : undefined;
    if (percent === undefined)
      return bad(`a count such as 1 or a share such as "25%" is expected here, this is ${describe(value)}`);
    return good<`${number}%`>(`${Number(percent)}%`);
  },
  {
    anyOf: [
      { type: "integer", minimum: 1 },
      { type: "string", pattern: "^(100|[1-9][0-9]?)%$" },
    ],
  },
);

const rollout = map(
  {
    batches: z
      .array(batch, { error: "a list is expected here, e.g. [1, 25%, 100%]" })
      .min(1, "at least one batch is needed")
      .optional(),
    maxFailed: integer(0, 1_000_000).optional(),
    maxUnreachable: integer(0, 1_000_000).optional(),
    pause: duration(0, 86_400).optional(),
    healthyDeadline: duration(1, 86_400).optional(),
  },
  ["canary", "minHealthyTime", "autoRevert", "progressDeadline"],
);

const play = map({ play: text, hosts: listOf(text), services: listOf(text), rollout: rollout.optional() }, [
  "before",
  "after",
]);
/** playbooks/*.yaml */
export const playbookSchema = z.array(play, { error: "a playbook is a list of plays" });

const MAX_PLACEMENTS = 200_000;

/** What a playbook may name. */
export type PlaybookScope = {
  readonly hosts: readonly Host[];
  readonly groups?: HostGroups;
  /** False: the inventory has mistakes, so a host that is not known may be one of them. */
  readonly knowsHosts?: boolean;
  readonly services: readonly string[];
  readonly protected: boolean;
};

/** Reads the plays in file order. Where problems is not empty, plays holds what could be read. */
export function readPlaybook(
  document: YamlDocument,
  scope: PlaybookScope,
): { readonly plays: readonly Play[]; readonly problems: readonly Problem[] } {
  const { problems } = checkTree(playbookSchema, document, "plain");
  const written = document.isBroken ? null : playsOf(document.tree);
  const found: Problem[] = [...problems];
  const fail: Fail = (path, message, hint) => {
    if (found.length < MAX_PROBLEMS)
      found.push(problemAt(document.text, document.placeOf(path), message, hint));
    return undefined;
  };
  const plays = (written ?? []).flatMap((each, index) =>
    each === null ? [] : [readPlay(each, index, scope, fail, document)],
  );
  reportRepeats(plays, fail);
  return { plays, problems: withoutEchoes(document.problems, found) };
}

/** Each play without what is wrong in it; null: nothing of it can be read. */
function playsOf(tree: Tree): readonly (z.infer<typeof play> | null)[] | null {
  return isTreeList(tree) ? tree.map((item) => readRest(play, item)?.value ?? null) : null;
}

type Fail = (path: TreePath, message: string, hint: string | null) => undefined;

function readPlay(
  written: z.infer<typeof play>,
  index: number,
  scope: PlaybookScope,
  fail: Fail,
  document: YamlDocument,
): Play {
  const pattern = written.hosts.join(":");
  const match = matchHosts(pattern, { hosts: scope.hosts, groups: scope.groups ?? new Map() });
  for (const mistake of scope.knowsHosts === false ? [] : match.mistakes)
    fail([index, "hosts"], mistake.message, mistake.hint);
  const seen = new Set<string>();
  for (const [at, service] of written.services.entries()) {
    if (!scope.services.includes(service))
      fail([index, "services", at], `there is no service "${service}"`, hintFor(service, scope.services));
    if (seen.has(service)) fail([index, "services", at], `the service "${service}" is named twice`, null);
    seen.add(service);
  }
  return {
    name: written.play,
    hosts: match.hosts.map((host) => host.name),
    services: written.services,
    rollout: fillRollout(written.rollout ?? {}, scope),
    place: document.placeOf([index]),
  };
}

function hintFor(service: string, services: readonly string[]): string {
  const list = services.length === 0 ? "services/ has no file" : `services/ has ${nameList(services)}`;
  const nearest = didYouMean(service, services);
  return nearest === null ? list : `${nearest} ${list}`;
}

/** A protected environment starts with one host, then a quarter; others go all at once. */
export function fillRollout(
  written: z.infer<typeof rollout>,
  scope: Pick<PlaybookScope, "protected">,
): Rollout {
  return {
    batches: written.batches ?? (scope.protected ? [1, "25%", "100%"] : ["100%"]),
    maxFailed: written.maxFailed ?? 0,
    maxUnreachable: written.maxUnreachable ?? 0,
    pauseSeconds: written.pause ?? 0,
    healthyDeadlineSeconds: written.healthyDeadline ?? 300,
  };
}

/**
 * Two plays of one name cannot be told apart in reports; one service twice on one host would be two truths.
 */
function reportRepeats(plays: readonly Play[], fail: Fail): undefined {
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const [index, { name, hosts, services }] of plays.entries()) {
    if (names.has(name)) fail([index, "play"], `two plays are called "${name}"`, null);
    names.add(name);
    if (owners.size + hosts.length * services.length > MAX_PLACEMENTS)
      return fail([index], `more than ${MAX_PLACEMENTS} services on hosts`, null);
    for (const host of hosts) {
      for (const service of services) {
        const owner = owners.get(`${host} ${service}`);
        if (owner !== undefined && owner !== name)
          fail(
            [index, "services"],
            `the service "${service}" is on the host ${host} twice: in this play and in "${owner}"`,
            null,
          );
        owners.set(`${host} ${service}`, name);
      }
    }
  }
}
