/** A host behind a relay, and a project that knows only the relay, for the part `links`. */
import { type SystemdVersion, startHost, type TestHost } from "../support/hosts.ts";
import type { Workshop } from "../support/project-folder.ts";
import type { Relay } from "../support/relay.ts";
import { relayed } from "../support/relayed-host.ts";
import { underWay } from "../support/snapshot.ts";
import { until } from "../support/until.ts";
import { applyGreeting, makeController } from "./greeting.ts";

/** greeting: what the host is now. remove: with its host. */
export type Bench = {
  readonly host: TestHost;
  readonly relay: Relay;
  readonly shop: Workshop;
  greeting: string;
  readonly remove: () => Promise<void>;
};

/** It takes a while to start, so that a restart and an undo are met; one whose greeting is bad does not start. */
const START = `, ExecStartPre: "/bin/sh -c 'sleep 0.4; case $$GREETING in bad*) exit 1; esac'"`;
const BASE = "base";
/** An undo, the lease and a boot all fit in. */
const LONGEST_MILLISECONDS = 180_000;

/** Starts one, with its service applied. */
export async function makeBench(program: string, systemd: SystemdVersion): Promise<Bench> {
  const direct = await startHost({ systemd, name: "links" });
  const { host, relay } = await relayed(direct);
  const shop = makeController(program, host, START);
  const remove = async (): Promise<void> => {
    await relay.close();
    shop.remove();
    await direct.remove();
  };
  const first = await applyGreeting(shop, BASE);
  if (first.code !== 0)
    throw new Error(`${host.name}: the first apply ended with ${first.code}: ${first.stderr}`);
  return { host, relay, shop, greeting: BASE, remove };
}

/** Scripts that controllers whose connection ended have left to run, one a line. */
const STILL_SENT = `pgrep -af '^/bin/sh -c eval .*head -c' | grep -v pgrep; true`;

const FAILED = "systemctl list-units --plain --no-legend --state=failed 'svcdeploy-*'";
const LONGEST_FAILED_MILLISECONDS = 10_000;

/**
 * Waits until nothing of svcdeploy is under way. What was published and never launched, and what could not be undone,
 * waits for the next run. Throws where that takes too long.
 */
export async function untilSettled({ host, relay }: Bench): Promise<void> {
  const settled = async (): Promise<true | null> => {
    const found = await underWay(host);
    return ["", "STAGED", "ROLLBACK_FAILED"].includes(found) ? true : null;
  };
  // While the link is cut for good the host does it alone.
  await until(LONGEST_MILLISECONDS, `${host.name} settles alone`, settled, 500);
  relay.heal();
  const isQuiet = async (): Promise<true | null> =>
    (await host.shell(STILL_SENT)).trim() === "" ? true : null;
  await until(LONGEST_MILLISECONDS, `${host.name}: no script of a controller runs`, isQuiet, 300);
  await until(LONGEST_MILLISECONDS, `${host.name} settles`, settled, 500);
  // systemd unloads a transaction's unit a moment after it failed. One that stays is for the judge.
  const isForgotten = async (): Promise<true | null> =>
    (await host.shell(FAILED)).trim() === "" ? true : null;
  await until(LONGEST_FAILED_MILLISECONDS, "no failed unit", isForgotten, 300).catch(() => {});
}
