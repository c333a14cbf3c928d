/**
 * One entry of an archive or a folder: as it was found, and as a release may have it. Everything that a
 * release cannot have is refused here (SEC-10).
 */
import { Buffer } from "node:buffer";
import { sanitizeLine } from "../sanitize.ts";

/** An entry as it was found. Its name and target are whatever someone wrote there. */
export type RawEntry = {
  readonly name: string;
  /**
   * file, directory, symlink; anything else as the archive's format calls it, null for what it does not know.
   */
  readonly type: string | null;
  /** The mode's bits, with setuid, setgid and sticky. */
  readonly mode: number;
  /** Bytes of content. */
  readonly size: number;
  /** Of a link: its target. */
  readonly target: string;
  /** What format extensions say of it beside its name, e.g. GNU.sparse.major. */
  readonly extensions: readonly string[];
};

/**
 * An entry as a release has it: path relative, parts joined by /. executable: mode 0755, else 0644; folders
 * have 0755.
 */
export type TreeEntry =
  | { readonly kind: "file"; readonly path: string; readonly mode: "644" | "755"; readonly size: number }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/** What became of an entry; entry null: it is the root itself, or stripped away. */
export type EntryReading =
  | { readonly ok: true; readonly entry: TreeEntry | null }
  | { readonly ok: false; readonly reason: string };

/** Longest path and target in bytes, longest part of a path (NAME_MAX), deepest path in parts. */
const MAX_PATH = 1024;
const MAX_PART = 255;
const MAX_DEPTH = 64;

/** Reads one entry, without the first `strip` parts of its name. Never throws. */
export function readEntry(raw: RawEntry, strip: number): EntryReading {
  const reason = refuseType(raw) ?? refuseText(raw.name, "its name");
  if (reason !== null) return refused(raw, reason);
  const parts = partsOf(raw);
  const wrong = refuseParts(raw, parts);
  if (wrong !== null) return refused(raw, wrong);
  const rest = parts.slice(strip);
  if (rest.length === 0)
    return raw.type === "directory"
      ? { ok: true, entry: null }
      : refused(raw, `strip: ${strip} leaves nothing of its name`);
  return makeEntry(raw, rest.join("/"));
}

/** A name for a message: one line, short, and nothing that a terminal obeys. */
export function showName(name: string): string {
  const line = sanitizeLine(name);
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}

const KINDS: Readonly<Record<string, string>> = {
  link: "is a hard link; pack it as files of their own (tar --hard-dereference)",
  "character-device": "is a device",
  "block-device": "is a device",
  fifo: "is a named pipe",
  socket: "is a socket",
};

function refuseType({ type, mode, size, extensions }: RawEntry): string | null {
  if (extensions.some((key) => key.startsWith("GNU.sparse")))
    return "is a sparse file; pack it without --sparse";
  if (type !== "file" && type !== "directory" && type !== "symlink") {
    return KINDS[type ?? ""] ?? "is neither a file, nor a directory, nor a symbolic link";
  }
  // A folder inherits setgid from the one above it: that says nothing about the release.
  const special = type === "symlink" ? 0 : mode & (type === "directory" ? 0o5000 : 0o7000);
  if (special !== 0) return "has the setuid, setgid or sticky bit";
  return type === "file" || size === 0 ? null : "is no file and has content";
}

/**
 * No control or formatting characters (a line end, a change of direction), nothing that is not UTF-8, no
 * backslash.
 */
function refuseText(text: string, what: string): string | null {
  if (text.includes("\u{fffd}")) return `${what} is not UTF-8`;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text)) return `${what} has a control character`;
  if (text.includes("\\")) return `${what} has a backslash`;
  return Buffer.byteLength(text) > MAX_PATH ? `${what} is longer than ${MAX_PATH} bytes` : null;
}

/** Without the ./ that tar puts before names and the / behind those of folders. */
function partsOf({ name, type }: RawEntry): readonly string[] {
  const bare = (name.startsWith("./") ? name.slice(2) : name).replace(
    type === "directory" ? /\/$/ : /$^/,
    "",
  );
  return bare === "" || bare === "." ? [] : bare.split("/");
}

function refuseParts({ name, type }: RawEntry, parts: readonly string[]): string | null {
  if (name === "") return "has no name";
  if (name.startsWith("/")) return "is absolute";
  if (parts.length === 0) return type === "directory" ? null : "has no name";
  if (parts.includes("..")) return "leaves the tree by ..";
  if (parts.some((part) => part === "" || part === ".")) return "has an empty part in its name";
  if (parts.some((part) => Buffer.byteLength(part) > MAX_PART))
    return `has a part longer than ${MAX_PART} bytes in its name`;
  return parts.length > MAX_DEPTH ? `is more than ${MAX_DEPTH} folders deep` : null;
}

function makeEntry(raw: RawEntry, path: string): EntryReading {
  if (raw.type === "directory") return { ok: true, entry: { kind: "directory", path } };
  if (raw.type === "file")
    return {
      ok: true,
      entry: { kind: "file", path, mode: (raw.mode & 0o100) === 0 ? "644" : "755", size: raw.size },
    };
  const { target } = raw;
  const reason =
    target === ""
      ? "is a link to nothing"
      : target.startsWith("/")
        ? "is a link to an absolute path"
        : refuseText(target, "its target");
  return reason === null ? { ok: true, entry: { kind: "link", path, target } } : refused(raw, reason);
}

function refused({ name }: RawEntry, reason: string): EntryReading {
  return { ok: false, reason: `${name === "" ? "an entry" : showName(name)} ${reason}` };
}
