/** What a world of the crash suite is, and the words that its resources are written in. */
import type { ResourceSpec } from "../core/plan/host-builder.ts";

/**
 * A world: what a host was brought to, one step after the other; the last step is struck. inputs: unit → what
 * its process reads when it starts. foreign: files of others that are there from the start; a unit of theirs
 * runs.
 */
export type CrashWorld = {
  readonly name: string;
  readonly steps: readonly (readonly ResourceSpec[])[];
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
  readonly foreign?: Readonly<Record<string, string>>;
  /** The last step is a rollback to what the first one was. */
  readonly rollback?: true;
  /** The last step fails by itself: whatever strikes it, the host is as before. */
  readonly fails?: true;
  /** The kernel's values that are looked at: path → what it is before the first step, in this order. */
  readonly values?: Readonly<Record<string, string>>;
  /** What an undo leaves as the transaction made it, entirely or in part. */
  readonly stays?: RegExp;
  /** What the machine's own tools may leave of their work. */
  readonly rests?: RegExp;
  /** What these files have, whatever happens: path → the beginning of a line. */
  readonly holds?: Readonly<Record<string, string>>;
  /** The judge is tried in it. */
  readonly oracle?: true;
  /** Its delivery is struck as well. */
  readonly delivered?: true;
  /** Units that no boot starts. */
  readonly manual?: readonly string[];
};

/** A file with this content. */
export const file = (path: string, content: string, more: object = {}): ResourceSpec => ({
  kind: "file",
  path,
  content,
  ...more,
});
/** A folder. */
export const folder = (path: string, more: object = {}): ResourceSpec => ({
  kind: "directory",
  path,
  ...more,
});
/** A link. */
export const link = (path: string, target: string, role = "current", more: object = {}): ResourceSpec => ({
  kind: "link",
  path,
  target,
  role,
  ...more,
});
/** Where unit files are. */
export const system = "/etc/systemd/system";

/** A unit with its file. more: of the unit. */
export function unit(name: string, content: string, more: object = {}): readonly ResourceSpec[] {
  return [
    file(`${system}/${name}`, content, { role: "unit" }),
    { kind: "unit", unit: name, restartDigest: content, ...more },
  ];
}
