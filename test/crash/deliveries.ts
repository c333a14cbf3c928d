/**
 * The part `deliveries`: two controllers that planned for the same host deliver at the same time, in the plain-sh world.
 * One is confirmed, the other is refused with a conflict, and the host is as after the one alone.
 */
import type { PartOrder, PartResult } from "./by-count.ts";
import { inNamespaces } from "./namespaces.ts";
import { beside } from "./root.ts";
import { setUpPlain } from "./set-up.ts";

/** How a pair ended. */
export type DeliveryRow = {
  readonly number: number;
  readonly winner: "left" | "right" | "nobody";
  readonly wrong: readonly string[];
};

const RACES = 500;
const LEAST_SHARE = 0.05;

/** Runs them all. */
export async function runDeliveries(order: PartOrder): Promise<PartResult> {
  setUpPlain();
  const { seed, jobs, races = RACES, number, found } = order;
  const rows: DeliveryRow[] = [];
  const share = Math.ceil(races / jobs);
  await Promise.all(
    Array.from({ length: jobs }, (_, job) => {
      const words = [seed, job * share, Math.min(races, (job + 1) * share), number ?? "each"].map(String);
      return inNamespaces(beside("./delivery-worker.ts"), words, (text) => {
        const row: DeliveryRow = JSON.parse(text);
        rows.push(row);
        for (const each of row.wrong) found(`deliveries: seed ${seed} number ${row.number}: ${each}`);
        return false;
      });
    }),
  );
  const [left, right] = (["left", "right"] as const).map(
    (side) => rows.filter(({ winner }) => winner === side).length,
  );
  if (number === undefined && Math.min(left ?? 0, right ?? 0) < LEAST_SHARE * rows.length)
    found(`deliveries: no race: left won ${left}, right ${right}; each has to win 5 %`);
  return {
    what: `${rows.length} of ${races} pairs (left:right ${left}:${right})`,
    runs: rows.length,
    isEnough: rows.length === races,
  };
}
