/**
 * What a watch knows of each host between two pictures: the last that was said, when, and what changed
 * lately.
 */
import { ConnectError, type SvcdeployError } from "../../core/errors.ts";
import type { StatusOfHost, UnitStatus } from "../../core/status/host-status.ts";
import type { SeenHost } from "../../report/status/status-view.ts";

/** Times are milliseconds of a clock that never runs backwards. */
export type StatusBoard = {
  /** Takes what a host said, or why it said nothing. */
  readonly note: (host: string, said: StatusOfHost | SvcdeployError, now: number) => void;
  /** True when every host has been heard of. */
  readonly isComplete: () => boolean;
  /** All hosts as they are to be shown. */
  readonly hosts: (now: number) => readonly SeenHost[];
};

/** For so long from the beginning a host is being asked, and its silence is no trouble. */
const ASKING_MILLISECONDS = 10_000;

/** For so many looks a change stays marked. */
const MARKED_LOOKS = 5;

type Entry = {
  status: StatusOfHost | null;
  saidAt: number;
  error: SvcdeployError | null;
  /** Unit → looks for which it stays marked. */
  marks: ReadonlyMap<string, number>;
};

/**
 * An empty board for these hosts, begun at a moment of that clock. A host that has said nothing for
 * staleMilliseconds is shown as silent, although nothing failed yet.
 */
export function makeStatusBoard(
  names: readonly string[],
  staleMilliseconds: number,
  begun: number,
): StatusBoard {
  const entries = new Map<string, Entry>();
  return {
    note: (host, said, now) => {
      const before = entries.get(host);
      if (said instanceof Error)
        entries.set(host, { status: null, saidAt: now, marks: new Map(), ...before, error: said });
      else entries.set(host, { status: said, saidAt: now, error: null, marks: marksOf(before, said) });
    },
    isComplete: () => names.every((name) => entries.has(name)),
    hosts: (now) =>
      names.map((name) => {
        const entry = entries.get(name);
        return entry === undefined
          ? unheard(name, now - begun)
          : seenHost(name, entry, now, staleMilliseconds);
      }),
  };
}

function unheard(host: string, waited: number): SeenHost {
  const error = waited <= ASKING_MILLISECONDS ? null : silent(host, "no answer yet");
  return { host, status: null, error, ageSeconds: 0, changed: new Set() };
}

function seenHost(host: string, entry: Entry, now: number, staleMilliseconds: number): SeenHost {
  const { status, marks, saidAt } = entry;
  const age = now - saidAt;
  const error =
    entry.error ??
    (age > staleMilliseconds ? silent(host, `no answer for ${Math.round(age / 1000)} s`) : null);
  return { host, status, error, ageSeconds: age / 1000, changed: new Set(marks.keys()) };
}

function silent(host: string, message: string): ConnectError {
  return new ConnectError("timeout", host, message);
}

function marksOf(before: Entry | undefined, said: StatusOfHost): ReadonlyMap<string, number> {
  const known = new Map((before?.status?.units ?? []).map((unit) => [unit.unit, signature(unit)]));
  const marks = said.units.map((unit) => {
    const was = known.get(unit.unit);
    const left = (before?.marks.get(unit.unit) ?? 0) - 1;
    return [unit.unit, was !== undefined && was !== signature(unit) ? MARKED_LOOKS : left] as const;
  });
  return new Map(marks.filter(([, left]) => left > 0));
}

/** What of a unit is news; its use of memory and files changes all the time. */
function signature({ word, version, restarts, invocation, pid }: UnitStatus): string {
  return JSON.stringify([word, version, restarts, invocation, pid]);
}
