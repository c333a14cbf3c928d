/** The controller's last word on a transaction, and what the host says it came to. */
import type { UnitProperties } from "../core/model/observation.ts";
import { sanitize } from "../core/sanitize.ts";
import { badAnswer, framed, lastState, stateFolder, type TransactionState } from "../host/frames.ts";
import { scripts } from "../host/scripts.ts";
import { splitBlocks } from "../host/unit-rows.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";

/**
 * Confirms a waiting transaction or takes it back; idempotent. Answers with the state afterwards and the
 * transaction that `current` points to.
 */
export async function decide(
  remote: Remote,
  id: string,
  word: "confirmed" | "rollback",
  waitSeconds: number,
  context: DeployContext,
): Promise<{ readonly state: TransactionState; readonly current: string }> {
  const nonce = context.newId();
  const input = `${[nonce, stateFolder, id, word, Math.ceil(waitSeconds)].join("\n")}\n`;
  const answer = await remote.run(scripts.decide, { input, timeoutMilliseconds: (waitSeconds + 60) * 1000 });
  const state = lastState(answer.stdout, nonce);
  if (state === null)
    badAnswer(remote.host.name, "no state in the answer to the confirmation", answer.stderr);
  return {
    state,
    current: framed(answer.stdout, nonce).find((frame) => frame.word === "current")?.rest ?? "",
  };
}

/** Why a transaction failed, as the host kept it. */
export type TransactionResult = {
  readonly failure: string;
  /** Paths that someone else changed meanwhile; they were kept as they are. */
  readonly conflicts: string;
  readonly units: ReadonlyMap<
    string,
    { readonly properties: UnitProperties; readonly journal: readonly string[] }
  >;
};

/** Reads what the host kept of a transaction that ended. */
export async function readResult(
  remote: Remote,
  id: string,
  context: DeployContext,
): Promise<TransactionResult> {
  const nonce = context.newId();
  const answer = await remote.run(scripts.result, {
    input: `${nonce}\n${stateFolder}\n${id}\n`,
    timeoutMilliseconds: 30_000,
  });
  const frames = framed(answer.stdout, nonce);
  const text = (word: string): string =>
    context.redact(sanitize(frames.find((frame) => frame.word === word)?.rest ?? ""));
  const evidence = new Map(
    frames
      .filter((frame) => frame.word === "evidence")
      .map(({ rest }) => {
        const [name = "", content = ""] = rest.split(" ");
        return [name, sanitize(wholeLines(Buffer.from(content, "base64")))] as const;
      }),
  );
  const names = [...evidence.keys()]
    .filter((name) => name.endsWith(".show"))
    .map((name) => name.slice(0, -".show".length));
  const units = names.map((unit) => {
    const properties = splitBlocks((evidence.get(`${unit}.show`) ?? "").split("\n"))[0] ?? {};
    const journal = context
      .redact(evidence.get(`${unit}.journal`) ?? "")
      .split("\n")
      .filter((line) => line !== "");
    return [unit, { properties, journal: journal.slice(-20) }] as const;
  });
  return { failure: text("failure"), conflicts: text("conflicts"), units: new Map(units) };
}

const MOST_EVIDENCE_BYTES = 16_384;

/**
 * The newest evidence, without the line that the host's limit cut through: half a secret would not be
 * recognised as one.
 */
function wholeLines(bytes: Buffer): string {
  if (bytes.length <= MOST_EVIDENCE_BYTES) return bytes.toString("utf8");
  const cut = bytes.indexOf("\n");
  return `(more than 16 KiB; the last lines)\n${cut === -1 ? "" : bytes.subarray(cut + 1).toString("utf8")}`;
}
