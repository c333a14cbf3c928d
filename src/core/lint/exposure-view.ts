/**
 * A service as `systemd-analyze security` looks at it: its directives with what they imply (unit.c,
 * analyze-security.c).
 */
import { CAPABILITIES } from "../unit-file/capability.ts";
import { isOn, type LintUnit, lastOf, listOf, userOf, wordsByLine, wordsOf } from "./lint-unit.ts";
import { type SyscallFilter, syscallFilter } from "./syscall-filter.ts";

/** What the rows of the table ask. */
export type ExposureView = {
  readonly systemd: number;
  /** The value that counts, or an empty text. */
  readonly value: (name: string) => string;
  /** True when a switch is on, or has one of the words that later versions have instead of yes. */
  readonly has: (name: string) => boolean;
  readonly user: string;
  readonly isPrivileged: boolean;
  readonly hasDefaultDependencies: boolean;
  readonly bounding: ReadonlySet<string>;
  readonly ambient: ReadonlySet<string>;
  /** Namespaces that it may make. */
  readonly namespaces: ReadonlySet<string>;
  readonly mayUseFamily: (family: "inet" | "unix" | "netlink" | "packet" | "other") => boolean;
  readonly filter: SyscallFilter;
  readonly words: (name: string) => readonly string[];
};

/** The view of a service on this version. */
export function exposureView(unit: LintUnit, systemd: number): ExposureView {
  const isDynamic = isOn(unit, "DynamicUser");
  const value = (name: string) =>
    (isDynamic
      ? dynamicValue(name, lastOf(unit, "Service", name)?.value)
      : lastOf(unit, "Service", name)?.value) ?? "";
  const has = (name: string) => !/^(?:|0|no|n|false|f|off)$/i.test(value(name));
  const user = userOf(unit);
  return {
    systemd,
    value,
    has,
    user,
    isPrivileged: user === "root" || user === "0",
    hasDefaultDependencies: !/^(?:0|no|n|false|f|off)$/i.test(
      lastOf(unit, "Unit", "DefaultDependencies")?.value ?? "yes",
    ),
    bounding: boundingSet(unit, has),
    ambient: collect(unit, "AmbientCapabilities", [], CAPABILITIES),
    namespaces: namespacesOf(unit),
    mayUseFamily: families(unit),
    filter: syscallFilter(unit),
    words: (name) =>
      listOf(unit, "Service", name).length === 0
        ? []
        : wordsOf(unit, "Service", name).map(({ word }) => word),
  };
}

/** DynamicUser= locks up what could outlive the user (systemd.exec(5)). */
function dynamicValue(name: string, value: string | undefined): string | undefined {
  if (["PrivateTmp", "RemoveIPC", "NoNewPrivileges", "RestrictSUIDSGID"].includes(name)) return "yes";
  if (name === "ProtectSystem") return "strict";
  return name === "ProtectHome" && (value === undefined || /^(?:0|no|false|off)$/i.test(value))
    ? "read-only"
    : value;
}

function boundingSet(unit: LintUnit, has: (name: string) => boolean): ReadonlySet<string> {
  const taken = [
    ...(has("ProtectKernelModules") ? ["cap_sys_module"] : []),
    ...(has("ProtectKernelLogs") ? ["cap_syslog"] : []),
    ...(has("ProtectClock") ? ["cap_sys_time", "cap_wake_alarm"] : []),
    ...(has("PrivateDevices") ? ["cap_mknod", "cap_sys_rawio"] : []),
  ];
  const written = collect(unit, "CapabilityBoundingSet", CAPABILITIES, CAPABILITIES);
  return new Set([...written].filter((name) => !taken.includes(name)));
}

/**
 * Lines of names: the first one sets, or takes away from all with `~`; later ones add or take away. An empty
 * line is the empty set.
 */
function collect(
  unit: LintUnit,
  name: string,
  initial: readonly string[],
  all: readonly string[],
): ReadonlySet<string> {
  let set = new Set(initial);
  const resets = unit.entries.some(
    (entry) => entry.section === "Service" && entry.name === name && entry.value === "",
  );
  if (resets) set = new Set();
  for (const { isInverted, words } of wordsByLine(unit, name)) {
    const named = words.map((word) => word.toLowerCase());
    const isFirst = set.size === initial.length;
    if (isInverted) set = new Set((isFirst ? all : [...set]).filter((each) => !named.includes(each)));
    else set = new Set(isFirst ? named : [...set, ...named]);
  }
  return set;
}

const NAMESPACES = ["user", "pid", "net", "uts", "mnt", "cgroup", "ipc"];

/**
 * A switch, or a list: unlike with capabilities, `no` is something written, which later lines add to or take
 * from.
 */
function namespacesOf(unit: LintUnit): ReadonlySet<string> {
  let set: ReadonlySet<string> | null = null;
  for (const { isInverted, words } of wordsByLine(unit, "RestrictNamespaces")) {
    const [first = ""] = words;
    if (/^(?:1|yes|y|true|t|on)$/i.test(first)) set = new Set();
    else if (/^(?:0|no|n|false|f|off)$/i.test(first)) set = new Set(NAMESPACES);
    else if (isInverted) set = new Set([...(set ?? NAMESPACES)].filter((name) => !words.includes(name)));
    else set = new Set([...(set ?? []), ...words]);
  }
  return set ?? new Set(NAMESPACES);
}

const FAMILIES: Readonly<Record<string, "inet" | "unix" | "netlink" | "packet">> = {
  AF_INET: "inet",
  AF_INET6: "inet",
  AF_UNIX: "unix",
  AF_LOCAL: "unix",
  AF_NETLINK: "netlink",
  AF_PACKET: "packet",
};

function families(unit: LintUnit): ExposureView["mayUseFamily"] {
  const all = wordsByLine(unit, "RestrictAddressFamilies");
  const none = all.findLastIndex(({ words }) => words.includes("none"));
  const lines = all.slice(none + 1);
  const [first] = lines;
  const isAllowList = first === undefined ? none >= 0 : !first.isInverted;
  const named = new Set<string>();
  for (const { isInverted, words } of lines) {
    for (const word of words) {
      if (isInverted === isAllowList) named.delete(word);
      else named.add(word);
    }
  }
  const kinds = new Set([...named].map((word) => FAMILIES[word] ?? "other"));
  return (family) => kinds.has(family) === isAllowList;
}
