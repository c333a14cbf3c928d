/** A unit as the rules see it: its own file and its drop-ins in one list of entries, each with its place. */
import type { Place } from "../model/declared.ts";
import type { LintEdit } from "./unit-edit.ts";

/** One assignment; value as systemd sees it, place where it was written. */
export type LintEntry = {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  readonly place: Place;
};

/** A section header. */
export type LintSection = { readonly name: string; readonly place: Place };

/** A unit with its drop-ins laid over it. */
export type LintUnit = {
  /** e.g. app.service, worker@.service, mnt-x.mount. */
  readonly name: string;
  /** The suffix without its dot. */
  readonly type: string;
  /** Whose manager loads it; a unit of a user's manager has no User=. */
  readonly manager: "system" | "user";
  /** drop-ins: the unit's own file is not here, so what is missing may be in it. */
  readonly known: "whole" | "drop-ins";
  /** Where the unit is, when no line of it is meant. */
  readonly place: Place;
  readonly sections: readonly LintSection[];
  readonly entries: readonly LintEntry[];
  /** Lines that are no assignment, with what is wrong. */
  readonly problems: readonly { readonly place: Place; readonly message: string }[];
  /** Directory of the unit's file, or the service it belongs to: units see each other within one. */
  readonly neighbourhood: string;
};

/** What counts of a list: the entries after the last empty one, which resets (systemd.syntax(7)). */
export function listOf(unit: LintUnit, section: string, name: string): readonly LintEntry[] {
  const all = unit.entries.filter((entry) => entry.section === section && entry.name === name);
  return all.slice(all.findLastIndex((entry) => entry.value === "") + 1);
}

/** What counts of a single value: the last entry; null when there is none or an empty one took it back. */
export function lastOf(unit: LintUnit, section: string, ...names: readonly string[]): LintEntry | null {
  const last = unit.entries.findLast((entry) => entry.section === section && names.includes(entry.name));
  return last === undefined || last.value === "" ? null : last;
}

/** The words of a list of names, e.g. units in After=, each with its entry. */
export function wordsOf(
  unit: LintUnit,
  section: string,
  name: string,
): readonly { readonly word: string; readonly entry: LintEntry }[] {
  return listOf(unit, section, name).flatMap((entry) =>
    entry.value
      .split(/[ \t]+/)
      .filter((word) => word !== "")
      .map((word) => ({ word, entry })),
  );
}

/** The lines of a list that may be inverted by `~`, each with its words. */
export function wordsByLine(
  unit: LintUnit,
  name: string,
): readonly { readonly isInverted: boolean; readonly words: readonly string[] }[] {
  return listOf(unit, "Service", name).map(({ value }) => ({
    isInverted: value.startsWith("~"),
    words: value
      .replace(/^~/, "")
      .split(/[ \t]+/)
      .filter((word) => word !== ""),
  }));
}

/** The edit that gives an assignment another value, or takes it out. */
export function changeValue({ section, name, value }: LintEntry, to: string | null): LintEdit {
  return { section, name, from: value, to };
}

/** The edit that takes a word out of an assignment. */
export function dropWord(entry: LintEntry, word: string): LintEdit {
  const rest = entry.value.split(/[ \t]+/).filter((each) => each !== word);
  return changeValue(entry, rest.length === 0 ? null : rest.join(" "));
}

/** Every Exec line of a service, ExecStart= and the others. */
export function execEntries(unit: LintUnit): readonly LintEntry[] {
  const names = [
    ...new Set(
      unit.entries.filter((entry) => isExec(entry)).map((entry) => `${entry.section}\0${entry.name}`),
    ),
  ];
  return names.flatMap((key) => {
    const [section = "", name = ""] = key.split("\0");
    return listOf(unit, section, name);
  });
}

/** Type= of a service; what systemd assumes without it (systemd.service(5)). */
export function serviceType(unit: LintUnit): string {
  const written = lastOf(unit, "Service", "Type")?.value;
  if (written !== undefined && SERVICE_TYPES.includes(written)) return written;
  if (lastOf(unit, "Service", "BusName") !== null) return "dbus";
  return listOf(unit, "Service", "ExecStart").length > 0 ? "simple" : "oneshot";
}

/** Restart= of a service; no without it or with a word that systemd does not know. */
export function restartOf(unit: LintUnit): string {
  const written = lastOf(unit, "Service", "Restart")?.value ?? "no";
  return RESTARTS.includes(written) ? written : "no";
}

/** User= of a service; root without it, "a dynamic user" with DynamicUser=. */
export function userOf(unit: LintUnit): string {
  return lastOf(unit, "Service", "User")?.value ?? (isOn(unit, "DynamicUser") ? "a dynamic user" : "root");
}

/** True for root by name or number. */
export function isRoot(user: string): boolean {
  return user === "root" || user === "0";
}

/** True where a switch of [Service] is on. */
export function isOn(unit: LintUnit, name: string): boolean {
  return /^(?:1|yes|y|true|t|on)$/i.test(lastOf(unit, "Service", name)?.value ?? "");
}

/**
 * The directories that systemd makes for a service with User= (systemd.exec(5)): path, mode and group as it
 * makes them.
 */
export function directoriesOf(
  unit: LintUnit,
): readonly { readonly path: string; readonly mode: string; readonly group: string }[] {
  const group = lastOf(unit, "Service", "Group")?.value ?? userOf(unit);
  return OWN_DIRECTORIES.flatMap(([name, root]) =>
    wordsOf(unit, "Service", name).map(({ word }) => ({
      path: `${root}/${word.split(":")[0]}`,
      mode: lastOf(unit, "Service", `${name}Mode`)?.value ?? "0755",
      group,
    })),
  );
}

const OWN_DIRECTORIES = [
  ["LogsDirectory", "/var/log"],
  ["StateDirectory", "/var/lib"],
  ["CacheDirectory", "/var/cache"],
  ["RuntimeDirectory", "/run"],
] as const;

/** Words of Type= up to systemd 257; older versions know a part of them. */
export const SERVICE_TYPES: readonly string[] =
  "simple exec forking oneshot dbus notify notify-reload idle".split(" ");
/** Words of Restart=. */
export const RESTARTS: readonly string[] =
  "no on-success on-failure on-abnormal on-watchdog on-abort always".split(" ");

/** True for a service whose own file is here. */
export function isWholeService(unit: LintUnit): boolean {
  return unit.type === "service" && unit.known === "whole";
}

function isExec(entry: LintEntry): boolean {
  return /^Exec(?:Start|StartPre|StartPost|Condition|Reload|Stop|StopPost|StopPre)$/.test(entry.name);
}
