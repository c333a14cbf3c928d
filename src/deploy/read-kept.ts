/**
 * Reads what hosts keep of earlier generations: over one connection the list, the descriptions that matter,
 * and the contents of what was chosen.
 */
import { createHash } from "node:crypto";
import { readKeptService } from "../core/config/kept-service.ts";
import { HostError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { HOST_FOLDER } from "../core/model/host-folder.ts";
import type { KeptService } from "../core/model/resource.ts";
import type { Describe, Kept } from "../core/rollback/generations.ts";
import { type Contents, contentsOf } from "../core/rollback/rebuild.ts";
import { emptyTarget } from "../core/target/play-targets.ts";
import {
  blobName,
  generationsQuestion,
  type KeptFiles,
  type KeptName,
  keptQuestion,
  trueBlobs,
} from "../host/generations-answer.ts";
import type { Remote } from "../remote/remote.ts";
import { ask, attempt, type HostResult } from "./ask.ts";
import type { DeployContext } from "./context.ts";
import { lookAround, type UnfinishedPolicy } from "./observe.ts";
import { inParallel } from "./pool.ts";

/**
 * What is to be read. servicesOf: whose descriptions matter; choose: what is made of them, with the
 * descriptions whose contents are wanted. Both are pure.
 */
export type KeptOrder<Chosen> = {
  readonly project: string;
  readonly unfinished: UnfinishedPolicy;
  readonly servicesOf: (kept: Kept) => readonly string[];
  readonly choose: (
    kept: Kept,
    describe: Describe,
  ) => { readonly chosen: Chosen; readonly wanted: readonly KeptService[] };
};

/**
 * One host's answer, or why there is none. contents: of the wanted descriptions, as far as the host still has
 * them unharmed; held: what is in encrypted ones that it can decrypt.
 */
export type KeptOnHost<Chosen> = {
  readonly host: Host;
  readonly result: HostResult<{
    readonly kept: Kept;
    readonly chosen: Chosen;
    readonly contents: Contents;
    readonly held: Contents;
  }>;
};

/** Asks every host. Errors of hosts are results, never thrown. */
export async function readKept<Chosen>(
  hosts: readonly Host[],
  order: KeptOrder<Chosen>,
  context: DeployContext,
): Promise<readonly KeptOnHost<Chosen>[]> {
  return await inParallel(hosts, context.forks, async (host) => {
    const result = await attempt(host, context, async (remote) => {
      const kept = await readSettled(remote, order, context);
      const describe = await readDescriptions(remote, order, kept, context);
      const { chosen, wanted } = order.choose(kept, describe);
      return { kept, chosen, ...(await readContents(remote, wanted, context)) };
    });
    return { host, result };
  });
}

/**
 * What an earlier run left unfinished may become one more generation; on a host that has nothing to do with
 * it, it stays as it is.
 */
async function readSettled<Chosen>(
  remote: Remote,
  order: KeptOrder<Chosen>,
  context: DeployContext,
): Promise<Kept> {
  const target = emptyTarget(order.project, remote.host, "");
  const { transactions } = await lookAround(remote, [target], context, "report");
  const kept = await ask(remote, generationsQuestion, order.project, context);
  if (order.unfinished === "report" || transactions.length === 0 || order.servicesOf(kept).length === 0)
    return kept;
  await lookAround(remote, [target], context, "settle");
  return await ask(remote, generationsQuestion, order.project, context);
}

/** Each description once, under the hash that the list names. */
async function readDescriptions<Chosen>(
  remote: Remote,
  order: KeptOrder<Chosen>,
  kept: Kept,
  context: DeployContext,
): Promise<Describe> {
  const services = order.servicesOf(kept);
  const places = new Map<string, { readonly name: string; readonly service: string }>();
  for (const { number, services: known } of kept.generations) {
    for (const service of services) {
      const sha256 = known.get(service) ?? null;
      if (sha256 !== null)
        places.set(sha256, { name: `gen/${number}/targets/${order.project}/${service}`, service });
    }
  }
  const names = [...places.values()].map(({ name }) => ({ name, credential: null }));
  const { files } = await readFiles(remote, names, context);
  // A damaged one hinders no one who does not need it.
  return (sha256) => {
    const place = places.get(sha256);
    if (place === undefined) throw new Error(`the description ${sha256} was not asked for`);
    return describeFile(remote.host, place, sha256, files.get(place.name));
  };
}

function describeFile(
  { name: host }: Host,
  place: { name: string; service: string },
  sha256: string,
  content: Uint8Array | undefined,
): KeptService {
  const isTrue = content !== undefined && createHash("sha256").update(content).digest("hex") === sha256;
  const read = isTrue
    ? readKeptService(new TextDecoder().decode(content), place.service)
    : { ok: false as const, reason: "it cannot be read" };
  if (read.ok) return read.kept;
  throw new HostError(
    "host-answer",
    host,
    `${host}: ${HOST_FOLDER}/${place.name} is not what svcdeploy wrote: ${read.reason}`,
    {
      hint: "To apply the version that you want: check out its commit and run svcdeploy apply.",
    },
  );
}

async function readContents(
  remote: Remote,
  wanted: readonly KeptService[],
  context: DeployContext,
): Promise<{ readonly contents: Contents; readonly held: Contents }> {
  const blobs = new Map(
    wanted
      .flatMap(contentsOf)
      .map(({ sha256, credential }) => [sha256, { name: blobName(sha256), credential }]),
  );
  const { files, held } = await readFiles(remote, [...blobs.values()], context);
  const contents = trueBlobs(files);
  const decrypted = [...contents.keys()].flatMap((sha256) => {
    const text = held.get(blobName(sha256));
    return text === undefined ? [] : [[sha256, text] as const];
  });
  return { contents, held: new Map(decrypted) };
}

async function readFiles(
  remote: Remote,
  names: readonly KeptName[],
  context: DeployContext,
): Promise<KeptFiles> {
  if (names.length === 0) return { files: new Map(), held: new Map() };
  return await ask(remote, keptQuestion, names, context);
}
