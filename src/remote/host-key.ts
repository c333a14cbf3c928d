/**
 * Checks the key that a host sends against known_hosts. There is no way around it, and nothing is ever
 * written.
 */
import type { ServerHostKeyAlgorithm } from "ssh2";
import { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { targetOf } from "./connection-errors.ts";
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
    const read = await Promise.all(
      (files ?? (host.knownHosts === null ? ordinary : [host.knownHosts])).map(readKeyFile),
    );
    return { lines: read.flatMap(linesOf), sources: read.map(describe), file: read[0]?.path ?? "" };
  };
}

/** The verdict's error for a key that may not be trusted; null for one that may. */
export function refuseHostKey(host: Host, known: KnownHosts, sent: Uint8Array): ConnectError | null {
  const name = knownHostsName(host.address, host.port);
  const verdict = judgeHostKey(known.lines, name, sent);
  const key = `${keyTypeOf(sent)} ${fingerprint(sent)}`;
  switch (verdict.kind) {
    case "trusted":
      return null;
    case "revoked":
      return refusal(host, `its key is revoked (${verdict.place}): ${key}`);
    case "changed":
      return refusal(
        host,
        `its key has CHANGED. It sent ${key}; known: ${verdict.known.map(describeKnown).join(", ")}. ` +
          "Nothing was sent to it.",
      );
    case "unknown":
      return unknownKey(host, known, verdict.authorities, sent);
  }
}

/**
 * Host key algorithms in the order to ask for: those of the keys we know first, as ssh(1) does. Never ssh-rsa
 * with SHA-1, never ssh-dss.
 */
export function hostKeyAlgorithms(host: Host, known: KnownHosts): ServerHostKeyAlgorithm[] {
  const types = new Set(knownKeyTypes(known.lines, knownHostsName(host.address, host.port)));
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

function describeKnown(line: KnownHostsLine): string {
  return `${line.key.type} ${fingerprint(line.key.bytes)} (${line.place})`;
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
