/** What about the host itself is in the way of an apply, or should be known before it. */

import { HostError } from "../../errors.ts";
import { HOST_FOLDER } from "../../model/host-folder.ts";
import type { HostFacts, Observation, OpenTransaction } from "../../model/observation.ts";
import type { Change, Notice } from "../../model/plan.ts";
import type { HostTarget } from "../../model/resource.ts";
import { stageWords } from "../../model/stage-words.ts";
import { formatSize } from "../../size-text.ts";
import { isKnownDirective } from "../../unit-file/directive-table.ts";

/** A live owner renews its lease every 5 s; one that is older than this belongs to no live run. */
export const LEASE_SECONDS = 20;
/** The oldest version of systemd that svcdeploy knows. */
export const OLDEST_SYSTEMD = 247;

/** Notices about rights, commands, systemd's version, free space and other transactions. */
export function hostNotices(
  target: HostTarget,
  observation: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  return [
    ...rightNotices(target, observation),
    ...versionNotices(target, observation),
    ...spaceNotices(observation, changes),
    ...observation.transactions.map(transactionNotice),
  ];
}

/**
 * True when another run works on the host right now, be it that its transaction was published and not
 * launched yet.
 */
export function isLocked({ running, state, leaseAgeSeconds }: OpenTransaction): boolean {
  if (!running && state !== "STAGED") return false;
  return leaseAgeSeconds === null ? running : leaseAgeSeconds <= LEASE_SECONDS;
}

/** What an apply waits for before it plans; whether a controller still attends it turns out meanwhile. */
export function sayUnfinished(transactions: readonly OpenTransaction[]): string {
  const live = transactions.find(isLocked);
  return live === undefined
    ? "an earlier run left a transaction unfinished; settling it first"
    : `another run is under way (${live.owner}); waiting for it`;
}

/** Throws HostError("locked") where another run works on the host: what it is now is not what it will be. */
export function requireFree(name: string, { transactions }: Observation): void {
  const live = transactions.find(isLocked);
  if (live !== undefined) throw new HostError("locked", name, `${name}: ${transactionNotice(live).text}`);
}

/** An error notice: it refuses the apply. */
export function refusal(code: string, text: string): Notice {
  return { severity: "error", code, text };
}

/** A warning notice. */
export function warning(code: string, text: string): Notice {
  return { severity: "warning", code, text };
}

function rightNotices({ host }: HostTarget, { facts }: Observation): readonly Notice[] {
  const notRoot =
    `the scripts run as uid ${facts.uid}, not as root: log in as root or set \`become: sudo\` for ` +
    `${host.name}`;
  const missing =
    `the host lacks ${facts.missing.join(", ")}: install what provides ` +
    `${facts.missing.length === 1 ? "it" : "them"} (coreutils, util-linux, passwd; for trees findutils, ` +
    "grep and tar; for encrypted credentials systemd-creds)";
  return [
    ...(facts.uid === 0 ? [] : [refusal("not-root", notRoot)]),
    ...(facts.missing.length === 0 ? [] : [refusal("missing-command", missing)]),
  ];
}

function versionNotices(target: HostTarget, { facts }: Observation): readonly Notice[] {
  const { host } = target;
  if (facts.systemd < OLDEST_SYSTEMD) {
    return [
      refusal(
        "old-systemd",
        `systemd ${facts.systemd} is older than ${OLDEST_SYSTEMD}, the oldest that svcdeploy supports`,
      ),
    ];
  }
  if (facts.systemd >= host.systemd) return plainCredentials(target, facts);
  const text =
    `systemd is ${facts.systemd}, but the units were rendered for ${host.systemd}: set \`systemd: ` +
    `${facts.systemd}\` for ${host.name} in the inventory`;
  return [refusal("older-systemd", text)];
}

function plainCredentials({ host, resources }: HostTarget, { systemd }: HostFacts): readonly Notice[] {
  const isPlain =
    isKnownDirective("Service", "LoadCredentialEncrypted", systemd) &&
    resources.some((resource) => resource.kind === "file" && resource.role === "credential");
  const text =
    `its systemd ${systemd} could encrypt the credentials: set \`systemd: ${systemd}\` for ${host.name} ` +
    "in the inventory";
  return isPlain ? [{ severity: "info", code: "plain-credentials", text }] : [];
}

/**
 * Upload, staged copy and backup may all be there at once, so twice the new bytes must fit, and a little for
 * the journal.
 */
function spaceNotices({ facts }: Observation, changes: readonly Change[]): readonly Notice[] {
  const bytes = changes.reduce(
    (sum, { resource }) =>
      sum +
      (resource.kind === "release"
        ? Math.max(resource.size, resource.source?.size ?? 0)
        : resource.kind === "file"
          ? resource.content.length
          : 0),
    0,
  );
  const neededKib = bytes === 0 ? 0 : Math.ceil((2 * bytes) / 1024) + 1024;
  if (facts.freeKib >= neededKib) return [];
  const [needed, free] = [neededKib, facts.freeKib].map((kib) => formatSize(kib * 1024));
  return [refusal("no-space", `no room on ${HOST_FOLDER}: ${needed} needed, ${free} free`)];
}

function transactionNotice(transaction: OpenTransaction): Notice {
  const name =
    `transaction ${transaction.id.slice(0, 12)} of ${transaction.owner} (project ${transaction.project}, ` +
    `${stageWords(transaction.state)})`;
  if (isLocked(transaction)) return refusal("locked", `${name} is under way${forSoLong(transaction)}`);
  if (transaction.state === "ROLLBACK_FAILED")
    return warning("rollback-failed", `${name} could not be undone completely: look at the host first`);
  if (transaction.running)
    return warning("unfinished-transaction", `${name} has lost its controller: it will be undone first`);
  return warning("unfinished-transaction", `${name} has not ended: it will be settled first`);
}

function forSoLong({ ageSeconds }: OpenTransaction): string {
  return ageSeconds === null ? "" : `, for ${ageSeconds} s by now`;
}
