/** Says what is wrong with a host after a transaction that was struck: it is entirely old or entirely new, and says which. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../src/host/frames.ts";
import { type Root, readIn } from "./root.ts";
import { differences, openToOthers, type Snapshot, snapshot } from "./snapshot.ts";

/** before, after: the host without and with the transaction; txn: its folder. */
export type Truth = { readonly before: Snapshot; readonly after: Snapshot; readonly txn: string };

/** How a run ended. wrong: each violation in a sentence; empty: none. */
export type Verdict = {
  readonly state: string;
  readonly end: "old" | "new" | "said so" | "mixed";
  readonly wrong: readonly string[];
};

/**
 * forgiving: faults other than kills struck the undo itself, which may then say that it failed, and may leave
 * copies of its own.
 */
export function judge(root: Root, truth: Truth, forgiving: boolean): Verdict {
  const text = readIn(root, `${truth.txn}/state`).trim();
  const [state = ""] = text.split(" ");
  const found = snapshot(root);
  const said = {
    state: text,
    wrong: [...openToOthers(root), ...conflicts(root, truth), ...reports(root, state)],
  };
  const wanted = state === "CONFIRMED" ? truth.after : truth.before;
  const end = state === "CONFIRMED" ? "new" : "old";
  if (state === "ROLLBACK_FAILED" && forgiving)
    return { ...said, end: "said so", wrong: [...said.wrong, ...torn(truth, found)] };
  if (!["CONFIRMED", "ROLLEDBACK", "REFUSED", "STAGED"].includes(state))
    return { ...said, end: "mixed", wrong: [...said.wrong, `the state is ${text || "missing"}`] };
  // A staging folder that could not be removed is empty or has copies, and the next transaction uses it.
  const wrong = differences(wanted, found).filter(
    (each) => !forgiving || !each.startsWith("/.svcdeploy-stage"),
  );
  if (wrong.length === 0) return { ...said, end };
  return { ...said, end: "mixed", wrong: [...said.wrong, ...wrong.map((each) => `${state}: ${each}`)] };
}

function conflicts(root: Root, { txn }: Truth): readonly string[] {
  return existsSync(join(root.root, txn, "conflicts"))
    ? [`conflicts where nobody edited: ${readIn(root, `${txn}/conflicts`).trim()}`]
    : [];
}

/** The record of runs says what the state says, where it says anything of it. */
function reports(root: Root, state: string): readonly string[] {
  const last = readIn(root, `${stateFolder}/runs`).trim().split("\n").at(-1) ?? "";
  const result = /txn=(\S+) at=\S+ result=(.*)$/.exec(last);
  if (result === null || state === "STAGED") return [];
  const words: Readonly<Record<string, string>> = {
    CONFIRMED: "confirmed",
    ROLLEDBACK: "rolled-back",
    REFUSED: "refused",
    ROLLBACK_FAILED: "rollback-failed",
  };
  return result[2]?.startsWith(words[state] ?? "?") === true ||
    !readIn(root, `${stateFolder}/txn/${result[1]}/state`).startsWith(state)
    ? []
    : [`the state is ${state}, and the record of runs says ${result[2]}`];
}

/** Where an undo says that it failed, each path is still entirely old or entirely new. */
function torn({ before, after }: Truth, found: Snapshot): readonly string[] {
  return [...found].flatMap(([path, text]) =>
    !/^\/(?:etc|opt)\//.test(path) ||
    text === before.get(path) ||
    text === after.get(path) ||
    /\.tmp(?:\/|$)/.test(path)
      ? []
      : [`${path} is neither old nor new: ${text}`],
  );
}
