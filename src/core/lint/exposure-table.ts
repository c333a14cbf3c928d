/**
 * The rows by which `systemd-analyze security` weighs a service: facts of systemd 252 and 257, which agree
 * but for PrivateMounts=.
 */
import type { ExposureView } from "./exposure-view.ts";
import { syscallsOf } from "./syscall-filter.ts";

/**
 * One row: how much it weighs, and how bad the service is on a scale of `range`; null where it does not
 * apply.
 */
export type ExposureRow = {
  readonly name: string;
  readonly weight: number;
  readonly range: number;
  readonly badness: (view: ExposureView) => number | null;
};

/** Bad (1) unless the switch is on. */
function off(name: string, weight: number): ExposureRow {
  return { name: `${name}=`, weight, range: 1, badness: (view) => (view.has(name) ? 0 : 1) };
}

/** Out of the question before the file systems are there (DefaultDependencies=no). */
function late(row: ExposureRow): ExposureRow {
  return { ...row, badness: (view) => (view.hasDefaultDependencies ? row.badness(view) : null) };
}

/** By the word of a directive; what is not listed is as bad as can be. */
function graded(
  name: string,
  weight: number,
  grades: Readonly<Record<string, number>>,
  range = 10,
): ExposureRow {
  return {
    name: `${name}=`,
    weight,
    range,
    badness: (view) => grades[view.value(name).toLowerCase()] ?? range,
  };
}

function capability(label: string, weight: number, names: string): ExposureRow {
  const list = names.split(" ").map((name) => `cap_${name}`);
  return {
    name: `CapabilityBoundingSet=~CAP_${label}`,
    weight,
    range: 1,
    badness: ({ bounding }) => (list.some((name) => bounding.has(name)) ? 1 : 0),
  };
}

function namespace(name: string, weight: number): ExposureRow {
  return {
    name: `RestrictNamespaces=~${name}`,
    weight,
    range: 1,
    badness: ({ namespaces }) => (namespaces.has(name) ? 1 : 0),
  };
}

function family(
  label: string,
  weight: number,
  kind: Parameters<ExposureView["mayUseFamily"]>[0],
): ExposureRow {
  return {
    name: `RestrictAddressFamilies=~${label}`,
    weight,
    range: 1,
    badness: ({ mayUseFamily }) => (mayUseFamily(kind) ? 1 : 0),
  };
}

function syscalls(group: string, weight: number): ExposureRow {
  const calls = syscallsOf(group);
  const badness: ExposureRow["badness"] = ({ filter }) => {
    if (filter.kind === "none" || (filter.kind === "deny" && filter.calls.size === 0)) return 10;
    if (filter.kind === "allow") return calls.some((call) => filter.calls.has(call)) ? 9 : 0;
    return calls.some((call) => !filter.calls.has(call)) ? 10 : 0;
  };
  return { name: `SystemCallFilter=~${group}`, weight, range: 10, badness };
}

const ON = { "1": 0, yes: 0, y: 0, true: 0, t: 0, on: 0 };

/** All rows. */
export const EXPOSURE_ROWS: readonly ExposureRow[] = [
  {
    name: "User=/DynamicUser=",
    weight: 2000,
    range: 10,
    badness: ({ isPrivileged, user }) => (isPrivileged ? 10 : user === "nobody" ? 9 : 0),
  },
  {
    name: "SupplementaryGroups=",
    weight: 200,
    range: 1,
    badness: ({ isPrivileged, words }) =>
      isPrivileged ? null : Math.min(1, words("SupplementaryGroups").length),
  },
  off("PrivateDevices", 1000),
  { name: "PrivateMounts=", weight: 1000, range: 1, badness: privateMounts },
  off("PrivateNetwork", 2500),
  late(off("PrivateTmp", 1000)),
  off("PrivateUsers", 1000),
  off("ProtectControlGroups", 1000),
  off("ProtectKernelModules", 1000),
  off("ProtectKernelTunables", 1000),
  off("ProtectKernelLogs", 1000),
  off("ProtectClock", 1000),
  late(graded("ProtectHome", 1000, { ...ON, "read-only": 5, tmpfs: 1 })),
  off("ProtectHostname", 50),
  late(graded("ProtectSystem", 1000, { "1": 5, yes: 5, y: 5, true: 5, t: 5, on: 5, full: 3, strict: 0 })),
  late({
    name: "RootDirectory=/RootImage=",
    weight: 200,
    range: 1,
    badness: ({ value }) =>
      ["", "/"].includes(value("RootDirectory")) && ["", "/"].includes(value("RootImage")) ? 1 : 0,
  }),
  off("LockPersonality", 100),
  off("MemoryDenyWriteExecute", 100),
  off("NoNewPrivileges", 1000),
  capability("SYS_ADMIN", 1500, "sys_admin"),
  capability("SET(UID|GID|PCAP)", 1500, "setuid setgid setpcap"),
  capability("SYS_PTRACE", 1500, "sys_ptrace"),
  capability("SYS_TIME", 1000, "sys_time"),
  capability("NET_ADMIN", 1000, "net_admin"),
  capability("SYS_RAWIO", 1000, "sys_rawio"),
  capability("SYS_MODULE", 1000, "sys_module"),
  capability("AUDIT_*", 500, "audit_control audit_read audit_write"),
  capability("SYSLOG", 500, "syslog"),
  capability("SYS_(NICE|RESOURCE)", 500, "sys_nice sys_resource"),
  capability("MKNOD", 500, "mknod"),
  capability("(CHOWN|FSETID|SETFCAP)", 1000, "chown fsetid setfcap"),
  capability("(DAC_*|FOWNER|IPC_OWNER)", 1000, "dac_override dac_read_search fowner ipc_owner"),
  capability("KILL", 500, "kill"),
  capability("NET_(BIND_SERVICE|BROADCAST|RAW)", 500, "net_bind_service net_broadcast net_raw"),
  capability("SYS_BOOT", 100, "sys_boot"),
  capability("MAC_*", 100, "mac_admin mac_override"),
  capability("LINUX_IMMUTABLE", 75, "linux_immutable"),
  capability("IPC_LOCK", 50, "ipc_lock"),
  capability("SYS_CHROOT", 50, "sys_chroot"),
  capability("BLOCK_SUSPEND", 25, "block_suspend"),
  capability("WAKE_ALARM", 25, "wake_alarm"),
  capability("LEASE", 25, "lease"),
  capability("SYS_TTY_CONFIG", 25, "sys_tty_config"),
  capability("SYS_PACCT", 25, "sys_pacct"),
  capability("BPF", 25, "bpf"),
  { name: "UMask=", weight: 100, range: 10, badness: umask },
  {
    name: "KeyringMode=",
    weight: 1000,
    range: 1,
    badness: ({ value }) => (["", "private"].includes(value("KeyringMode")) ? 0 : 1),
  },
  graded("ProtectProc", 1000, { noaccess: 1, invisible: 0, ptraceable: 0 }, 3),
  graded("ProcSubset", 10, { pid: 0 }, 1),
  {
    name: "NotifyAccess=",
    weight: 1000,
    range: 1,
    badness: ({ value }) => (value("NotifyAccess") === "all" ? 1 : 0),
  },
  {
    name: "RemoveIPC=",
    weight: 100,
    range: 1,
    badness: ({ isPrivileged, has }) => (isPrivileged ? null : has("RemoveIPC") ? 0 : 1),
  },
  { name: "Delegate=", weight: 100, range: 1, badness: ({ has }) => (has("Delegate") ? 1 : 0) },
  off("RestrictRealtime", 500),
  off("RestrictSUIDSGID", 1000),
  namespace("user", 1500),
  namespace("mnt", 500),
  namespace("ipc", 500),
  namespace("pid", 500),
  namespace("cgroup", 500),
  namespace("net", 500),
  namespace("uts", 100),
  family("AF_(INET|INET6)", 1500, "inet"),
  family("AF_UNIX", 25, "unix"),
  family("AF_NETLINK", 200, "netlink"),
  family("AF_PACKET", 1000, "packet"),
  family("…", 1250, "other"),
  {
    name: "SystemCallArchitectures=",
    weight: 1000,
    range: 10,
    badness: ({ words }) => architectures(words("SystemCallArchitectures")),
  },
  syscalls("@swap", 1000),
  syscalls("@obsolete", 250),
  syscalls("@clock", 1000),
  syscalls("@cpu-emulation", 250),
  syscalls("@debug", 1000),
  syscalls("@mount", 1000),
  syscalls("@module", 1000),
  syscalls("@raw-io", 1000),
  syscalls("@reboot", 1000),
  syscalls("@privileged", 700),
  syscalls("@resources", 700),
  { name: "IPAddressDeny=", weight: 1000, range: 10, badness: addresses },
  { name: "DeviceAllow=", weight: 1000, range: 10, badness: devices },
  {
    name: "AmbientCapabilities=",
    weight: 500,
    range: 1,
    badness: ({ ambient }) => Math.min(1, ambient.size),
  },
];

/** Later versions take an unset PrivateMounts= for on when they look at a file. */
function privateMounts({ systemd, value, has }: ExposureView): number {
  return has("PrivateMounts") || (systemd >= 255 && value("PrivateMounts") === "") ? 0 : 1;
}

function architectures(words: readonly string[]): number {
  if (words.length === 0) return 10;
  return words.every((word) => word === "native") ? 0 : 8;
}

function umask({ value }: ExposureView): number {
  const mask = Number.parseInt(value("UMask") || "0022", 8);
  if ((mask & 0o002) === 0) return 10;
  if ((mask & 0o004) === 0) return 5;
  if ((mask & 0o020) === 0) return 2;
  return (mask & 0o040) === 0 ? 1 : 0;
}

function addresses({ value, words }: ExposureView): number {
  if (value("IPIngressFilterPath") !== "" || value("IPEgressFilterPath") !== "") return 0;
  const denied = words("IPAddressDeny");
  const isAll = denied.includes("any") || (denied.includes("0.0.0.0/0") && denied.includes("::/0"));
  if (!isAll) return 10;
  const allowed = words("IPAddressAllow");
  if (allowed.some((word) => word !== "localhost" && !/^127\.|^::1(?:\/128)?$/.test(word))) return 5;
  return allowed.length > 0 ? 2 : 0;
}

/** PrivateDevices= closes the list, and ProtectClock= then opens it for the clock. */
function devices({ value, has, words }: ExposureView): number {
  const policy = value("DevicePolicy") || (has("PrivateDevices") ? "closed" : "auto");
  if (policy !== "strict" && policy !== "closed" && !(policy === "auto" && has("PrivateDevices"))) return 10;
  return words("DeviceAllow").length > 0 || has("ProtectClock") || value("RootImage") !== "" ? 5 : 0;
}
