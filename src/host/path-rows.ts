/** The rows of paths: files with their hashes and contents, links, trees, encrypted credentials. */
import type { Observation, PathState, TreeState } from "../core/model/observation.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { type AnswerRow, wholeNumber } from "./rows.ts";

/** The `stat` rows of paths that were asked for, with what `sum`, `link` and `content` rows add to them. */
export function decodePaths(
  rows: ReadonlyMap<string, readonly AnswerRow[]>,
  asked: ReadonlySet<string>,
): ReadonlyMap<string, PathState> {
  const sums = new Map((rows.get("sum") ?? []).map(([text = ""]) => parseSum(text)));
  const targets = new Map((rows.get("link") ?? []).map(([text = ""]) => parseLink(text)));
  const contents = new Map((rows.get("content") ?? []).map(parseContent));
  const paths = new Map<string, PathState>();
  for (const [
    path = "",
    rawMode = "",
    mode = "",
    owner = "",
    groupName = "",
    size = "",
    ctime = "",
    links = "",
    device = "",
  ] of rows.get("stat") ?? []) {
    if (!asked.has(path)) continue;
    paths.set(path, {
      type: typeOf(rawMode),
      mode: /^[0-7]{1,4}$/.test(mode) ? mode : "?",
      owner: sanitizeLine(owner).slice(0, 64),
      group: sanitizeLine(groupName).slice(0, 64),
      size: wholeNumber(size),
      ctime: wholeNumber(ctime),
      links: wholeNumber(links),
      device,
      target: targets.get(path) ?? null,
      sha256: sums.get(path) ?? null,
      content: contents.get(path) ?? null,
    });
  }
  return paths;
}

function parseContent([path = "", text = ""]: AnswerRow): readonly [string, Uint8Array] {
  return [path, new Uint8Array(Buffer.from(text, "base64"))];
}

// st_mode's type bits, inode(7).
function typeOf(rawMode: string): PathState["type"] {
  const bits = Number.parseInt(rawMode, 16) & 0o170000;
  if (bits === 0o100000) return "file";
  if (bits === 0o040000) return "directory";
  return bits === 0o120000 ? "link" : "other";
}

// sha256sum escapes a backslash in a name and says so by a leading backslash.
function parseSum(text: string): readonly [string, string] {
  const match = /^(\\?)([0-9a-f]{64}) [ *](.+)$/.exec(text);
  if (match === null) return ["", ""];
  const [, escaped, sum = "", name = ""] = match;
  return [escaped === "" ? name : name.replaceAll("\\\\", "\\"), sum];
}

/**
 * stat's %N, `'path' -> 'target'`, as both; a name with a quote or a control character is quoted otherwise
 * and taken as unknown: two empty texts.
 */
export function parseLink(text: string): readonly [string, string] {
  const match = /^'([^']+)' -> '([^']+)'$/.exec(text);
  return match === null ? ["", ""] : [match[1] ?? "", match[2] ?? ""];
}

/** `decrypted live PATH SHA256`, and `applied` for what the manifest names where that is another file. */
export function decodeEncrypted(
  rows: readonly AnswerRow[],
  asked: readonly string[],
): Observation["encrypted"] {
  const sumOf = (which: string, path: string): string | null => {
    const [, , sum = ""] = rows.find(([word, name]) => word === which && name === path) ?? [];
    return /^[0-9a-f]{64}$/.test(sum) ? sum : null;
  };
  return new Map(asked.map((path) => [path, { live: sumOf("live", path), applied: sumOf("applied", path) }]));
}

/** The `tree` rows of folders that were asked for: path, digest, newest file. */
export function decodeTrees(rows: readonly AnswerRow[], asked: ReadonlySet<string>): Observation["trees"] {
  const known = rows.filter(([path = "", sha256 = ""]) => asked.has(path) && /^[0-9a-f]{64}$/.test(sha256));
  return new Map(
    known.map(([path = "", sha256 = "", ctime = "", newest = ""]) => [
      path,
      { sha256, newest: decodeNewest(ctime, newest) },
    ]),
  );
}

// ctime: seconds with a fraction.
function decodeNewest(ctime: string, path: string): TreeState["newest"] {
  const seconds = wholeNumber(ctime.split(".")[0] ?? "");
  return seconds === 0 ? null : { path: sanitizeLine(path).slice(0, 200), ctime: seconds };
}
