/**
 * Keys that can sign a login: of a file, or of an agent; each is offered by itself, so that it is known
 * which.
 */
import ssh2, { type IdentityCallback, type SignCallback, type SigningRequestOptions } from "ssh2";
import { sanitizeLine } from "../core/sanitize.ts";

/** One key. name: for people: its file, or the agent's comment. */
export type LoginKey = {
  readonly name: string;
  readonly from: "file" | "agent";
  readonly key: ssh2.ParsedKey;
  readonly sign: (data: Buffer, options: SigningRequestOptions, done: SignCallback) => void;
};

/** A key that was read from a file. */
export function fileKey(path: string, key: ssh2.ParsedKey): LoginKey {
  return {
    name: path,
    from: "file",
    key,
    sign: (data, { hash }, done) => {
      const signature: unknown = key.sign(data, hash);
      if (signature instanceof Error) done(signature);
      else if (Buffer.isBuffer(signature)) done(null, signature);
    },
  };
}

/** The keys that an agent holds, in its order; null: nothing answers at the socket. */
export function agentKeys(socket: string): Promise<readonly LoginKey[] | null> {
  const agent = ssh2.createAgent(socket);
  return new Promise((resolve) => {
    agent.getIdentities((error, found) =>
      resolve(error || found === undefined ? null : found.filter(isKey).map((key) => keyInAgent(agent, key))),
    );
  });
}

function keyInAgent(agent: ssh2.BaseAgent, key: ssh2.ParsedKey): LoginKey {
  return {
    name: sanitizeLine(key.comment || key.type),
    from: "agent",
    key,
    sign: (data, options, done) => agent.sign(key, data, options, done),
  };
}

function isKey(found: unknown): found is ssh2.ParsedKey {
  return typeof found === "object" && found !== null && "getPublicSSH" in found;
}

/**
 * One key as ssh2 takes it; onSign is called when the server has accepted the key and asks for its signature.
 */
export class OneKey extends ssh2.BaseAgent<ssh2.ParsedKey> {
  readonly #key: LoginKey;
  readonly #onSign: () => void;

  constructor(key: LoginKey, onSign: () => void) {
    super();
    this.#key = key;
    this.#onSign = onSign;
  }

  override getIdentities(done: IdentityCallback<ssh2.ParsedKey>): void {
    done(null, [this.#key.key]);
  }

  override sign(
    _key: ssh2.ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    this.#onSign();
    if (typeof options === "function") this.#key.sign(data, {}, options);
    else if (done !== undefined) this.#key.sign(data, options, done);
  }
}
