/**
 * npm run crash: strikes transactions at every point at which they change something, and judges what is left.
 * usage.ts has its options.
 */
import { runByCount } from "./by-count.ts";
import { allWorlds, hasSystemd, worldsNamed } from "./defined.ts";
import { mutantLine, tryMutants } from "./mutants.ts";
import { makeRecorder } from "./recorder.ts";
import { NotReady, setUpPlain, setUpSystemd } from "./set-up.ts";
import { allOf, emptySum, LEAST, lineOf, type Part, runParts, slicesOf } from "./suite.ts";
import { DamagedTally, readTally, record } from "./tally.ts";
import { tallyText } from "./tally-text.ts";
import { type Asked, BadUsage, readArguments, USAGE } from "./usage.ts";

/** Tries the mutants; 0: every one was caught. */
async function mutants({ name: text, jobs }: Asked): Promise<number> {
  setUpPlain();
  let writing = Promise.resolve();
  const all = await tryMutants(text, jobs, (caught) => {
    console.log(mutantLine(caught));
    const { name, by } = caught;
    writing = writing.then(() => record({ row: "mutant", name, caughtBy: by?.part ?? null }));
  });
  await writing;
  const caught = all.filter(({ by }) => by !== null).length;
  console.log(`Crash suite: ${caught} of ${all.length} mutants caught.`);
  return caught === all.length && caught > 0 ? 0 : 1;
}

/** What is run, in this order. Throws BadUsage. */
function partsOf({ world, full, part, case: only }: Asked): readonly Part[] {
  const named = world === undefined ? allWorlds : worldsNamed(world);
  if (named.length === 0)
    throw new BadUsage(`--world ${world}: there are ${allWorlds.map(({ name }) => name).join(", ")}`);
  const one = only === undefined ? part : `case=${only}`;
  const withSystemd = (each: string): readonly Part[] =>
    named.filter(hasSystemd).map(({ name }) => ({ world: name, part: each }));
  if (full) return [...allOf(world), ...withSystemd("full")];
  // Where no world is named, those that need Docker are left out.
  if (one === undefined) return [...slicesOf(world), ...(world === undefined ? [] : withSystemd("slice"))];
  if (world !== undefined && named.some(hasSystemd) && (one === "double" || one === "checks"))
    throw new BadUsage(`--part ${one}: worlds with systemd have none`);
  const plain = named.filter((each) => !hasSystemd(each)).map(({ name }) => ({ world: name, part: one }));
  return [...plain, ...(world === undefined ? [] : withSystemd(one))];
}

function setUp(parts: readonly Part[]): void {
  const names = [...new Set(parts.map(({ world }) => world))];
  const withSystemd = names.filter((name) => hasSystemd({ name }));
  if (withSystemd.length < names.length) setUpPlain();
  if (withSystemd.length > 0) setUpSystemd(withSystemd);
}

function printTally(): number {
  const { lines, violations } = tallyText(readTally(), allWorlds);
  for (const line of lines) console.log(line);
  return violations === 0 ? 0 : 1;
}

async function sit(asked: Asked): Promise<number> {
  const parts = partsOf(asked);
  // A damaged file is found before anything is run.
  if (asked.full) readTally();
  setUp(parts);
  const sum = emptySum();
  const { seed, turns, jobs, first, limit, full, world } = asked;
  const recorder = full ? { recorder: makeRecorder(allWorlds, seed) } : {};
  await runParts(parts, { seed, turns, jobs, first, limit, ...recorder }, sum, console.log);
  for (const each of sum.wrong) console.log(each);
  const few = world === undefined && !full && limit >= LEAST && sum.runs < LEAST;
  if (few) console.log(`Only ${sum.runs} runs; at least ${LEAST} are needed.`);
  console.log(lineOf(sum));
  const code = few || sum.wrong.length > 0 ? 1 : 0;
  return full ? Math.max(code, printTally()) : code;
}

async function main(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if (asked.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (asked.tally) return printTally();
  if (asked.mutants) return await mutants(asked);
  return (await runByCount(asked)) ?? (await sit(asked));
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const isOurs = error instanceof BadUsage || error instanceof NotReady || error instanceof DamagedTally;
  console.error(isOurs ? `Error: ${error.message}` : error);
  if (error instanceof BadUsage) console.error(`\n${USAGE}`);
  return error instanceof BadUsage ? 2 : 1;
});
