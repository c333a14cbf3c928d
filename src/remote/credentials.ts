/** Which keys are tried on a host, in order. Public keys only: a password or a prompt is never an answer. */
import { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { targetOf } from "./connection-errors.ts";
import { addToAgent, copyKey, makeKey } from "./key-commands.ts";
import type { KeyFileReader } from "./key-files.ts";
import { agentKeys, fileKey, type LoginKey } from "./login-keys.ts";
import { readPrivateKey } from "./private-key.ts";

/** Where keys may come from. Paths are absolute; null: there is none. */
export type CredentialOptions = {
  readonly identity: string | null;
  readonly agentSocket: string | null;
  readonly homeDirectory: string | null;
};

/** What is to be tried, in order, and in words what had to be left out. */
export type Credentials = {
  readonly keys: readonly LoginKey[];
  readonly skipped: readonly string[];
  /** The one key file that was named, if one was. */
  readonly identity: string | null;
  /** What to type where there is no key to try. */
  readonly advice: readonly string[];
};

/**
 * --identity, else the inventory's identity, and then nothing but it; else, as ssh(1) orders them, the
 * agent's keys that are also default files, its others, and the default files. A key with a passphrase is
 * left to the agent. Throws ConnectError("auth") when there is nothing to try.
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
      : await namedCredentials(host, identity, options, readKeyFile);
  if (found.keys.length > 0) return found;
  const why =
    found.skipped.length > 0
      ? found.skipped.join("; ")
      : "no agent is running and no default key file exists";
  throw new ConnectError("auth", host.name, `${targetOf(host)}: no key to log in with: ${why}`, {
    commands: found.advice,
    ...(found.skipped.length > 0 ? {} : { hint: NO_KEY }),
  });
}

const NO_KEY =
  "Name the key with --identity, or make one with ssh-keygen -t ed25519 and put its public half on the host " +
  "with ssh-copy-id.";

async function namedCredentials(
  host: Host,
  identity: string,
  { agentSocket }: CredentialOptions,
  readKeyFile: KeyFileReader,
): Promise<Credentials> {
  const [file, beside] = await Promise.all([readKeyFile(identity), readKeyFile(`${identity}.pub`)]);
  const found = readPrivateKey(file, beside);
  const none = (why: string, advice: readonly string[]): Credentials => ({
    keys: [],
    skipped: [`${identity} ${why}`],
    identity,
    advice,
  });
  if (found.kind === "key")
    return { keys: [fileKey(identity, found.key)], skipped: [], identity, advice: [] };
  if (found.kind === "unusable")
    return none(found.why, file.kind === "absent" ? [makeKey(identity), copyKey(host, identity)] : []);
  const locked = (why: string): Credentials => none(`${found.what}${why}`, [addToAgent(identity)]);
  if (agentSocket === null) return locked(NO_AGENT);
  const held = await agentKeys(agentSocket);
  if (held === null) return locked(" and the agent does not answer");
  const { publicKey } = found;
  // Without the public half no one can say which of the agent's keys is meant.
  const keys = publicKey === null ? held : held.filter((each) => isSame(each, publicKey));
  if (keys.length === 0) return locked(" and the agent does not hold it: ssh-add it first");
  return { keys, skipped: [], identity, advice: [] };
}

const NO_AGENT = " and no agent is running: ssh-add it first";

const DEFAULT_FILES = ["id_ed25519", "id_ecdsa", "id_rsa"];

async function defaultCredentials(
  host: Host,
  { homeDirectory, agentSocket }: CredentialOptions,
  readKeyFile: KeyFileReader,
): Promise<Credentials> {
  const there = homeDirectory === null ? [] : await readDefaultFiles(homeDirectory, readKeyFile);
  const held = agentSocket === null ? [] : await agentKeys(agentSocket);
  const publicKeys = there.map(({ found }) =>
    found.kind === "key" ? found.key.getPublicSSH() : found.kind === "locked" ? found.publicKey : null,
  );
  const wanted = publicKeys.flatMap((publicKey) =>
    publicKey === null ? [] : (held ?? []).filter((each) => isSame(each, publicKey)),
  );
  const keys = [
    ...wanted,
    ...(held ?? []).filter((each) => !wanted.includes(each)),
    ...there.flatMap(({ path, found }) =>
      found.kind === "key" && !wanted.some((each) => isSame(each, found.key.getPublicSSH()))
        ? [fileKey(path, found.key)]
        : [],
    ),
  ];
  const skipped = there.flatMap(({ path, found }, index) => {
    if (found.kind === "unusable") return [`${path} ${found.why}`];
    const { [index]: publicKey = null } = publicKeys;
    if (found.kind === "key" || (publicKey !== null && keys.some((each) => isSame(each, publicKey))))
      return [];
    return [`${path} ${found.what}${agentSocket === null ? NO_AGENT : " and the agent does not hold it"}`];
  });
  return {
    keys,
    skipped: held === null ? [...skipped, "the agent does not answer"] : skipped,
    identity: null,
    advice: skipped.length > 0 ? [] : [makeKey(null), copyKey(host, null)],
  };
}

type DefaultFile = { readonly path: string; readonly found: ReturnType<typeof readPrivateKey> };

/** Those that are there. */
async function readDefaultFiles(home: string, readKeyFile: KeyFileReader): Promise<readonly DefaultFile[]> {
  const files = await Promise.all(
    DEFAULT_FILES.map(async (name) => {
      const path = `${home}/.ssh/${name}`;
      const [file, beside] = await Promise.all([readKeyFile(path), readKeyFile(`${path}.pub`)]);
      return { path, isThere: file.kind !== "absent", found: readPrivateKey(file, beside) };
    }),
  );
  return files.filter(({ isThere }) => isThere);
}

function isSame({ key }: LoginKey, publicKey: Buffer): boolean {
  return key.getPublicSSH().equals(publicKey);
}
