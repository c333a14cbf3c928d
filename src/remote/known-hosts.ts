/**
 * known_hosts: its lines parsed (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), and what they say of a key that a
 * host sent.
 */
import { createHash, createHmac } from "node:crypto";

/** One usable line. certificateAuthority and revoked stand for the markers @cert-authority and @revoked. */
export type KnownHostsLine = {
  /** file:line, for messages. */
  readonly place: string;
  readonly role: "host" | "revoked" | "certificate-authority";
  readonly matches: (name: string) => boolean;
  readonly key: HostKey;
};

/** A public host key: its type, e.g. ssh-ed25519, and the bytes of its SSH encoding (RFC 4253, 6.6). */
export type HostKey = { readonly type: string; readonly bytes: Buffer };

/** What known_hosts says of a key. others: the keys it has for that host. */
export type HostKeyVerdict =
  | { readonly kind: "trusted"; readonly place: string }
  | { readonly kind: "revoked"; readonly place: string }
  | { readonly kind: "changed"; readonly known: readonly KnownHostsLine[] }
  | { readonly kind: "unknown"; readonly authorities: readonly string[] };

/**
 * The usable lines of a known_hosts text. Comments, blank and malformed lines are passed over, as ssh(1)
 * does.
 */
export function parseKnownHosts(text: string, path: string): readonly KnownHostsLine[] {
  return text.split(/\r?\n/).flatMap((line, index) => parseLine(line, `${path}:${index + 1}`) ?? []);
}

/** The name that known_hosts has for an address: itself on port 22, else [address]:port; lower case. */
export function knownHostsName(address: string, port: number): string {
  const bare = address.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return port === 22 ? bare : `[${bare}]:${port}`;
}

/** What these lines say of the key that the host called `name` sent. Revoked wins over trusted. */
export function judgeHostKey(
  lines: readonly KnownHostsLine[],
  name: string,
  sent: Uint8Array,
): HostKeyVerdict {
  const mine = lines.filter((line) => line.matches(name));
  const same = mine.filter((line) => line.key.bytes.equals(sent));
  const revoked = same.find((line) => line.role === "revoked");
  if (revoked !== undefined) return { kind: "revoked", place: revoked.place };
  const trusted = same.find((line) => line.role === "host");
  if (trusted !== undefined) return { kind: "trusted", place: trusted.place };
  const known = mine.filter((line) => line.role === "host");
  if (known.length > 0) return { kind: "changed", known };
  return {
    kind: "unknown",
    authorities: mine.filter((line) => line.role === "certificate-authority").map((line) => line.place),
  };
}

/** The key types that known_hosts has for a host, most wanted first; empty when it is unknown. */
export function knownKeyTypes(lines: readonly KnownHostsLine[], name: string): readonly string[] {
  return [
    ...new Set(
      lines.filter((line) => line.role === "host" && line.matches(name)).map((line) => line.key.type),
    ),
  ];
}

/** A public key's fingerprint as ssh-keygen -l prints it: SHA256:… in base64 without padding. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The type that a public key's bytes name; "unknown" where they are no key. */
export function keyTypeOf(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  if (bytes.length < 4) return "unknown";
  const name = bytes.subarray(4, 4 + Math.min(bytes.readUInt32BE(0), 64)).toString("latin1");
  return /^[a-z0-9@.-]+$/.test(name) ? name : "unknown";
}

const ROLES: { readonly [marker: string]: KnownHostsLine["role"] } = {
  "@revoked": "revoked",
  "@cert-authority": "certificate-authority",
};

function parseLine(line: string, place: string): KnownHostsLine | null {
  const words = line.trim().split(/[ \t]+/);
  const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
  const role = marker === undefined ? "host" : ROLES[marker];
  const [names, type, base64] = words;
  if (
    role === undefined ||
    names === undefined ||
    names.startsWith("#") ||
    type === undefined ||
    base64 === undefined
  )
    return null;
  const bytes = Buffer.from(base64, "base64");
  if (keyTypeOf(bytes) !== type) return null;
  return { place, role, matches: matcher(names), key: { type, bytes } };
}

function matcher(names: string): (name: string) => boolean {
  if (names.startsWith("|")) return hashedMatcher(names);
  const patterns = names.split(",").map((written) => {
    const negated = written.startsWith("!");
    return { negated, pattern: (negated ? written.slice(1) : written).toLowerCase() };
  });
  return (name) => {
    const hits = patterns.filter(({ pattern }) => matchesPattern(name, pattern));
    return hits.length > 0 && !hits.some(({ negated }) => negated);
  };
}

/** |1|salt|HMAC-SHA1(salt, name): one name a line, no patterns. */
function hashedMatcher(hashed: string): (name: string) => boolean {
  const [, version, salt, hash] = hashed.split("|");
  if (version !== "1" || salt === undefined || hash === undefined) return () => false;
  const expected = Buffer.from(hash, "base64");
  return (name) => createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest().equals(expected);
}

/**
 * The patterns of ssh_config(5): * and ?, nothing else; without backtracking over more than the last star.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    if (pattern[next] === "*") {
      star = next++;
      resume = at;
    } else if (next < pattern.length && (pattern[next] === "?" || pattern[next] === name[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(next));
}
