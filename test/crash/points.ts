/** The points of a log of strike, and the cases that follow from them. */
import { readFileSync } from "node:fs";

/** One system call that changes something. call: execve, open, write, rename …; two: the second path, or the word written. */
export type Point = {
  readonly number: number;
  readonly program: string;
  readonly call: string;
  readonly one: string;
  readonly two: string;
};

/** What a strike does at a point. */
export type Mode = "kill-before" | "kill-after" | "ENOSPC" | "EIO" | "fail" | "lost" | "hang";

/** Faults of one run: those of apply.sh's group and those of finish.sh's. */
export type Case = {
  readonly world: string;
  readonly apply: readonly string[];
  readonly finish: readonly string[];
  /** Whether the controller confirms. */
  readonly confirm: boolean;
};

/** Reads a log; struck: how many faults were met. */
export function readLog(path: string): { readonly points: readonly Point[]; readonly struck: number } {
  const rows = readFileSync(path, "utf8")
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => text.split("\t"));
  const points = rows
    .filter(([first]) => first !== "struck")
    .map(([number, program = "", call = "", one = "", two = ""]) => ({
      number: Number(number),
      program,
      call,
      one,
      two,
    }));
  return { points, struck: rows.filter(([first]) => first === "struck").length };
}

const EXEC_MODES: readonly Mode[] = ["kill-before", "kill-after", "fail", "lost", "hang"];
const CALL_MODES: readonly Mode[] = ["kill-before", "kill-after", "ENOSPC", "EIO"];

/** No point has more modes. */
export const MOST_MODES = Math.max(EXEC_MODES.length, CALL_MODES.length);

/** What can happen at a point. */
export function modesAt({ call }: Point): readonly Mode[] {
  return call === "execve" ? EXEC_MODES : CALL_MODES;
}

/** The same, beginning with another one from point to point. */
export function turnedModesAt(point: Point): readonly Mode[] {
  const modes = modesAt(point);
  const first = point.number % modes.length;
  return [...modes.slice(first), ...modes.slice(0, first)];
}

/** The points that matter first: renames, states, tokens, syncs and acts. */
export function mattersFirst({ call, one, two }: Point): boolean {
  if (call === "rename" || call === "fsync" || call === "unlink" || call === "rmdir") return true;
  if (call === "execve") return one.endsWith("/systemctl");
  return (
    /\/(?:state|token|acted|units)(?:\.tmp)?$/.test(call === "write" ? one : one + two) && call !== "chmod"
  );
}
