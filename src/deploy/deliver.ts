/**
 * Brings a transaction to its host: artifacts first, then everything else, published by one rename and
 * launched.
 */

import { createHash } from "node:crypto";
import { ConnectError, HostError } from "../core/errors.ts";
import type { ArtifactSource } from "../core/model/artifact.ts";
import type { Plan } from "../core/model/plan.ts";
import { badAnswer, framed, frameOf, line, stateFolder, systemScope } from "../host/frames.ts";
import { scripts, transactionFiles } from "../host/scripts.ts";
import type { Transaction, TransactionFile } from "../host/transaction.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";

const UPLOAD_FLOOR_BYTES_PER_SECOND = 32_768;

/**
 * Sends the artifacts that the plan's releases need and the host does not have. Throws ConnectError or
 * HostError.
 */
export async function uploadArtifacts(
  remote: Remote,
  plan: Plan,
  transaction: Transaction,
  context: DeployContext,
): Promise<void> {
  for (const { resource } of plan.changes) {
    if (resource.kind !== "release") continue;
    if (resource.source === null)
      throw new Error(`${resource.id} is not on the host, and this machine has no copy to send`);
    await uploadArtifact(remote, resource.source, transaction, context);
  }
}

async function uploadArtifact(
  remote: Remote,
  source: ArtifactSource,
  transaction: Transaction,
  context: DeployContext,
): Promise<void> {
  const nonce = context.newId();
  const asked = Promise.withResolvers<"have" | "need">();
  const input = async function* (): AsyncGenerator<string | Uint8Array> {
    yield `${nonce}\n${stateFolder}\n${line(transaction.id, source.sha256, String(source.size))}`;
    if ((await asked.promise) === "need") yield* context.readArtifact(source);
  };
  const onLine = (text: string): void => {
    const word = frameOf(text, nonce)?.word;
    if (word === "have" || word === "need") asked.resolve(word);
  };
  const timeoutMilliseconds = 120_000 + (source.size / UPLOAD_FLOOR_BYTES_PER_SECOND) * 1000;
  const answer = await remote
    .run(scripts.upload, { input: input(), timeoutMilliseconds, onLine })
    .finally(() => asked.resolve("have"));
  const last = framed(answer.stdout, nonce).at(-1)?.word;
  if (last === "have" || last === "stored") return;
  const host = remote.host.name;
  if (last === "damaged" || last === "cut") {
    throw new HostError(
      "host-step",
      host,
      `${host}: ${source.path} arrived ${last === "cut" ? "cut off" : "with another sha256"}; nothing ` +
        `was changed`,
    );
  }
  badAnswer(host, `the upload of ${source.path} did not finish`, answer.stderr);
}

/** Whether the host may be acting on a transaction. */
export type Reach = "untouched" | "published";

/**
 * Sends the transaction. onReach hears whether the host may act on it by now; once it may, a connection that
 * breaks is no error here: attending the transaction finds out what became of it. Throws HostError when
 * the host answered that it could not take it.
 */
export async function deliver(
  remote: Remote,
  transaction: Transaction,
  project: string,
  context: DeployContext,
  onReach: (reach: Reach) => void,
): Promise<void> {
  const nonce = context.newId();
  let reach: Reach = "untouched";
  const onLine = (text: string): void => {
    const word = frameOf(text, nonce)?.word;
    if (word !== "published" && word !== "unlaunched") return;
    reach = word === "published" ? "published" : "untouched";
    onReach(reach);
  };
  const input = bundle(transaction, nonce, project, context);
  const answer = await remote
    .run(scripts.deliver, { input, timeoutMilliseconds: 300_000, onLine })
    .catch((error: unknown) => {
      if (reach === "untouched" || !(error instanceof ConnectError)) throw error;
      return null;
    });
  if (answer !== null && answer.exitCode !== 0)
    badAnswer(
      remote.host.name,
      "the transaction could not be taken or started; nothing was changed",
      answer.stderr,
    );
}

function bundle(
  transaction: Transaction,
  nonce: string,
  project: string,
  context: DeployContext,
): Uint8Array {
  const owner = `${context.run.user}@${context.run.controller}`;
  const { id, runSeconds, stopSeconds } = transaction;
  const about = line(id, owner, project, String(runSeconds), String(stopSeconds));
  const head = `${nonce}\n${stateFolder}\n${systemScope}\n${about}`;
  const scriptFiles = transactionFiles.map(
    ({ name, text }): TransactionFile => ({ name, content: Buffer.from(text) }),
  );
  const files = [...scriptFiles, ...transaction.files].flatMap(({ name, content }) => [
    Buffer.from(
      line("file", name, String(content.byteLength), createHash("sha256").update(content).digest("hex")),
    ),
    Buffer.from(content),
  ]);
  return Buffer.concat([Buffer.from(head), ...files, Buffer.from("end\n")]);
}
