/**
 * npm run fuzz [-- COUNT [SEED]]: a million inputs (as a rule) through every parser of the unit-file library.
 * Fails when one throws or takes a second.
 */
import { fuzz } from "../support/fuzz.ts";
import { processorTime } from "../support/processor-time.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
const start = performance.now();
const { calls, slowest, failures } = fuzz(count, seed, processorTime);

console.log(
  `${count} inputs, ${calls} calls, seed ${seed}: ${Math.round((performance.now() - start) / 1000)} s`,
);
console.log(
  `slowest: ${slowest.parser}, ${slowest.milliseconds.toFixed(1)} ms, on ${JSON.stringify(slowest.input)}`,
);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length > 0 || slowest.milliseconds > 1000 ? 1 : 0;
