/**
 * What an earlier version of svcdeploy left behind, as record.ts recorded it: the project that it deployed, its
 * state folder, a saved plan, and the host.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SystemdVersion, TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

/** The recording of 0.1. */
export const RECORDED = join(import.meta.dirname, "0.1");

/** The environment variables of every run, beside XDG_STATE_HOME. */
export const RECORDED_ENV = { RECORDED_TOKEN: "canary of the recording 4Kq", COLUMNS: "160" };

/** A command that prints every file of the recorded services with its mode, owner and digest, a line each. */
export const LIST_DEPLOYED = `
for file in $(find /etc/web /etc/svcdeploy /etc/systemd/system /etc/logrotate.d /opt/web/current/ -type f |
  grep -e web -e worker -e recorded -e ssh.service.d | sort); do
  echo "$(stat -c '%n %a %U:%G' "$file") $(sha256sum <"$file" | cut -c 1-64)"
done
readlink /opt/web/current`;

/** Facts of a recording. deployed: what LIST_DEPLOYED printed after the apply of each version. */
export type Facts = {
  readonly commit: string;
  readonly systemd: SystemdVersion;
  readonly deployed: { readonly [version: string]: string };
  /** Lines that the deployment added to /etc/passwd and its kin. */
  readonly accounts: { readonly [path: string]: string };
};

/** The files that accounts are in. */
export const ACCOUNT_FILES = ["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"];

/** The facts of the recording of 0.1. */
export function readFacts(): Facts {
  return JSON.parse(readFileSync(join(RECORDED, "facts.json"), "utf8"));
}

/** The recorded project, with an inventory for this host alone. */
export function makeRecordedProject(host: TestHost): Workshop {
  const shop = makeWorkshop([host], { systemd: host.systemd });
  for (const folder of ["svcdeploy.yaml", "values", "templates", "services", "playbooks", "artifacts"])
    cpSync(join(import.meta.dirname, "project", folder), join(shop.folder, folder), { recursive: true });
  return shop;
}

/** Unpacks the recorded state folder; gives what XDG_STATE_HOME is to be. */
export function unpackState(): string {
  const folder = mkdtempSync(join(tmpdir(), "svcdeploy-recorded-state-"));
  execFileSync("tar", ["-xzpf", join(RECORDED, "state.tar.gz"), "-C", folder]);
  return folder;
}

/** Makes a fresh host the recorded one: its files, its accounts and its machine-id; then it boots again. */
export async function becomeRecorded(host: TestHost, { accounts }: Facts): Promise<void> {
  for (const [path, lines] of Object.entries(accounts))
    await requireDone(host.exec(["sh", "-c", `cat >>${path}`], lines));
  await requireDone(host.exec(["tar", "-xzpf", "-", "-C", "/"], readFileSync(join(RECORDED, "host.tar.gz"))));
  // A unit that starts within a second of its file's ctime may have been started before.
  await sleep(2000);
  await host.stop();
  await host.start();
}

async function requireDone(running: ReturnType<TestHost["exec"]>): Promise<void> {
  const { status, stderr } = await running;
  if (status !== 0) throw new Error(stderr);
}
