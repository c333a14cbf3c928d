/** A host as it looks through a relay: another port, the same key. */
import { readFileSync, writeFileSync } from "node:fs";
import type { TestHost } from "./hosts.ts";
import { type Relay, startRelay } from "./relay.ts";

/** The host behind a relay of its own. delayMilliseconds: one way. The relay is the caller's to close. */
export async function relayed(
  host: TestHost,
  delayMilliseconds = 0,
): Promise<{ readonly host: TestHost; readonly relay: Relay }> {
  const relay = await startRelay(host.port, delayMilliseconds);
  const knownHosts = `${host.knownHosts}-${relay.port}`;
  writeFileSync(
    knownHosts,
    readFileSync(host.knownHosts, "utf8").replaceAll(`]:${host.port} `, `]:${relay.port} `),
  );
  return { relay, host: { ...host, port: relay.port, knownHosts } };
}
