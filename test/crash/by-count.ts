/** Parts of the crash suite that are counted by themselves: by races, edits and cuts, and not by the points of a world. */
import { runControllers } from "./controllers.ts";
import { runDeliveries } from "./deliveries.ts";
import { runEdits } from "./edits.ts";
import { runLinks } from "./links.ts";
import { runRaces } from "./races.ts";
import { record } from "./tally.ts";
import type { Asked } from "./usage.ts";

/** What such a part takes. races: how many; number: that one alone, so many times; found: takes each violation. */
export type PartOrder = Pick<Asked, "seed" | "jobs" | "races" | "number"> & {
  readonly found: (violation: string) => void;
};
/** What it came to. what: its counts, without the violations; isEnough: it was run by its whole count. */
export type PartResult = { readonly what: string; readonly runs: number; readonly isEnough: boolean };

const PARTS: ReadonlyMap<string, (order: PartOrder) => Promise<PartResult>> = new Map([
  ["races", runRaces],
  ["deliveries", runDeliveries],
  ["controllers", runControllers],
  ["edits", runEdits],
  ["links", runLinks],
]);

/** Their names, for the usage. */
export const COUNTED_PARTS: readonly string[] = [...PARTS.keys()];

/**
 * Runs the part, prints its violations as they come and its line, and keeps the whole of it in the tally. Null: there
 * is none of this name.
 */
export async function runByCount(asked: Asked): Promise<number | null> {
  const part = PARTS.get(asked.part ?? "");
  if (part === undefined) return null;
  const wrong: string[] = [];
  const found = (violation: string): void => {
    wrong.push(violation);
    console.log(violation);
  };
  const started = performance.now();
  const { what, runs, isEnough } = await part({ ...asked, found });
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  const few = isEnough ? "" : "; these are too few";
  console.log(`Crash suite, ${asked.part}: ${what}, ${wrong.length} violations, ${minutes} min${few}.`);
  if (asked.races === undefined && asked.number === undefined)
    await record({ row: "race", name: asked.part ?? "", runs, wrong });
  return isEnough && wrong.length === 0 ? 0 : 1;
}
