/** What becomes of a transaction that a boot finds: one that had not begun never will, and says so. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { line, stateFolder, systemScope } from "../../src/host/frames.ts";
import { scripts } from "../../src/host/scripts.ts";
import { deliverBody, deliverHead, sha256 } from "../support/deliver-input.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { until } from "../support/until.ts";

const RESTARTED = "REFUSED the host restarted before anything was changed";
const PLAN = `${line("file", "0", "/etc/begun", "644", "root", "root", sha256("x"), "-")}${line("window", "60")}`;
/** A systemd-run that launches nothing: as where the power went right before. */
const NEVER =
  "mkdir -p /var/never && printf '#!/bin/sh\\n' >/var/never/systemd-run && chmod 755 /var/never/*";

let hosts: ReadonlyMap<number, TestHost> = new Map();
beforeAll(async () => {
  const all = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "boots" })));
  hosts = new Map(all.map((host) => [host.systemd, host]));
});
afterAll(removeHosts);

describe.each(systemdVersions)("systemd %i", (systemd) => {
  const host = (): TestHost => {
    const found = hosts.get(systemd);
    if (found === undefined) throw new Error(`no host has systemd ${systemd}`);
    return found;
  };

  /** Publishes a transaction whose unit is never started; then runs a line, and cuts the host's power. */
  async function publish(before = "true"): Promise<string> {
    const id = randomBytes(16).toString("hex");
    await host().shell(NEVER);
    const input = Buffer.concat([Buffer.from(deliverHead(id)), deliverBody({ plan: PLAN, "new/0": "x" })]);
    const command = `PATH=/var/never:$PATH; export PATH; ${scripts.deliver.text}`;
    const { stdout } = await host().exec(["sh", "-c", command], input);
    expect(stdout).toBe("nonce published\nnonce launched\n");
    await host().shell(before);
    await host().kill();
    return id;
  }
  const stateOf = (id: string): Promise<string> => host().shell(`cat ${stateFolder}/txn/${id}/state`);

  test("the boot's recovery refuses what was published before it, and records that", async () => {
    const id = await publish();
    await host().start();
    await until(20_000, "the boot's recovery", async () =>
      (await stateOf(id)).startsWith("STAGED") ? null : true,
    );
    expect(await stateOf(id)).toBe(`${RESTARTED}\n`);
    expect(await host().shell(`grep ${id} ${stateFolder}/runs; test ! -e /etc/begun`)).toMatch(
      /result=refused: the host restarted before anything was changed\n$/,
    );
  });

  test("where there is no recovery, who attends it hears the same at once, and renews no lease", async () => {
    const id = await publish("rm /etc/systemd/system/multi-user.target.wants/svcdeploy-recover.service");
    await host().start();
    expect(await stateOf(id)).toBe("STAGED\n");
    const lease = await host().shell(`cat ${stateFolder}/txn/${id}/lease`);
    const input = `nonce\n${stateFolder}\n${systemScope}\n${id}\nrenew\nrenew\n`;
    const { stdout } = await host().exec(["sh", "-c", scripts.attend.text], input);
    expect(stdout).toBe(`nonce state ${RESTARTED}\n`);
    expect(await host().shell(`cat ${stateFolder}/txn/${id}/lease`)).toBe(lease);
  });
});
