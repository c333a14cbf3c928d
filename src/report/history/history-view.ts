/** What the history's outputs are given, and what they say alike. */

import type { HistoryHost, HistoryRun, HostAnswer } from "../../core/history/merge-history.ts";
import { isAsWanted } from "../../core/model/run.ts";

/** The runs that were asked for, and where they come from. */
export type HistoryView = {
  /** null: of all projects that this machine has a record of. */
  readonly project: string | null;
  /** null: of all environments. */
  readonly environment: string | null;
  /** Empty when no host was asked. */
  readonly answers: readonly HostAnswer[];
  /** Why this machine's own record could not be read; null: it was, or there is none. */
  readonly trouble: string | null;
  readonly runs: readonly HistoryRun[];
  /** Runs that are older than those. */
  readonly older: number;
};

/** Where the host's word and ours are not the same, and what of it; null where there is nothing to say. */
export function wordText({ word, report, said, status }: HistoryHost): string | null {
  switch (word) {
    case "differs":
      return (
        `recorded here as ${report?.status ?? "unknown"}, but the host recorded ` +
        `${said?.outcome ?? status}`
      );
    case "decides":
      return `how it ended is unknown here; the host recorded ${said?.outcome ?? status}`;
    case "missing":
      return "the host's own record does not have it";
    case "older":
      return "as recorded here; the host's own record begins later";
    case "unreachable":
      return "as recorded here; the host did not answer";
    case "agrees":
    case "alone":
    case "nothing":
    case "not-asked":
      return null;
  }
}

/** Why a host did not end well, in one line; empty when it did. */
export function reasonOf({ host, status, report, said, word }: HistoryHost): string {
  if (isAsWanted(status)) return "";
  const own = word === "differs" || word === "decides" ? "" : (report?.message.split("\n")[0] ?? "");
  const reason = own === "" ? (said?.detail ?? "") : own;
  return reason.startsWith(`${host}: `) ? reason.slice(host.length + 2) : reason;
}
