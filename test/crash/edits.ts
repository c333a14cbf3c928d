/**
 * The part `edits`: someone edits a path by hand, or makes a folder above it unsafe, while a transaction runs. What
 * they left is kept and named; nothing is written through what is not root's alone.
 */
import type { PartOrder, PartResult } from "./by-count.ts";
import { inNamespaces } from "./namespaces.ts";
import { beside } from "./root.ts";
import { setUpPlain } from "./set-up.ts";

/** How one came out. isDone: there was something to edit at that moment. */
export type EditRow = {
  readonly number: number;
  readonly what: string;
  readonly kind: "edit" | "parent";
  readonly isDone: boolean;
  readonly wrong: readonly string[];
};

/** Fewer of each kind are a failure. */
const LEAST = { edit: 600, parent: 300 } as const;
/** The share of the moments beside the states. */
const SHARE = 0.15;

/** Runs them all: every edit at every state, and at a share of the other moments; or the case of one number. */
export async function runEdits(order: PartOrder): Promise<PartResult> {
  setUpPlain();
  const { seed, number, found } = order;
  const jobs = number === undefined ? order.jobs : 1;
  const rows: EditRow[] = [];
  const hear = (row: EditRow): void => {
    rows.push(row);
    for (const each of row.wrong) found(`edits: seed ${seed} number ${row.number} (${row.what}): ${each}`);
  };
  await Promise.all(
    Array.from({ length: jobs }, (_, job) => {
      const words = [seed, SHARE, job, jobs, number ?? "each"].map(String);
      return inNamespaces(beside("./edit-worker.ts"), words, (text) => {
        hear(JSON.parse(text));
        return false;
      });
    }),
  );
  const count = (kind: EditRow["kind"]): number =>
    rows.filter((row) => row.kind === kind && row.isDone).length;
  const [edits, parents] = [count("edit"), count("parent")];
  const idle = rows.length - edits - parents;
  return {
    what: `${edits} edits and ${parents} unsafe parents (${idle} times with nothing to edit yet)`,
    runs: edits + parents,
    isEnough: number !== undefined || (edits >= LEAST.edit && parents >= LEAST.parent),
  };
}
