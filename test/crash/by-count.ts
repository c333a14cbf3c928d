/** Parts of the crash suite that are counted by themselves: by races, edits and cuts, and not by the points of a world. */
import { runRaces } from "./races.ts";
import { record } from "./tally.ts";
import type { Asked } from "./usage.ts";

/** What such a part takes. races: how many; number: that one alone, so many times. */
export type PartOrder = Pick<Asked, "seed" | "jobs" | "races" | "number">;
/** What it came to. line: the one line of its counts; isEnough: it was run by its whole count. */
export type PartResult = {
  readonly line: string;
  readonly runs: number;
  readonly wrong: readonly string[];
  readonly isEnough: boolean;
};

const PARTS: ReadonlyMap<string, (order: PartOrder) => Promise<PartResult>> = new Map([["races", runRaces]]);

/** Their names, for the usage. */
export const COUNTED_PARTS: readonly string[] = [...PARTS.keys()];

/** Runs the part, prints its violations and its line, and keeps the whole of it in the tally. Null: there is none of this name. */
export async function runByCount(asked: Asked): Promise<number | null> {
  const part = PARTS.get(asked.part ?? "");
  if (part === undefined) return null;
  const { line, runs, wrong, isEnough } = await part(asked);
  for (const each of wrong) console.log(each);
  console.log(line);
  if (asked.races === undefined && asked.number === undefined)
    await record({ row: "race", name: asked.part ?? "", runs, wrong });
  return isEnough && wrong.length === 0 ? 0 : 1;
}
