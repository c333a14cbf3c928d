/** Which keys are tried on a host, in order. Public keys only: a password or a prompt is never an answer. */
import ssh2 from "ssh2";
import { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { sshCommand, targetOf } from "./connection-errors.ts";
import type { KeyFile, KeyFileReader } from "./key-files.ts";

/** Where keys may come from. Paths are absolute; null: there is none. */
export type CredentialOptions = {
  readonly identity: string | null;
  readonly agentSocket: string | null;
  readonly homeDirectory: string | null;
};

/** What is tried, for ssh2 and in words, and what had to be left out. */
export type Credentials = {
  readonly methods: readonly (ssh2.PublicKeyAuthMethod | ssh2.AgentAuthMethod)[];
  readonly tried: readonly string[];
  readonly skipped: readonly string[];
  /** The one key file that was named, if one was. */
  readonly identity: string | null;
};

/**
 * --identity, else the inventory's identity, and then nothing but it; else the agent's keys and the default
 * files of ssh(1). A key with a passphrase is left to the agent. Throws ConnectError("auth") when there is
 * nothing to try.
 */
export async function findCredentials(
  host: Host,
  options: CredentialOptions,
  readKeyFile: KeyFileReader,
): Promise<Credentials> {
  const identity = options.identity ?? host.identity;
  const found =
    identity === null
      ? await defaultCredentials(host, options, readKeyFile)
      : explicit(host, options, await readKeyFile(identity));
  if (found.methods.length > 0) return found;
  const why =
    found.skipped.length > 0
      ? found.skipped.join("; ")
      : "no agent is running and no default key file exists";
  throw new ConnectError("auth", host.name, `${targetOf(host)}: no key to log in with: ${why}`);
}

/** What was tried and refused, for the message of a failed login. */
export function loginRefused(host: Host, credentials: Credentials): ConnectError {
  const skipped = credentials.skipped.length > 0 ? ` (left out: ${credentials.skipped.join("; ")})` : "";
  const tried = credentials.tried.join(", ");
  return new ConnectError(
    "auth",
    host.name,
    `${targetOf(host)}: the server accepts none of the keys: tried ${tried}${skipped}`,
    {
      hint:
        `Check that the public key is in the authorized_keys of ${host.user} there. Try it by ` +
        `hand: ${sshCommand(host, credentials.identity)}`,
    },
  );
}

function explicit(host: Host, options: CredentialOptions, file: KeyFile): Credentials {
  const key = readKey(file);
  if (typeof key !== "string")
    return { methods: [byKey(host, key)], tried: [file.path], skipped: [], identity: file.path };
  if (key !== ENCRYPTED || options.agentSocket === null)
    return { methods: [], tried: [], skipped: [`${file.path} ${key}`], identity: file.path };
  return {
    methods: [byAgent(host, options.agentSocket)],
    tried: [`the agent's keys, as ${file.path} has a passphrase`],
    skipped: [],
    identity: file.path,
  };
}

const DEFAULT_FILES = ["id_ed25519", "id_ecdsa", "id_rsa"];

async function defaultCredentials(
  host: Host,
  options: CredentialOptions,
  readKeyFile: KeyFileReader,
): Promise<Credentials> {
  const home = options.homeDirectory;
  const files =
    home === null ? [] : await Promise.all(DEFAULT_FILES.map((name) => readKeyFile(`${home}/.ssh/${name}`)));
  const keys = files
    .filter((file) => file.kind !== "absent")
    .map((file) => ({ path: file.path, key: readKey(file) }));
  const agent = options.agentSocket;
  return {
    methods: [
      ...(agent === null ? [] : [byAgent(host, agent)]),
      ...keys.flatMap(({ key }) => (typeof key === "string" ? [] : [byKey(host, key)])),
    ],
    tried: [
      ...(agent === null ? [] : ["the agent's keys"]),
      ...keys.flatMap(({ path, key }) => (typeof key === "string" ? [] : [path])),
    ],
    skipped: keys.flatMap(({ path, key }) =>
      typeof key === "string" && (key !== ENCRYPTED || agent === null) ? [`${path} ${key}`] : [],
    ),
    identity: null,
  };
}

const ENCRYPTED = "has a passphrase and no agent is running: ssh-add it first";

/** The private key in a file, or why there is none. */
function readKey(file: KeyFile): ssh2.ParsedKey | string {
  if (file.kind === "absent") return "does not exist";
  if (file.kind === "unreadable") return `cannot be read (${file.reason})`;
  const parsed = ssh2.utils.parseKey(file.text);
  if (parsed instanceof Error)
    return /[Ee]ncrypted|passphrase/.test(parsed.message)
      ? ENCRYPTED
      : "is not a private key in a format that svcdeploy reads";
  return parsed.isPrivateKey() ? parsed : "is a public key, not a private one";
}

function byKey(host: Host, key: ssh2.ParsedKey): ssh2.PublicKeyAuthMethod {
  return { type: "publickey", username: host.user, key };
}

function byAgent(host: Host, agent: string): ssh2.AgentAuthMethod {
  return { type: "agent", username: host.user, agent };
}
