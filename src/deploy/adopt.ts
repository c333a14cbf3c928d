/** Asks a host for units and what stands around them: one connection, one round trip, nothing is changed. */
import type { HostFacts } from "../core/adopt/host-facts.ts";
import type { Host } from "../core/model.ts";
import { decodeAdopt, encodeAdopt } from "../host/adopt-answer.ts";
import { scripts } from "../host/scripts.ts";
import type { DeployContext } from "./context.ts";

/** units: full names of service units. Throws ConnectError or HostError. */
export async function readUnits(host: Host, units: readonly string[], context: DeployContext): Promise<HostFacts> {
  const remote = await context.connector.connect(host);
  try {
    const nonce = context.newId();
    const { stdout, stderr } = await remote.run(scripts.adopt, { input: encodeAdopt(units, nonce), timeoutMilliseconds: 60_000 });
    return decodeAdopt(host.name, units, nonce, stdout, stderr);
  } finally {
    remote.close();
  }
}
