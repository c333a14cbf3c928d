/** Runs cases of a world with systemd, one after the other, each in the world as it was before. */
import { isDeepStrictEqual } from "node:util";
import { describeWrong, type End, endOf, type Range, type Struck } from "./cases.ts";
import { makeOld, runCase } from "./host.ts";

/** A case that was run, and what it has that it should not have; empty: nothing. */
export type Ended = { readonly of: Struck; readonly end: End; readonly wrong: readonly string[] };

/** What the undo asks the journal depends on how fast that is: a command may come up in one run and not in another. */
const TRIES = 3;

/** renew: brings another host, where one may have been left in a state that no one knows. Throws where a world cannot be made again. */
export async function* strike(
  first: Range,
  cases: readonly Struck[],
  renew: () => Promise<Range>,
): AsyncGenerator<Ended> {
  let range = first;
  let end: End = "new";
  for (const of of cases) {
    let wrong: readonly string[] = [];
    for (let tries = 0; tries === 0 || (tries < TRIES && end === "missed"); tries += 1) {
      if (end !== "old") await makeAgain(range);
      const outcome = await runCase(range.host, of);
      end = endOf(outcome, of, range);
      if (end === "mixed") wrong = describeWrong(outcome, of, range);
    }
    yield { of, end, wrong };
    if (end !== "mixed") continue;
    range = await renew();
    end = "new";
  }
}

async function makeAgain({ host, world, old }: Range): Promise<void> {
  const made = await makeOld(host, world);
  if (isDeepStrictEqual(made, old)) return;
  const differ = [
    ...made.filter((each) => !old.includes(each)),
    ...old.filter((each) => !made.includes(each)),
  ];
  throw new Error(`${host.name}: the world ${world} could not be made again: ${differ.join("; ")}`);
}
