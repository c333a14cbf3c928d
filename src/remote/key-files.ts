/**
 * The files that SSH needs on the controller, known_hosts and private keys: each read once. The only file
 * access of this folder.
 */
import { readFile } from "node:fs/promises";

/** A file's text; absent: there is none at that path; unreadable: why. */
export type KeyFile =
  | { readonly kind: "text"; readonly path: string; readonly text: string }
  | { readonly kind: "absent"; readonly path: string }
  | { readonly kind: "unreadable"; readonly path: string; readonly reason: string };

/** Reads files and remembers them, so that a thousand hosts cost one read. */
export type KeyFileReader = (path: string) => Promise<KeyFile>;

/** A reader with a memory of its own. It never throws. */
export function makeKeyFileReader(): KeyFileReader {
  const seen = new Map<string, Promise<KeyFile>>();
  return (path) => {
    const known = seen.get(path) ?? read(path);
    seen.set(path, known);
    return known;
  };
}

async function read(path: string): Promise<KeyFile> {
  try {
    return { kind: "text", path, text: await readFile(path, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return code === "ENOENT" || code === "ENOTDIR"
      ? { kind: "absent", path }
      : { kind: "unreadable", path, reason: code };
  }
}
