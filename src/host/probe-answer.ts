/**
 * The probe's question and answer: encoded for probe.sh, decoded into an Observation without trusting a byte.
 */
import type {
  HostFacts,
  ManifestEntry,
  Observation,
  OpenTransaction,
  PathState,
  ProbeRequest,
  TreeState,
  UnitProperties,
  UnitRecord,
} from "../core/model/observation.ts";
import { isAbout } from "../core/plan/drop-ins.ts";
import { parseManifestLine } from "../core/plan/manifest.ts";
import { unitProperties } from "../core/plan/unit-properties.ts";
import { wordsOf } from "../core/plan/unit-state.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { badAnswer, field, line, stateFolder, systemScope } from "./frames.ts";

/** probe.sh's standard input. nonce: 32 hex digits, new for each question. */
export function encodeProbe(request: ProbeRequest, nonce: string): string {
  const parts = [
    `${field(nonce)}\n${stateFolder}\n${systemScope}\n`,
    line("project", request.project),
    line("properties", unitProperties.join(",")),
  ];
  for (const { path, sha256 } of request.paths) parts.push(line("path", path, sha256 ?? "-"));
  for (const unit of request.units) parts.push(line("unit", unit));
  for (const user of request.users) parts.push(line("user", user));
  for (const group of request.groups) parts.push(line("group", group));
  for (const mount of request.mounts) parts.push(line("mount", mount));
  for (const service of request.manifests.selected) parts.push(line("selected", service));
  for (const service of request.manifests.leave) parts.push(line("leave", service));
  parts.push(line("rest", request.manifests.rest));
  for (const path of request.encrypted) parts.push(line("encrypted", path));
  for (const tree of request.trees) parts.push(line("tree", tree));
  if (request.programs === "asked") parts.push(line("programs"));
  parts.push("end\n");
  return parts.join("");
}

/** Decodes probe.sh's answer. Throws HostError("host-answer") when it is cut off or makes no sense. */
export function decodeProbe(
  host: string,
  request: ProbeRequest,
  nonce: string,
  output: string,
  stderr: string,
): Observation {
  const lines = output.split("\n");
  const begin = lines.findIndex((text) => text.endsWith(`${nonce} begin`));
  const end = lines.indexOf(`${nonce} end`);
  if (begin < 0 || end < begin) badAnswer(host, "the probe's answer is cut off", stderr);
  const { records, unitLines } = splitUnits(lines.slice(begin + 1, end), nonce);
  const rows = group(records);
  const facts = decodeFacts(host, rows.get("fact") ?? [], stderr);
  const asked = withLeftBehind(request, rows.get("left") ?? []);
  const units = decodeUnits(host, asked.units, unitLines, stderr);
  return {
    facts,
    paths: decodePaths(rows, asked.paths),
    units,
    dropIns: decodeDropIns(rows.get("dropin") ?? [], units),
    users: decodeUsers(rows.get("user") ?? []),
    groups: decodeGroups(rows.get("group") ?? []),
    mounts: decodeMounts(rows.get("mount") ?? []),
    encrypted: decodeEncrypted(rows.get("decrypted") ?? [], request.encrypted),
    trees: decodeTrees(rows.get("tree") ?? [], new Set(request.trees)),
    programs: decodePrograms(rows.get("program") ?? []),
    records: decodeRecords(rows.get("record") ?? []),
    manifest: decodeManifest(request.project, rows.get("manifest") ?? []),
    others: decodeOthers(request.project, asked.paths, rows.get("other") ?? []),
    transactions: decodeTransactions(rows.get("transaction") ?? []),
  };
}

/** What was asked for, and what the host found in the manifests beyond that. */
function withLeftBehind(
  request: ProbeRequest,
  rows: readonly Row[],
): { readonly paths: ReadonlySet<string>; readonly units: readonly string[] } {
  const named = (kind: string, allowed: RegExp): readonly string[] =>
    rows.flatMap(([word, name = ""]) => (word === kind && allowed.test(name) ? [name] : []));
  return {
    paths: new Set([...request.paths.map(({ path }) => path), ...named("path", /^\/[!-~]{1,4095}$/)]),
    units: [...request.units, ...named("unit", /^[A-Za-z0-9:_.@\\-]{1,255}$/)],
  };
}

/** The fields of a line behind its first word. */
export type Row = readonly string[];

/** The lines between `units` and the frame that ends them, and all others. */
export function splitUnits(
  lines: readonly string[],
  nonce: string,
): { records: readonly string[]; unitLines: readonly string[] } {
  const start = lines.indexOf("units");
  const stop = lines.indexOf(`${nonce} units-end`);
  if (start < 0 || stop < start) return { records: lines, unitLines: [] };
  return {
    records: [...lines.slice(0, start), ...lines.slice(stop + 1)],
    unitLines: lines.slice(start + 1, stop),
  };
}

/** Tab-separated lines by their first word. */
export function group(lines: readonly string[]): ReadonlyMap<string, readonly Row[]> {
  const rows = new Map<string, Row[]>();
  for (const text of lines) {
    const [kind = "", ...rest] = text.split("\t");
    const list = rows.get(kind);
    if (list === undefined) rows.set(kind, [rest]);
    else list.push(rest);
  }
  return rows;
}

/**
 * The `fact` rows. Throws HostError("host-answer") without a machine-id and a boot-id; what else is missing
 * is empty or 0.
 */
export function decodeFacts(host: string, rows: readonly Row[], stderr: string): HostFacts {
  const fact = (name: string): string =>
    sanitizeLine(rows.find((row) => row[0] === name)?.[1] ?? "").slice(0, 256);
  const machineId = fact("machine-id");
  const bootId = fact("boot-id");
  if (!/^[0-9a-f]{32}$/.test(machineId) || !/^[0-9a-f-]{36}$/.test(bootId))
    badAnswer(host, "no machine-id or boot-id in the probe's answer", stderr);
  return {
    machineId,
    bootId,
    os: fact("os").replace(/^"|"$/g, ""),
    systemd: Number.parseInt(fact("Version"), 10) || 0,
    hostname: fact("hostname"),
    uid: wholeNumber(fact("uid")),
    clock: wholeNumber(fact("clock")),
    uptime: Number.parseFloat(fact("uptime")) || 0,
    cgroup: fact("cgroup") === "v2" ? "v2" : "v1",
    missing: rows.filter((row) => row[0] === "missing").map((row) => sanitizeLine(row[1] ?? "").slice(0, 64)),
    system: fact("SystemState"),
    freeKib: wholeNumber(fact("free").split(/\s+/)[3] ?? ""),
  };
}

/** A count of at most 15 digits; 0 for anything else. */
export function wholeNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

function decodePaths(
  rows: ReadonlyMap<string, readonly Row[]>,
  asked: ReadonlySet<string>,
): ReadonlyMap<string, PathState> {
  const sums = new Map((rows.get("sum") ?? []).map(([text = ""]) => parseSum(text)));
  const targets = new Map((rows.get("link") ?? []).map(([text = ""]) => parseLink(text)));
  const contents = new Map(
    (rows.get("content") ?? []).map(([path = "", text = ""]) => [
      path,
      new Uint8Array(Buffer.from(text, "base64")),
    ]),
  );
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

// stat's %N: 'path' -> 'target'; a name with a quote or a control character is quoted in another way and
// taken as unknown.
function parseLink(text: string): readonly [string, string] {
  const match = /^'([^']+)' -> '([^']+)'$/.exec(text);
  return match === null ? ["", ""] : [match[1] ?? "", match[2] ?? ""];
}

/**
 * One record a unit, in the order they were asked for. Throws HostError("host-answer") when some are missing.
 */
export function decodeUnits(
  host: string,
  asked: readonly string[],
  lines: readonly string[],
  stderr: string,
): ReadonlyMap<string, UnitProperties> {
  if (asked.length === 0) return new Map();
  const blocks = splitBlocks(lines);
  if (blocks.length !== asked.length)
    badAnswer(host, `systemctl answered for ${blocks.length} of ${asked.length} units`, stderr);
  return new Map(asked.map((unit, index) => [unit, blocks[index] ?? {}]));
}

/** Only what systemd itself named counts, and what is in a folder of a unit that was asked for. */
function decodeDropIns(
  rows: readonly Row[],
  units: ReadonlyMap<string, UnitProperties>,
): Observation["dropIns"] {
  const named = new Set([...units.values()].flatMap((properties) => wordsOf(properties, "DropInPaths")));
  const taken = rows.filter(
    ([path = ""]) => named.has(path) || [...units.keys()].some((unit) => isAbout(path, unit)),
  );
  const textOf = (base64: string): string | null =>
    base64 === "" ? null : Buffer.from(base64, "base64").toString("utf8");
  return new Map(
    taken.map(([path = "", ctime = "", text = ""]) => [
      path,
      { ctime: wholeNumber(ctime), text: textOf(text) },
    ]),
  );
}

/**
 * The property blocks of `systemctl show` for several units: one record a block, repeated properties joined
 * by newline.
 */
export function splitBlocks(lines: readonly string[]): readonly UnitProperties[] {
  const blocks: Record<string, string>[] = [];
  let block: Record<string, string> | null = null;
  for (const text of lines) {
    if (text === "") {
      block = null;
      continue;
    }
    const equals = text.indexOf("=");
    if (equals < 1) continue;
    if (block === null) {
      block = {};
      blocks.push(block);
    }
    const name = text.slice(0, equals);
    if (!/^[A-Za-z0-9]{1,64}$/.test(name)) continue;
    const value = sanitizeLine(text.slice(equals + 1));
    block[name] = block[name] === undefined ? value : `${block[name]}\n${value}`;
  }
  return blocks;
}

function decodeUsers(rows: readonly Row[]): Observation["users"] {
  return new Map(
    rows.map(([text = ""]) => {
      const [name = "", , uid = "", gid = ""] = text.split(":");
      return [name, { uid: wholeNumber(uid), gid: wholeNumber(gid) }];
    }),
  );
}

function decodeGroups(rows: readonly Row[]): Observation["groups"] {
  return new Map(
    rows.map(([text = ""]) => {
      const [name = "", , gid = "", members = ""] = text.split(":");
      return [name, { gid: wholeNumber(gid), members: members.split(",").filter((member) => member !== "") }];
    }),
  );
}

function decodeMounts(rows: readonly Row[]): Observation["mounts"] {
  return new Map(
    rows.map(([point = "", type = "", options = ""]) => [
      point,
      { type: sanitizeLine(type), options: sanitizeLine(options).split(",") },
    ]),
  );
}

/** `decrypted live PATH SHA256`, and `applied` for what the manifest names where that is another file. */
function decodeEncrypted(rows: readonly Row[], asked: readonly string[]): Observation["encrypted"] {
  const sumOf = (which: string, path: string): string | null => {
    const [, , sum = ""] = rows.find(([word, name]) => word === which && name === path) ?? [];
    return /^[0-9a-f]{64}$/.test(sum) ? sum : null;
  };
  return new Map(asked.map((path) => [path, { live: sumOf("live", path), applied: sumOf("applied", path) }]));
}

function decodeTrees(rows: readonly Row[], asked: ReadonlySet<string>): Observation["trees"] {
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

/** The `program` rows: stat's %N of /proc/PID/exe. */
export function decodePrograms(rows: readonly Row[]): Observation["programs"] {
  const links = rows.map(([text = ""]) => parseLink(text));
  return new Map(
    links.flatMap(([link, target]) =>
      /^\/proc\/\d{1,9}\/exe$/.test(link) ? [[Number(link.split("/")[2]), target]] : [],
    ),
  );
}

function decodeRecords(rows: readonly Row[]): ReadonlyMap<string, UnitRecord> {
  return new Map(
    rows.map(([unit = "", text = ""]) => {
      const [invocationId = "", bootId = "", restartDigest = "", reloadDigest = ""] = text.split(" ");
      return [unit, { invocationId, bootId, restartDigest, reloadDigest }];
    }),
  );
}

function decodeManifest(project: string, rows: readonly Row[]): readonly ManifestEntry[] {
  return rows.flatMap(([service = "", text = ""]) => {
    const entry = parseManifestLine(project, service, text);
    return entry === null ? [] : [entry];
  });
}

/** Only files and links that were asked for count. Names: as the schemas have them. */
function decodeOthers(
  own: string,
  asked: ReadonlySet<string>,
  rows: readonly Row[],
): readonly ManifestEntry[] {
  const entries = rows.flatMap(
    ([project = "", service = "", text = ""]) => parseManifestLine(project, service, text) ?? [],
  );
  const ofOthers = entries.filter(
    ({ project, service }) => project !== own && NAME.test(project) && NAME.test(service),
  );
  return ofOthers.filter(({ kind, path }) => (kind === "file" || kind === "link") && asked.has(path));
}
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** The `transaction` rows; one with an odd id is left out. */
export function decodeTransactions(rows: readonly Row[]): readonly OpenTransaction[] {
  return rows.flatMap(
    ([id = "", state = "", active = "", lease = "", age = "", owner = "", project = ""]) => {
      if (!/^[0-9a-f]{32}$/.test(id)) return [];
      const running = !["inactive", "failed", ""].includes(active);
      return [
        {
          id,
          state: sanitizeLine(state),
          running,
          leaseAgeSeconds: /^-?\d{1,9}$/.test(lease) ? Number(lease) : null,
          ageSeconds: /^\d{1,9}$/.test(age) ? Number(age) : null,
          owner: sanitizeLine(owner),
          project: sanitizeLine(project),
        },
      ];
    },
  );
}
