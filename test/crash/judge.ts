/** Says what is wrong with a host after a transaction that was struck: it is entirely old or entirely new, and says which. */
import { stateFolder } from "../../src/host/frames.ts";
import { type Root, readIn } from "./root.ts";
import { differences, openToOthers, type Snapshot, snapshot } from "./snapshot.ts";
import type { CrashWorld } from "./world.ts";

/**
 * before, after: the host without and with the transaction, which is in the folder txn. booted: the same once the
 * machine was started again, for runs in which it was: what a boot brings may be either.
 */
export type Truth = {
  readonly world: CrashWorld;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly txn: string;
  readonly booted?: { readonly before: Snapshot; readonly after: Snapshot };
};

/** How a run ended. wrong: each violation in a sentence; empty: none. */
export type Verdict = {
  readonly state: string;
  readonly end: "old" | "new" | "said so" | "mixed";
  readonly wrong: readonly string[];
};

/** What struck a run beside kills: the undo may then say that it failed, and leave copies of its own. */
export type Forgiven = { readonly apply: boolean; readonly finish: boolean };

/** Compares the host with the truth that its state claims. */
export function judge(root: Root, truth: Truth, forgiven: Forgiven): Verdict {
  const text = readIn(root, `${truth.txn}/state`).trim();
  const [state = ""] = text.split(" ");
  const found = snapshot(root);
  const named = readIn(root, `${truth.txn}/conflicts`)
    .trim()
    .split(" ")
    .filter((path) => path !== "");
  const wrong = [
    ...openToOthers(root),
    ...reports(root, state),
    ...answers(root),
    ...lost(root, truth.world),
  ];
  if (named.length > 0 && !forgiven.finish) wrong.push(`conflicts where nobody edited: ${named.join(" ")}`);
  wrong.push(...givenUp(truth, found, named));
  if (state === "ROLLBACK_FAILED" && forgiven.finish)
    return { state: text, end: "said so", wrong: [...wrong, ...torn(truth, found)] };
  wrong.push(...runsWrong(root, found));
  // What was published before a boot never begins: the boot's recovery says so.
  const ends = ["CONFIRMED", "ROLLEDBACK", "REFUSED", ...(truth.booted === undefined ? ["STAGED"] : [])];
  if (!ends.includes(state))
    return { state: text, end: "mixed", wrong: [...wrong, `the state is ${text || "missing"}`] };
  const isNew = state === "CONFIRMED";
  const excused = (path: string): boolean =>
    truth.world.rests?.test(path) === true ||
    isBooted(truth.booted?.[isNew ? "after" : "before"], found, path) ||
    // A record that could not be renewed is the old one again: the next plan goes by when the process started.
    (forgiven.finish && path.startsWith("record ") && isBooted(truth.before, found, path)) ||
    (isNew ? isRetained(truth, found, path) : truth.world.stays?.test(path) === true) ||
    named.some((each) => path.startsWith(each) || each.startsWith(`${path}/`)) ||
    // A staging folder that could not be removed: the next transaction uses it.
    ((forgiven.apply || forgiven.finish) && path.startsWith("/.svcdeploy-stage"));
  const differ = differences(isNew ? truth.after : truth.before, found, excused);
  const end = differ.length > 0 ? "mixed" : isNew ? "new" : "old";
  return { state: text, end, wrong: [...wrong, ...differ.map((each) => `${state}: ${each}`)] };
}

/** Files and links that are still the transaction's own, and that its undo took for edited ones. */
function givenUp({ before, after }: Truth, found: Snapshot, named: readonly string[]): readonly string[] {
  return named.flatMap((path) => {
    const text = found.get(path) ?? "";
    const isOurs = /^(?:file|link) /.test(text) && text === after.get(path) && text !== before.get(path);
    return isOurs ? [`${path} is new, and the undo took it for an edited one`] : [];
  });
}

/** What runs was started from what is on the disk now, by unit files that the manager has read, and nothing of ours failed. */
function runsWrong(root: Root, found: Snapshot): readonly string[] {
  const drift = readIn(root, "stand/host/drift")
    .split("\n")
    .filter((row) => row !== "");
  const failed = [...found].flatMap(([path, text]) =>
    path.startsWith("unit ") && text.startsWith("failed") ? [`${path} has failed`] : [],
  );
  return [...drift, ...failed];
}

/** As a boot leaves it. A record is of the process before the boot, or of the one behind it. */
function isBooted(booted: Snapshot | undefined, found: Snapshot, path: string): boolean {
  if (booted === undefined) return false;
  const digests = (text: string | undefined): string | undefined => text?.split(" ").slice(0, 2).join(" ");
  const of = path.startsWith("record ") ? digests : (text: string | undefined) => text;
  return of(booted.get(path)) === of(found.get(path));
}

/**
 * After a commit what is past its time may stay until the next one removes it: generations, and releases that
 * are whole or do not bear a whole one's name.
 */
function isRetained({ before, after }: Truth, found: Snapshot, path: string): boolean {
  const [, top = ""] =
    /^(\/var\/lib\/svcdeploy\/(?:gen|blobs)\/[^/]+|\/opt\/[^/]+\/releases\/[^/]+)/.exec(path) ?? [];
  if (top === "" || after.has(top)) return false;
  if (/\.(?:old|going)$/.test(top)) return before.has(top.replace(/\.(?:old|going)$/, ""));
  return (
    [...before].every(
      ([each, text]) => !(each === top || each.startsWith(`${top}/`)) || found.get(each) === text,
    ) && before.has(top)
  );
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

/** Beginnings of lines that a file must have whatever happens, and has not. */
function lost(root: Root, { holds = {} }: CrashWorld): readonly string[] {
  return Object.entries(holds).flatMap(([path, line]) =>
    readIn(root, path)
      .split("\n")
      .some((each) => each.startsWith(line))
      ? []
      : [`${path} has lost ${line}`],
  );
}

/** What the controller was answered is what the state was. */
function answers(root: Root): readonly string[] {
  const answer = /^nonce state (\S+)/m.exec(readIn(root, "stand/host/answer"))?.[1];
  const then = readIn(root, "stand/host/then").split(/\s/)[0];
  if (answer === undefined || then === "" || answer === then) return [];
  return [`the controller was answered ${answer} while the state was ${then}`];
}

/** Where an undo says that it failed, each path is still entirely old or entirely new. */
function torn({ world, before, after }: Truth, found: Snapshot): readonly string[] {
  // A step that fails by itself is never on the host entirely.
  if (world.fails === true) return [];
  return [...found].flatMap(([path, text]) =>
    !/^\/(?:etc|opt|proc)\//.test(path) ||
    world.stays?.test(path) === true ||
    text === before.get(path) ||
    text === after.get(path) ||
    /\.tmp(?:\/|$)/.test(path)
      ? []
      : [`${path} is neither old nor new: ${text}`],
  );
}
