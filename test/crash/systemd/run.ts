/** Worlds with systemd, on hosts of their own: their external commands are struck by a shim. */
import { type SystemdVersion, startHost, systemdVersions } from "../../support/hosts.ts";
import { numberCommands, readCommandNumbers } from "../command-numbers.ts";
import type { Part, Row } from "../suite.ts";
import { currentRows, doneCases, knownCases, readTally, shortDigest } from "../tally.ts";
import { casesOf, makeRange, nameOf, type Range, type Struck } from "./cases.ts";
import { COMMANDS, files, installCrashPoints, WORLD_NAMES, type World } from "./host.ts";
import { ranked, sample } from "./sample.ts";
import { type Ended, strike } from "./strike.ts";

type SystemdWorld = {
  readonly name: string;
  readonly definition: string;
  readonly systemd: SystemdVersion;
  readonly body: World;
};

/** Every world on every version: 247-usual, 247-trees … */
export const systemdWorlds: readonly SystemdWorld[] = systemdVersions.flatMap((systemd) =>
  WORLD_NAMES.map((body) => ({ name: `${systemd}-${body}`, definition: definitionOf(body), systemd, body })),
);

/** How many cases a slice has. */
const SLICE = 40;

/** What the transactions are, and what makes the worlds before them; a comment of it changes nothing. */
function definitionOf(body: World): string {
  const all = files();
  const makes = String(all["case.sh"]).replaceAll(/^ *#.*\n/gm, "");
  const parts = body === "usual" ? [all.usual, all.slow, all.upload] : [all.trees, all.tree];
  return shortDigest([makes, ...parts.map((part) => Buffer.from(part ?? "").toString("latin1"))].join("\0"));
}

/**
 * Runs a part: full, slice, single, or case=HOW NUMBER; hear gets each row, and says whether that is enough. turns: on
 * so many versions of systemd each case is run.
 */
export async function runSystemd(
  { world: name, part }: Part,
  hear: (row: Row) => boolean,
  turns: number = systemdVersions.length,
): Promise<void> {
  const world = systemdWorlds.find((each) => each.name === name);
  if (world === undefined) throw new Error(`no world is called ${name}`);
  let range = await bring(world);
  try {
    const all = casesOf(range);
    const names = all.map(({ fault }) => nameOf(fault));
    const numbers = part === "full" ? await numberCommands(names) : readCommandNumbers();
    const keys = new Map(all.map((each) => [each, keyOf(each, numbers)]));
    const current = currentRows(readTally().get(name) ?? [], world.definition);
    const known = new Set([...knownCases(current, "single"), ...[...keys.values()].map(wordOf)]);
    hear({
      world: name,
      definition: world.definition,
      counted: world.definition,
      points: Object.values(range.commands).reduce((sum, commands) => sum + commands.length, 0),
      single: known.size,
      double: 0,
    });
    const done = doneCases(current, "single");
    const chosen = choose(world, part, inTurns(world, all, turns), (each) => wordOf(keys.get(each)), done);
    const renew = async (): Promise<Range> => {
      await range.host.remove();
      range = await bring(world);
      return range;
    };
    for await (const ended of strike(range, chosen, renew))
      if (hear(rowOf(name, part === "full" ? "single" : part, ended, numbers))) break;
  } finally {
    await range.host.remove();
  }
}

async function bring({ systemd, body }: SystemdWorld): Promise<Range> {
  const host = await startHost({ systemd, name: "strike" });
  await installCrashPoints(host, COMMANDS);
  return await makeRange(host, body);
}

type Key = { readonly how: string; readonly at: string };

function keyOf({ body, phase, fault }: Struck, numbers: ReadonlyMap<string, number>): Key {
  const number = numbers.get(nameOf(fault));
  return {
    how: `${body === "slow" ? body : phase} ${fault.mode}`,
    at: number === undefined ? "?" : String(number),
  };
}

const wordOf = (key: Key | undefined): string => `${key?.how} ${key?.at}`;

/** The cases whose turn it is on this version. */
function inTurns({ systemd }: SystemdWorld, all: readonly Struck[], turns: number): readonly Struck[] {
  const count = systemdVersions.length;
  return all.filter((_, index) => (index + systemdVersions.indexOf(systemd)) % count < turns);
}

function choose(
  { systemd }: SystemdWorld,
  part: string,
  all: readonly Struck[],
  word: (of: Struck) => string,
  done: ReadonlySet<string>,
): readonly Struck[] {
  if (part === "single") return all;
  if (part === "full") return ranked(all.filter((each) => !done.has(word(each))));
  const turn = { turn: systemdVersions.indexOf(systemd), turns: systemdVersions.length };
  if (part === "slice") return sample(all, SLICE, turn);
  const wanted = part.slice("case=".length);
  const found = all.filter((each) => word(each) === wanted);
  if (found.length > 0) return found;
  const some = all.slice(0, 3).map((each) => JSON.stringify(word(each)));
  throw new Error(`no case is called ${JSON.stringify(wanted)}; there are ${some.join(", ")} and others`);
}

const MOST_LINES = 8;

function rowOf(
  world: string,
  part: string,
  { of, end, wrong }: Ended,
  numbers: ReadonlyMap<string, number>,
): Row {
  const name = nameOf(of.fault);
  const key = keyOf(of, numbers);
  return {
    world,
    part,
    ...key,
    what: `${key.how} ${key.at} (${name})`,
    end,
    struck: end === "missed" ? 0 : 1,
    wrong: wrong.slice(0, MOST_LINES),
  };
}
