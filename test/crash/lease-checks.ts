/** The lease: apply.sh gives up without one, attend.sh renews it, and it is whole whenever it is read. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder, systemScope } from "../../src/host/frames.ts";
import { scripts } from "../../src/host/scripts.ts";
import type { Check } from "./checks.ts";
import { scriptText } from "./deliver.ts";
import { type Point, readLog } from "./points.ts";
import { inRoot, readIn } from "./root.ts";
import { type Ready, runCase } from "./run.ts";
import { say } from "./say.ts";

/** All of them. */
export function runLeaseChecks(ready: Ready): readonly Check[] {
  return [leaseEnds(ready), attended(ready), cutRenewal(ready)];
}

/** No controller renews the lease: the host gives up after 20 s, not after its whole window. */
function leaseEnds(ready: Ready): Check {
  runCase(ready, { world: ready.world.name, apply: [], finish: [], confirm: false });
  const passed = Number.parseFloat(readIn(ready.root, "stand/uptime")) - 100_000;
  const why = readIn(ready.root, `${ready.truth.txn}/failure`);
  return say(
    "a lease that nobody renews",
    !why.includes("lease") && `it ended for another reason: ${why.trim()}`,
    passed > 25 && `it ended after ${passed} s`,
  );
}

/** A transaction that has ended gets no lease. */
function attended({ root, truth }: Ready): Check {
  bringAttend(root);
  const feed = [
    `echo ROLLEDBACK >${truth.txn}/state; echo 100000 >${truth.txn}/lease; printf '100000.00 0.00\\n' >/stand/uptime`,
    `{ printf 'nonce\\n${stateFolder}\\n${systemScope}\\n${idOf(truth)}\\n'; /usr/bin/sleep 0.4; printf 'renew\\n'; /usr/bin/sleep 0.4`,
    "printf '100500.00 0.00\\n' >/stand/uptime; printf 'renew\\n'; /usr/bin/sleep 0.2; } | /bin/sh /stand/attend.sh",
  ].join("\n");
  inRoot(root, feed, "");
  const lease = readIn(root, `${truth.txn}/lease`).trim();
  return say(
    "a lease for a transaction that has ended",
    Number(lease) > 100_100 && `it was renewed at ${lease}`,
  );
}

/** attend.sh is killed wherever it changes something. apply.sh takes the transaction back where the lease is empty. */
function cutRenewal({ root, truth }: Ready): Check {
  bringAttend(root);
  const log = join(root.work, "log-attend");
  const attend = (...faults: readonly string[]): readonly Point[] => {
    inRoot(root, `echo AWAIT >${truth.txn}/state; echo 100000 >${truth.txn}/lease`, "");
    const words = [root.root, log, ...faults, "--", "/bin/sh", "/stand/attend.sh"];
    const env = { PATH: "/stand/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
    const input = `nonce\n${stateFolder}\n${systemScope}\n${idOf(truth)}\nrenew\n`;
    spawnSync(join(root.work, "strike"), words, { input, env });
    return readLog(log).points;
  };
  const torn = attend().filter(({ number }) => {
    attend(`${number}:kill-before`);
    return !/^\d+\n$/.test(readIn(root, `${truth.txn}/lease`));
  });
  return say(
    "a renewal that is cut off",
    ...torn.map(({ call, one }) => `before ${call} ${one} the lease is not whole`),
    readLog(log).points.length === 0 && "nothing was renewed",
  );
}

function bringAttend({ root }: Ready["root"]): void {
  writeFileSync(join(root, "stand/attend.sh"), scriptText("attend.sh", scripts.attend.text));
}

const idOf = ({ txn }: Ready["truth"]): string => txn.slice(txn.lastIndexOf("/") + 1);
