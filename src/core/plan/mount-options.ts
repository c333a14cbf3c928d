/** Options of tmpfs mounts: those declared and those live, as in /proc/self/mounts. */

import { plainMode } from "../model/mode.ts";
import type { Observation } from "../model/observation.ts";
import type { FileResource, HostTarget, UnitResource } from "../model/resource.ts";
import { splitOption } from "../unit-file/mount-option.ts";
import { parseUnitFile } from "../unit-file/parse.ts";
import { parseSize } from "../unit-file/size.ts";

/** Name → value; flags such as noatime have an empty value. */
export type MountOptions = ReadonlyMap<string, string>;

/** A mount unit's own words: where it mounts and with which options. */
export type DeclaredMount = {
  readonly unit: UnitResource;
  readonly where: string;
  readonly options: MountOptions;
};

/** One option that is not as declared. */
export type OptionDifference = { readonly name: string; readonly declared: string; readonly live: string };

/** Reads "size=4G,noatime"; a doubled percent sign is a single one, as in a unit file. */
export function parseMountOptions(text: string): MountOptions {
  const options = text.split(/[,\n]/).filter((option) => option !== "");
  return new Map(options.map((option) => splitOption(option.replaceAll("%%", "%"))));
}

/**
 * True when a remount does not do: mode, uid and gid are only taken at the first mount (tried on systemd 247,
 * 252, 257).
 */
export function needsNewMount(before: MountOptions, after: MountOptions): boolean {
  return FIXED.some((name) => normalise(name, before.get(name)) !== normalise(name, after.get(name)));
}

/** The mounts that a target declares, read from the unit files that it delivers. */
export function declaredMounts(target: HostTarget): readonly DeclaredMount[] {
  return target.resources.flatMap((resource) => {
    if (resource.kind !== "unit" || !resource.unit.endsWith(".mount")) return [];
    const file = target.resources.find(
      (other): other is FileResource => other.kind === "file" && other.path === resource.path,
    );
    const section =
      file === undefined
        ? undefined
        : parseUnitFile(new TextDecoder().decode(file.content)).sections.find(({ name }) => name === "Mount");
    const values = new Map(
      section?.items.flatMap((item) => (item.kind === "entry" ? [[item.name, item.value] as const] : [])),
    );
    const where = values.get("Where");
    return where === undefined
      ? []
      : [{ unit: resource, where, options: parseMountOptions(values.get("Options") ?? "") }];
  });
}

/**
 * Declared options that the live mount does not have. Options whose live form cannot be foretold (a size in
 * percent, an unknown user) are left out.
 */
export function liveDifferences(mount: DeclaredMount, observation: Observation): readonly OptionDifference[] {
  const live = observation.mounts.get(mount.where);
  if (live === undefined) return [];
  const options = new Map(live.options.map(splitOption));
  return [...mount.options].flatMap(([name, value]) => {
    const declared = resolve(name, value, observation);
    const found = normalise(name, options.get(name));
    return declared === null || declared === found ? [] : [{ name, declared, live: found }];
  });
}

const FIXED = ["mode", "uid", "gid"];
const FLAGS = new Set(["noatime", "nodev", "noexec", "nosuid", "ro", "nodiratime"]);
const PAGE = 4096;

/**
 * A value in the form that both sides share: bytes, plain modes, "on" and "off". The kernel leaves out what
 * is tmpfs's default: mode 1777, root.
 */
function normalise(name: string, value: string | undefined): string {
  switch (name) {
    case "size":
      return value === undefined ? "" : (kernelSize(value)?.toString() ?? value);
    case "mode":
      return plainMode(value ?? "1777");
    case "uid":
    case "gid":
      return value === undefined || value === "root" ? "0" : value;
    default:
      return value === undefined ? "off" : value === "" ? "on" : value;
  }
}

function resolve(name: string, value: string, observation: Observation): string | null {
  if (name === "size") return kernelSize(value)?.toString() ?? null;
  if (name === "mode") return plainMode(value);
  if (FLAGS.has(name)) return "on";
  const plain = normalise(name, value);
  if (name === "uid")
    return /^\d+$/.test(plain) ? plain : (observation.users.get(plain)?.uid.toString() ?? null);
  if (name === "gid")
    return /^\d+$/.test(plain) ? plain : (observation.groups.get(plain)?.gid.toString() ?? null);
  return null;
}

/** The kernel counts in whole pages and takes small suffix letters as well (tmpfs(5)). */
function kernelSize(value: string): number | null {
  const bytes = parseSize(value.toUpperCase());
  return bytes === null || !Number.isFinite(bytes) ? null : Math.ceil(bytes / PAGE) * PAGE;
}
