/** What of a world with systemd is struck where there is no time for all of it: so many cases, the same at each run. */
import { nameOf, type Struck } from "./cases.ts";

/** Commands by how much hangs on them: states and tokens, acts, other renames, what makes them durable. */
const RANKS: readonly RegExp[] = [
  /^mv .*\/txn\/ID\/(state|rollback)$/,
  / systemctl --system (start|stop|restart|reload|daemon-reload) ?| systemd-(sysctl|tmpfiles) /,
  /^mv /,
  /^timeout \d+ sync /,
];

/** turns: so many samples divide the commands among them; turn: from 0, this one's. */
export type Turn = { readonly turn: number; readonly turns: number };

/**
 * So many cases, each of another command, in another way than the command before; those that matter first at the front.
 * The service that starts slowly is always among them.
 */
export function sample(cases: readonly Struck[], count: number, { turn, turns }: Turn): readonly Struck[] {
  const slow = cases.filter(({ body }) => body === "slow");
  const groups = Map.groupBy(
    ranked(cases.filter(({ body }) => body !== "slow")),
    ({ phase, fault }) => `${phase} ${nameOf(fault)}`,
  );
  const taken = [...groups.values()].flatMap((group, index) =>
    index % turns === turn ? (group[Math.floor(index / turns) % group.length] ?? []) : [],
  );
  return [...slow, ...taken].slice(0, count);
}

/** All of them, those that matter first at the front. */
export function ranked(cases: readonly Struck[]): readonly Struck[] {
  return cases.toSorted((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ fault }: Struck): number {
  const rank = RANKS.findIndex((pattern) => pattern.test(fault.text));
  return rank < 0 ? RANKS.length : rank;
}
