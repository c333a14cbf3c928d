/**
 * What is beside a unit on its host — slice, tmpfs mount, logrotate file — → keys of a service file,
 * where they say the same.
 */

import { refuseName } from "../config/allow-lists.ts";
import { readLogrotateText } from "../lint/logrotate-text.ts";
import { effectiveUnit } from "../unit-file/effective-unit.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import { type AdoptFacts, hostFiles } from "./host-facts.ts";
import { sectionsInForce, type ValuesBySection } from "./sections.ts";
import type { Yaml } from "./service-text.ts";

/** A key's value and the host's own files that it takes the place of; without a value, the reason why not. */
export type Beside = {
  readonly value: ReadonlyMap<string, Yaml> | null;
  readonly path: string;
  readonly replaced: readonly string[];
  readonly why: string;
};

/** The slice of a service when its file is in /etc; null for foreign slices. */
export function adoptSlice(slice: string, facts: AdoptFacts): Beside | null {
  const path = `${UNIT_FOLDER}/${slice}`;
  if (!facts.files.has(path)) return null;
  const owner = facts.owners.get(path);
  const leave = (why: string): Beside => ({ value: null, path, replaced: [], why });
  if (owner !== undefined) return leave(`svcdeploy's ${owner} has it already`);
  const name = slice.replace(/\.slice$/, "");
  if (refuseName(name) !== null) return leave("a slice of svcdeploy cannot have its name");
  const paths = pathsOf(slice, facts);
  const sections = sectionsInForce(slice, hostFiles(facts, paths));
  const strange = [...sections.keys()].find((section) => !["Unit", "Slice", "Install"].includes(section));
  if (strange !== undefined) return leave(`it has a section [${strange}]`);
  const directives = ["Unit", "Slice"]
    .flatMap((section) => [...(sections.get(section) ?? [])])
    .filter(([key]) => !SAYS_NOTHING.includes(key));
  if (directives.length === 0) return leave("it sets nothing");
  const value = new Map<string, Yaml>([
    ["name", name],
    ...directives.map(([key, values]) => [key, asYaml(values)] as const),
  ]);
  return { value, path, replaced: paths.slice(1), why: "" };
}

/** What only a reader sees of a unit. */
export const SAYS_NOTHING: readonly string[] = ["Description", "Documentation"];

/**
 * The tmpfs that a unit needs: named by its dependencies, or below a path that it has mounted. wanted: mount
 * units and paths.
 */
export function adoptCache(wanted: ReadonlySet<string>, facts: AdoptFacts): readonly Beside[] {
  return [...facts.files.keys()].flatMap((path) => {
    const unit = /^\/etc\/systemd\/system\/([^/]+\.mount)$/.exec(path)?.[1];
    if (unit === undefined) return [];
    const mount = sectionsInForce(unit, hostFiles(facts, pathsOf(unit, facts))).get("Mount");
    const where = mount?.get("Where")?.[0] ?? "";
    return wanted.has(unit) || wanted.has(where) ? [adoptMount(unit, path, facts)] : [];
  });
}

function adoptMount(unit: string, path: string, facts: AdoptFacts): Beside {
  const leave = (why: string): Beside => ({ value: null, path, replaced: [], why });
  const paths = pathsOf(unit, facts);
  const sections = sectionsInForce(unit, hostFiles(facts, paths));
  const mount = sections.get("Mount") ?? new Map<string, readonly string[]>();
  const one = (name: string): string => mount.get(name)?.[0] ?? "";
  if (facts.owners.has(path)) return leave(`svcdeploy's ${facts.owners.get(path)} has it already`);
  if (one("Type") !== "tmpfs") return leave("it is not a tmpfs");
  const options = one("Options")
    .split(",")
    .filter((option) => option !== "" && option !== "defaults");
  const valued = new Map(
    options.map((option) => [option.split("=")[0] ?? "", option.slice(option.indexOf("=") + 1)]),
  );
  const owner = nameOf(
    valued.get("uid") ?? "0",
    facts.accounts.map(({ user, uid }) => [user, uid]),
  );
  const group = nameOf(
    valued.get("gid") ?? "0",
    facts.accounts.flatMap(({ group, gid }) => (group === null ? [] : [[group, gid] as const])),
  );
  if (owner === null || group === null) return leave("its owner or group has no name on the host");
  const rest = options.filter((option) => !/^(?:size|mode|uid|gid)=/.test(option));
  const size = (valued.get("size") ?? "50%").replaceAll("%%", "%").toUpperCase();
  const mode = valued.get("mode") ?? "1777";
  const entries: readonly (readonly [string, Yaml])[] = [
    ["path", one("Where")],
    ["size", size],
    ["mode", mode],
    ["owner", owner],
    ["group", group],
    ...(rest.length === 0 ? [] : [["options", rest] as const]),
    ...moreOf("Unit", sections, SAYS_NOTHING),
    ...moreOf("Mount", sections, ["What", "Where", "Type", "Options"]),
  ];
  return { value: new Map(entries), path, replaced: paths.slice(1), why: "" };
}

/** The directives of a section that no other key of the cache says. */
function moreOf(
  section: "Unit" | "Mount",
  sections: ValuesBySection,
  elsewhere: readonly string[],
): readonly (readonly [string, Yaml])[] {
  const more = [...(sections.get(section) ?? [])]
    .filter(([name]) => !elsewhere.includes(name))
    .map(([name, values]) => [name, asYaml(values)] as const);
  return more.length === 0 ? [] : [[section, new Map(more)]];
}

function nameOf(text: string, known: readonly (readonly [string, number])[]): string | null {
  if (!/^\d+$/.test(text)) return text;
  return known.find(([, id]) => id === Number(text))?.[0] ?? null;
}

/**
 * The logrotate files that turn the service's logs. One whose every option a service file has becomes a key.
 */
export function adoptLogrotate(
  service: string,
  logs: readonly string[],
  facts: AdoptFacts,
): readonly Beside[] {
  return [...facts.files].flatMap(([path, content]) => {
    if (!path.startsWith("/etc/logrotate.d/")) return [];
    const blocks = readLogrotateText(new TextDecoder().decode(content), path);
    const isOwn = blocks.some((block) =>
      block.paths.some((glob) => isOf(service, glob) || logs.some((log) => matches(glob, log))),
    );
    return isOwn ? [adoptBlocks(path, new TextDecoder().decode(content), facts)] : [];
  });
}

function isOf(service: string, glob: string): boolean {
  return glob.startsWith(`/var/log/${service}/`) || glob === `/var/log/${service}.log`;
}

/** A host's pattern: one with more stars than people write matches nothing. */
function matches(glob: string, log: string): boolean {
  if (glob.split("*").length > 4 || glob.includes("[")) return false;
  const pattern = glob
    .replaceAll(/[.+^${}()|\\\]]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
  return new RegExp(`^${pattern}$`).test(log);
}

function adoptBlocks(path: string, text: string, facts: AdoptFacts): Beside {
  const leave = (why: string): Beside => ({ value: null, path, replaced: [], why });
  const [block, second] = readLogrotateText(text, path);
  if (facts.owners.has(path)) return leave(`svcdeploy's ${facts.owners.get(path)} has it already`);
  if (block === undefined || second !== undefined) return leave("it has several blocks");
  const outside = text
    .split("\n")
    .slice(0, block.place.line)
    .find((line) => /^\s*[a-z]/i.test(line));
  if (outside !== undefined)
    return leave(`it says ${JSON.stringify(outside.trim().slice(0, 40))} outside of its block`);
  const script = block.options.find(
    ({ name }) => /rotate$|action$|script$|preremove$/.test(name) && name !== "rotate",
  );
  if (script !== undefined)
    return leave(`it runs a script as root (${script.name}), which a service file cannot`);
  const su = block.options.find(({ name }) => name === "su")?.value?.split(/\s+/);
  const options = block.options.filter(({ name }) => name !== "su");
  const entries: readonly (readonly [string, Yaml])[] = [
    ["paths", [...block.paths]],
    ...options.map(({ name, value }) => [name, value ?? (true as const)] as const),
    ...(su === undefined
      ? []
      : [
          [
            "su",
            new Map([
              ["user", su[0] ?? ""],
              ["group", su[1] ?? ""],
            ]),
          ] as const,
        ]),
  ];
  return { value: new Map<string, Yaml>(entries), path, replaced: [], why: "" };
}

/** A unit's file in /etc and its drop-ins there. */
export function pathsOf(unit: string, facts: AdoptFacts): readonly string[] {
  const folders = [`${UNIT_FOLDER}/${unit}.d/`, `/etc/systemd/system.control/${unit}.d/`];
  const paths = [...facts.files.keys()];
  const dropIns = effectiveUnit(unit, hostFiles(facts, paths)).files.filter((path) =>
    folders.some((folder) => path.startsWith(folder)),
  );
  return [`${UNIT_FOLDER}/${unit}`, ...dropIns];
}

/** A directive's values as a service file has them. */
export function asYaml(values: readonly string[]): Yaml {
  const [first = "", second] = values;
  return second === undefined ? first : values;
}
