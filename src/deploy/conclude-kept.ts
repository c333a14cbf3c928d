/** The end of a transaction that undid nothing: it was confirmed, refused, or is no longer there. */

import type { HostReport } from "../core/model/run.ts";
import { isStuckBehindItsConfirmation, type TransactionState } from "../host/frames.ts";
import { makeReport } from "./host-report.ts";
import { withLastRun } from "./last-run.ts";
import type { Story } from "./story.ts";

/** Its report; null where it was undone. common: what every report of it has. */
export async function concludeKept(
  story: Story,
  end: TransactionState,
  common: Partial<HostReport>,
): Promise<HostReport | null> {
  const { target, startedAt, context } = story;
  if (end.name === "CONFIRMED") return makeReport(target, "changed", startedAt, context, common);
  const how = isStuckBehindItsConfirmation(end)
    ? sayStuck(end, target.host.name)
    : end.name === "REFUSED"
      ? await sayRefused(end, story)
      : end.name === "GONE"
        ? sayGone(story)
        : null;
  if (how === null) return null;
  const status = end.name === "GONE" ? "unknown" : "failed";
  return makeReport(target, status, startedAt, context, { ...common, ...how });
}

async function sayRefused(
  { detail }: TransactionState,
  { target, context }: Story,
): Promise<Partial<HostReport>> {
  const cause = detail.startsWith("locked") ? "locked" : detail.startsWith("conflict") ? "conflict" : "host";
  const message = `Nothing was changed: ${detail}`;
  return {
    cause,
    message: cause === "conflict" ? await withLastRun(message, target.host, context) : message,
  };
}

function sayGone({ target, context }: Story): Partial<HostReport> {
  return {
    cause: "unknown",
    message:
      "The transaction is no longer on the host: another run settled it, or someone removed it. " +
      "Whether the change stayed is unknown.",
    hint:
      `To see the host's state: svcdeploy plan --env ${context.run.environment} --limit ` +
      `${target.host.name}; on the host: journalctl -t svcdeploy`,
  };
}

function sayStuck({ detail }: TransactionState, host: string): Partial<HostReport> {
  return {
    cause: "host",
    message: `The change was confirmed and stays, but the host cannot complete its records of it: ${detail}`,
    hint:
      `Fix that on ${host}; svcdeploy-recover.service tries again every 5 s and at each boot. Its ` +
      `journal: journalctl -t svcdeploy`,
  };
}
