/** The connector: opens SSH connections with ssh2. A client cannot be made here without a host key check. */
import { setTimeout as pause } from "node:timers/promises";
import type { SvcdeployError } from "../core/errors.ts";
import { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { isEarlyReset, targetOf } from "./connection-errors.ts";
import { findCredentials } from "./credentials.ts";
import { startDeadline, withSignal } from "./deadline.ts";
import { type ConnectPlan, dial } from "./dial.ts";
import { makeKnownHostsFinder } from "./host-key.ts";
import { makeKeyFileReader } from "./key-files.ts";
import { Permits } from "./permits.ts";
import type { Connector, Remote } from "./remote.ts";
import { placeInSshConfig } from "./ssh-config.ts";
import { SshRemote } from "./ssh-remote.ts";

/**
 * Paths are absolute. knownHostsFiles wins over a host's own `knownHosts`; null: that one, else
 * ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts.
 */
export type ConnectorOptions = {
  /** --identity: the only key tried. */
  readonly identity: string | null;
  readonly knownHostsFiles: readonly string[] | null;
  /** SSH_AUTH_SOCK. */
  readonly agentSocket: string | null;
  readonly homeDirectory: string | null;
};

/** More at once only make each other late: the handshake is what costs CPU on both sides. */
const HANDSHAKES_AT_ONCE = 32;

/** Makes a connector. It reads key files and known_hosts once, and has at most 32 handshakes under way. */
export function makeConnector(options: ConnectorOptions): Connector {
  const readKeyFile = makeKeyFileReader();
  const findKnownHosts = makeKnownHostsFinder(options.knownHostsFiles, options.homeDirectory, readKeyFile);
  const handshakes = new Permits(HANDSHAKES_AT_ONCE);
  const findWay = async (host: Host): Promise<ConnectPlan> => {
    const [known, credentials, configured] = await Promise.all([
      findKnownHosts(host),
      findCredentials(host, options, readKeyFile),
      placeInSshConfig(host.address, options.homeDirectory, readKeyFile),
    ]);
    const route = { identity: credentials.identity, knownHosts: known.named, configured };
    return { known, credentials, route };
  };
  const attempt = async (host: Host): Promise<Remote> => {
    const release = await handshakes.acquire();
    const limit = host.connectTimeoutSeconds * 1000;
    const deadline = startDeadline(limit, () => tooSlow(host, limit));
    try {
      const way = await withSignal(deadline.signal, findWay(host));
      return new SshRemote(host, await dial(host, way, deadline.signal));
    } finally {
      deadline.stop();
      release();
    }
  };
  return { connect: (host) => attempt(host).catch((error: unknown) => again(error, () => attempt(host))) };
}

/**
 * One more try, a little later, when a busy server hung up on us: MaxStartups drops connections at random.
 */
async function again(error: unknown, attempt: () => Promise<Remote>): Promise<Remote> {
  if (!(error instanceof ConnectError) || !isEarlyReset(error.cause)) throw error;
  await pause(200 + Math.random() * 600);
  return attempt();
}

function tooSlow(host: Host, milliseconds: number): SvcdeployError {
  return new ConnectError(
    "timeout",
    host.name,
    `${targetOf(host)}: no SSH session within ${milliseconds / 1000} s (connectTimeout)`,
    {
      hint:
        "Check for a firewall that drops packets, a stopped sshd, or a server that answers very " +
        "slowly (UseDNS, a full disk).",
    },
  );
}
