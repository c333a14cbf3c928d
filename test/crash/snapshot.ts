/** What a host of the plain-sh world is like: every path with its content, mode, owner and target, every unit's state. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../src/host/frames.ts";
import { type Root, readIn, readValues } from "./root.ts";

/** Path → what is there, in one line. Differs from run to run in nothing that is not a difference. */
export type Snapshot = ReadonlyMap<string, string>;

/** Of the transaction's own folder and of the record of runs only what they say is looked at, by the judge. */
const APART = [`${stateFolder}/txn`, `${stateFolder}/runs`, `${stateFolder}/units`, `${stateFolder}/lock`];

/** The machine's own programs, and what the kernel and the stand-ins keep. */
const FIXED = ["usr", "bin", "sbin", "lib", "lib64", "proc", "sys", "dev", "stand"];

/** Walks the host. */
export function snapshot(root: Root): Snapshot {
  const all = new Map<string, string>();
  for (const top of readdirSync(root.root).toSorted())
    if (!FIXED.includes(top)) for (const [path, text] of treeOf(root, `/${top}`, APART)) all.set(path, text);
  for (const [path, value] of readValues(root)) all.set(path, value);
  addUnits(root, all);
  return all;
}

/** What is at a path and below, without what is apart. */
export function treeOf(root: Root, top: string, apart: readonly string[]): Snapshot {
  const all = new Map<string, string>();
  const walk = (path: string): void => {
    const full = join(root.root, path);
    const found = lstatSync(full, { throwIfNoEntry: false });
    if (found === undefined || apart.includes(path)) return;
    const mode = `${(found.mode & 0o7777).toString(8)} ${found.uid}:${found.gid}`;
    if (found.isSymbolicLink()) all.set(path, `link ${found.uid}:${found.gid} ${readlinkSync(full)}`);
    else if (found.isFile()) all.set(path, `file ${mode} ${hash(readFileSync(full))}`);
    else all.set(path, `folder ${mode}`);
    if (found.isDirectory()) for (const name of readdirSync(full).toSorted()) walk(`${path}/${name}`);
  };
  walk(top);
  return all;
}

function addUnits(root: Root, all: Map<string, string>): void {
  const names = new Set([...list(root, "stand/host/units"), ...list(root, `${stateFolder}/units`)]);
  for (const name of names) {
    const [state, invocation, ...started] = readIn(root, `stand/host/units/${name}`).trim().split(" ");
    if (state !== "" && state !== "inactive")
      all.set(`unit ${name}`, `${state} started from ${started.join(" ")}`);
    const record = readIn(root, `${stateFolder}/units/${name}`);
    if (record === "") continue;
    const [recorded, boot, restart, reload] = record.trim().split(" ");
    const isSame = recorded === (invocation ?? "none") && boot === readIn(root, "stand/boot").trim();
    all.set(`record ${name}`, `${restart} ${reload}${isSame ? "" : ` of another process: ${record.trim()}`}`);
  }
}

function list(root: Root, path: string): readonly string[] {
  try {
    return readdirSync(join(root.root, path));
  } catch {
    return [];
  }
}

function hash(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

/** What differs, in lines that a person can read. */
export function differences(
  wanted: Snapshot,
  found: Snapshot,
  isExcused: (path: string) => boolean,
): readonly string[] {
  return [...new Set([...wanted.keys(), ...found.keys()])].flatMap((path) => {
    const [a, b] = [wanted.get(path), found.get(path)];
    return a === b || isExcused(path) ? [] : [`${path}: ${b ?? "nothing"}, not ${a ?? "nothing"}`];
  });
}

/** Everything below the state folder is root's alone; a mode that others can use is a line here. */
export function openToOthers(root: Root): readonly string[] {
  const found: string[] = [];
  const walk = (path: string): void => {
    const full = join(root.root, path);
    const state = lstatSync(full, { throwIfNoEntry: false });
    if (state === undefined || state.isSymbolicLink()) return;
    // The recovery's unit is nobody's secret: it is on its way to where everyone may read it.
    const isPublic =
      path.includes("/old/") || path.includes("/records/") || path.endsWith("/recover.service.tmp");
    if ((state.mode & 0o077) !== 0 && !isPublic) found.push(`${path} is open to others`);
    if (state.isDirectory()) for (const name of readdirSync(full)) walk(`${path}/${name}`);
  };
  walk(stateFolder);
  return found;
}
