/**
 * Checks the key that a host sends against known_hosts. There is no way around it, and nothing is ever
 * written.
 */
import type { ServerHostKeyAlgorithm } from "ssh2";
import { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { targetOf } from "./connection-errors.ts";
import { forgetKey } from "./key-commands.ts";
import type { KeyFile, KeyFileReader } from "./key-files.ts";
import {
  fingerprint,
  judgeHostKey,
  type KnownHostsLine,
  keyTypeOf,
  knownHostsName,
  knownKeyTypes,
  parseKnownHosts,
} from "./known-hosts.ts";

/**
 * Everything that known_hosts files say. sources: the files' paths, with a remark where one cannot be used;
 * file: the first one's path alone.
 */
export type KnownHosts = {
  readonly lines: readonly KnownHostsLine[];
  readonly sources: readonly string[];
  readonly file: string;
  /** The files that the option or the inventory named; empty: the usual ones. */
  readonly named: readonly string[];
};

/** Finds the known_hosts of a host. */
export type KnownHostsFinder = (host: Host) => Promise<KnownHosts>;

/**
 * The option's files win, then the inventory's own, then the user's and the system's. A file is parsed once.
 */
export function makeKnownHostsFinder(
  files: readonly string[] | null,
  home: string | null,
  readKeyFile: KeyFileReader,
): KnownHostsFinder {
  const ordinary = [
    ...(home === null ? [] : [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`]),
    "/etc/ssh/ssh_known_hosts",
  ];
  const parsed = new Map<KeyFile, readonly KnownHostsLine[]>();
  const linesOf = (file: KeyFile): readonly KnownHostsLine[] => {
    const lines = parsed.get(file) ?? (file.kind === "text" ? parseKnownHosts(file.text, file.path) : []);
    parsed.set(file, lines);
    return lines;
  };
  return async (host) => {
    const named = files ?? (host.knownHosts === null ? [] : [host.knownHosts]);
    const read = await Promise.all((named.length === 0 ? ordinary : named).map(readKeyFile));
    return { lines: read.flatMap(linesOf), sources: read.map(describe), file: read[0]?.path ?? "", named };
  };
}

/** A key's way: refused with the error, or trusted, with a note where it is only known by another name. */
export type HostKeyDecision =
  | { readonly refused: ConnectError }
  | { readonly refused: null; readonly note: string | null };

/**
 * Whether the key that a host sent may be trusted. A key of no line for [address]:port may be known for the
 * bare address: ssh(1) takes it then, and so is it here.
 */
export function decideHostKey(host: Host, known: KnownHosts, sent: Uint8Array): HostKeyDecision {
  const verdict = judgeHostKey(known.lines, knownHostsName(host.address, host.port), sent);
  const key = `${keyTypeOf(sent)} ${fingerprint(sent)}`;
  switch (verdict.kind) {
    case "trusted":
      return { refused: null, note: null };
    case "revoked":
      return { refused: refusal(host, `its key is revoked (${verdict.place}): ${key}`) };
    case "changed":
      return { refused: changedKey(host, key, verdict.known) };
    case "unknown": {
      const bare = judgeHostKey(known.lines, bareName(host), sent);
      if (bare.kind === "revoked")
        return { refused: refusal(host, `its key is revoked (${bare.place}): ${key}`) };
      if (bare.kind !== "trusted") return { refused: unknownKey(host, known, verdict.authorities, sent) };
      const note =
        `its key is known for ${bareName(host)} (${bare.place}), not for port ${host.port}; ` +
        "it is taken, as ssh does";
      return { refused: null, note };
    }
  }
}

function bareName(host: Host): string {
  return knownHostsName(host.address, 22);
}

/**
 * Host key algorithms in the order to ask for: those of the keys we know first, as ssh(1) does. Never ssh-rsa
 * with SHA-1, never ssh-dss.
 */
export function hostKeyAlgorithms(host: Host, known: KnownHosts): ServerHostKeyAlgorithm[] {
  const own = knownKeyTypes(known.lines, knownHostsName(host.address, host.port));
  const types = new Set(own.length > 0 ? own : knownKeyTypes(known.lines, bareName(host)));
  const isKnown = (algorithm: ServerHostKeyAlgorithm): boolean =>
    types.has(algorithm.startsWith("rsa-sha2") ? "ssh-rsa" : algorithm);
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((algorithm) => !isKnown(algorithm))];
}

const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

function refusal(host: Host, text: string): ConnectError {
  return new ConnectError("host-key", host.name, `${targetOf(host)}: ${text}`);
}

/** A line a key, so that they can be compared, and what forgets the old ones. */
function changedKey(host: Host, sent: string, known: readonly KnownHostsLine[]): ConnectError {
  const name = knownHostsName(host.address, host.port);
  const lines = known.map(({ key, place }) => `    known: ${key.type} ${fingerprint(key.bytes)} (${place})`);
  const files = new Set(known.map(({ place }) => place.replace(/:\d+$/, "")));
  const forget = [...files].map((file) => forgetKey(name, file));
  return new ConnectError(
    "host-key",
    host.name,
    `${targetOf(host)}: its key has CHANGED. Nothing was sent to it.\n` +
      `    sent:  ${sent}\n${lines.join("\n")}`,
    {
      hint:
        "Compare the sent fingerprint with the host's console " +
        "(ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub). " +
        `Only where it is the same, forget the old ones: ${forget.join("; ")}`,
      commands: ["ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub   # on the host's console", ...forget],
    },
  );
}

function unknownKey(
  host: Host,
  known: KnownHosts,
  authorities: readonly string[],
  sent: Uint8Array,
): ConnectError {
  const type = keyTypeOf(sent);
  const line = `${knownHostsName(host.address, host.port)} ${type} ${Buffer.from(sent).toString("base64")}`;
  const offer = { type, fingerprint: fingerprint(sent), line, file: known.file };
  const ca =
    authorities.length === 0
      ? ""
      : ` The @cert-authority at ${authorities.join(", ")} does not count: ` +
        "host certificates are not supported.";
  const text =
    `its key is not in ${known.sources.join(", ")}. It sent ${type} ${offer.fingerprint}.${ca} ` +
    `Nothing was written; once compared, its known_hosts line would be:\n    ${line}`;
  return new ConnectError("host-key", host.name, `${targetOf(host)}: ${text}`, { offer });
}

function describe(file: KeyFile): string {
  if (file.kind === "text") return file.path;
  return file.kind === "absent" ? `${file.path} (no such file)` : `${file.path} (unreadable: ${file.reason})`;
}
