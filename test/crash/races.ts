/**
 * The part `races`: in each race the controller confirms a transaction while something else takes it back. One
 * of them wins, the host is what the winner says, and so is what the controller was answered.
 */
import { makeRandom } from "../support/random.ts";
import type { PartOrder, PartResult } from "./by-count.ts";
import { inNamespaces } from "./namespaces.ts";
import { beside } from "./root.ts";
import { setUpPlain } from "./set-up.ts";

/**
 * What takes it back: an old lease, a controller, the recovery, the next run, or systemd, which kills the main
 * process and then runs finish.sh.
 */
export const RACE_KINDS = ["lease", "request", "recovery", "takeover", "killed"] as const;
/** One of them. */
export type RaceKind = (typeof RACE_KINDS)[number];

/** One race. confirm, other: seconds after which each side begins. */
export type Race = {
  readonly kind: RaceKind;
  readonly number: number;
  readonly confirm: string;
  readonly other: string;
};

/** How a race ended. winner: the name that the token has afterwards. */
export type RaceRow = {
  readonly kind: RaceKind;
  readonly number: number;
  readonly winner: string;
  readonly wrong: readonly string[];
};

const RACES = 10_000;
const LEAST_SHARE = 0.05;
/** The longest wait of a side, in tenths of a millisecond. */
const LONGEST_SKEW = 50;
/**
 * What each side has done before its rename takes so long: the other one begins later by that, in tenths of a
 * millisecond, or it would never lose.
 */
const HANDICAPS: Readonly<Record<RaceKind, number>> = {
  lease: 20,
  request: 0,
  recovery: 40,
  takeover: 15,
  killed: 25,
};

/** The race of this number: the same for the same seed. */
export function raceOf(seed: number, number: number): Race {
  const random = makeRandom(Math.imul(seed + 1, 1_000_003) + number);
  const kind = RACE_KINDS[number % RACE_KINDS.length] ?? "lease";
  const seconds = (tenths: number): string => (tenths / 10_000).toFixed(4);
  const handicap = HANDICAPS[kind];
  return {
    kind,
    number,
    confirm: seconds(random(LONGEST_SKEW + 1) + Math.max(0, handicap)),
    other: seconds(random(LONGEST_SKEW + 1) + Math.max(0, -handicap)),
  };
}

/** Runs them all: each has one winner, and each side wins some. */
export async function runRaces(order: PartOrder): Promise<PartResult> {
  setUpPlain();
  const { seed, jobs, races = RACES, number = "each", found } = order;
  const rows: RaceRow[] = [];
  const hear = (row: RaceRow): void => {
    rows.push(row);
    for (const each of row.wrong) found(`races: seed ${seed} number ${row.number} (${row.kind}): ${each}`);
  };
  const share = Math.ceil(races / jobs);
  await Promise.all(
    Array.from({ length: jobs }, (_, job) => {
      const from = job * share;
      const words = [seed, from, Math.min(races, from + share), number].map(String);
      return inNamespaces(beside("./race-worker.ts"), words, (text) => {
        hear(JSON.parse(text));
        return false;
      });
    }),
  );
  const sides = RACE_KINDS.map((kind) => sidesOf(rows, kind, found)).join(", ");
  return {
    what: `${rows.length} of ${races} races (confirmed:taken back ${sides})`,
    runs: rows.length,
    isEnough: rows.length === races,
  };
}

/** Counts who won; that a side hardly ever wins is a violation. */
function sidesOf(rows: readonly RaceRow[], kind: RaceKind, found: (violation: string) => void): string {
  const own = rows.filter((row) => row.kind === kind);
  const won = own.filter(({ winner }) => winner === "confirmed").length;
  const lost = own.length - won;
  if (Math.min(won, lost) < LEAST_SHARE * own.length)
    found(`races: ${kind} is no race: confirmed ${won}, taken back ${lost}; each has to win 5 %`);
  return `${kind} ${won}:${lost}`;
}
