/**
 * What a file is for, and what follows from that: everything that differs between files is in one table.
 */
import type { HostVerb } from "./verb.ts";

/** What a file is for. */
export const FILE_ROLES = [
  "unit",
  "drop-in",
  "environment",
  "credential",
  "encrypted-credential",
  "config",
  "logrotate",
  "sysctl",
  "tmpfiles",
] as const;
/** One of them. */
export type FileRole = (typeof FILE_ROLES)[number];

/**
 * What one of the kernel's own files reads while a file of ours is in force. name: as people call it; value:
 * one line, one blank between its words.
 */
export type LiveValue = { readonly name: string; readonly path: string; readonly value: string };

/** What is known of the files of a role. */
export type FileRoleRow = {
  /** Where they are; null: nothing in a path tells this role. A file in no such place is "config". */
  readonly at: RegExp | null;
  /** What the host has to do once such a file is written; "daemon-reload" also when one is removed. */
  readonly act: HostVerb | null;
  /** What the kernel reads while such a file is in force, from the file's text; null: nothing. */
  readonly live: ((text: string) => readonly LiveValue[]) | null;
  /**
   * Whether a unit of the service reads it, so that the unit owes something when it changes. manager: its
   * directives decide; start: a restart; declared: its onChange decides; nothing: no unit of ours does.
   */
  readonly readBy: "manager" | "start" | "declared" | "nothing";
  /** What reasons call it, from the last part of its path. */
  readonly says: (name: string) => string;
  /**
   * How secrets are found in one that is secret: among its variables, or it is one, in plain or encrypted.
   */
  readonly holds: "text" | "variables" | "secret" | "encrypted-secret";
};

const plainName = (name: string): string => name;
const credential = {
  act: null,
  live: null,
  readBy: "start",
  says: (name: string): string => `credential ${name}`,
} as const;

/** Each role. Where a path fits several rows, the one that FILE_ROLES has last. */
export const fileRoles: Readonly<Record<FileRole, FileRoleRow>> = {
  unit: {
    at: /^\/etc\/systemd\/system\//,
    act: "daemon-reload",
    live: null,
    readBy: "manager",
    says: plainName,
    holds: "text",
  },
  "drop-in": {
    at: /^\/etc\/systemd\/system\/[^/]+\.d\/svcdeploy-[^/]+\.conf$/,
    act: "daemon-reload",
    live: null,
    readBy: "nothing",
    says: plainName,
    holds: "text",
  },
  environment: {
    at: /^\/etc\/svcdeploy\/env\//,
    act: null,
    live: null,
    readBy: "start",
    says: () => "environment",
    holds: "variables",
  },
  credential: { ...credential, at: /^\/etc\/svcdeploy\/credentials\//, holds: "secret" },
  "encrypted-credential": { ...credential, at: null, holds: "encrypted-secret" },
  config: { at: null, act: null, live: null, readBy: "declared", says: plainName, holds: "text" },
  logrotate: {
    at: /^\/etc\/logrotate\.d\//,
    act: null,
    live: null,
    readBy: "nothing",
    says: plainName,
    holds: "text",
  },
  sysctl: {
    at: /^\/etc\/sysctl\.d\/svcdeploy-[^/]+\.conf$/,
    act: "sysctl",
    live: sysctlValues,
    readBy: "nothing",
    says: plainName,
    holds: "text",
  },
  tmpfiles: {
    at: /^\/etc\/tmpfiles\.d\/svcdeploy-[^/]+\.conf$/,
    act: "tmpfiles",
    live: null,
    readBy: "nothing",
    says: plainName,
    holds: "text",
  },
};

/** Where a key's value is: its first separator tells in which of two spellings it is (sysctl.d(5)). */
export function sysctlPath(key: string): string {
  const isSlashed = /^[^./]*\//.test(key);
  return `/proc/sys/${isSlashed ? key : key.replace(/[./]/g, (each) => (each === "." ? "/" : "."))}`;
}

function sysctlValues(text: string): readonly LiveValue[] {
  return [...text.matchAll(/^([A-Za-z0-9_][^\s=]*) = (.+)$/gm)].map(([, name = "", value = ""]) => ({
    name,
    path: sysctlPath(name),
    value: wordsOf(value),
  }));
}

/** The role of a file of which only the path is known, as in a manifest. */
export function roleAt(path: string): FileRole {
  return FILE_ROLES.findLast((role) => fileRoles[role].at?.test(path) === true) ?? "config";
}

/**
 * A value of the kernel's with one blank between its words, whether it was written with tabs or printed so.
 */
export function wordsOf(text: string): string {
  return text
    .trim()
    .split(/[ \t]+/)
    .join(" ");
}
