/**
 * npm run crash: strikes transactions at every system call that changes something, and judges what is left.
 *   --world NAME  --seed N  --full (every point in every mode, and pairs)  --jobs N
 *   --mutants (--name TEXT)  --first (ends at the first violation)
 *   --part NAME: slice, single, double, checks  --case APPLY/FINISH: faults of one run; its logs are left in the folder for temporary files
 * Needs Linux, root and gcc; says so and fails without them.
 */
import { parseArgs } from "node:util";
import { tryMutants } from "./mutants.ts";
import { allOf, emptySum, LEAST, lineOf, type Part, runParts, slicesOf } from "./suite.ts";
import { WORLDS } from "./worlds.ts";

/** Tries the mutants; 0: every one was caught. */
function mutants(text: string): number {
  const all = tryMutants(text, ({ name, what, caughtBy }) =>
    console.log(
      `${name} (${what}): ${caughtBy === null ? "SURVIVED" : `caught by ${caughtBy.slice(0, 300)}`}`,
    ),
  );
  const caught = all.filter(({ caughtBy }) => caughtBy !== null).length;
  console.log(`Crash suite: ${caught} of ${all.length} mutants caught.`);
  return caught === all.length && caught > 0 ? 0 : 1;
}

/** What is run, in this order. */
function partsOf(values: {
  readonly world?: string | undefined;
  readonly full?: boolean | undefined;
  readonly case?: string | undefined;
  readonly part?: string | undefined;
}): readonly Part[] {
  const part = values.case === undefined ? values.part : `case=${values.case}`;
  if (part === undefined) return values.full === true ? allOf(values.world) : slicesOf(values.world);
  return WORLDS.filter(({ name }) => name === (values.world ?? name)).map(({ name }) => ({
    world: name,
    part,
  }));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      world: { type: "string" },
      seed: { type: "string", default: "0" },
      full: { type: "boolean" },
      case: { type: "string" },
      part: { type: "string" },
      first: { type: "boolean" },
      mutants: { type: "boolean" },
      name: { type: "string", default: "" },
      jobs: { type: "string", default: "2" },
    },
  });
  if (values.mutants === true) return mutants(values.name);
  const sum = emptySum();
  const options = { seed: values.seed, jobs: Number(values.jobs), first: values.first === true };
  await runParts(partsOf(values), options, sum, console.log);
  for (const each of sum.wrong) console.log(each);
  const few = values.world === undefined && sum.runs < LEAST;
  if (few) console.log(`Only ${sum.runs} runs; at least ${LEAST} are needed.`);
  console.log(lineOf(sum));
  return few || sum.wrong.length > 0 ? 1 : 0;
}

process.exitCode = await main();
