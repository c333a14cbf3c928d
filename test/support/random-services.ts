/**
 * Services with any mix of the directives that `systemd-analyze security` weighs; the same ones in every run.
 */

const VALUES: Readonly<Record<string, readonly string[]>> = {
  User: ["app", "nobody", "root", "0"],
  DynamicUser: ["yes"],
  SupplementaryGroups: ["adm"],
  PrivateDevices: ["yes", "no"],
  PrivateMounts: ["yes", "no"],
  PrivateNetwork: ["yes"],
  PrivateTmp: ["yes"],
  PrivateUsers: ["yes"],
  ProtectControlGroups: ["yes"],
  ProtectKernelModules: ["yes"],
  ProtectKernelTunables: ["true"],
  ProtectKernelLogs: ["1"],
  ProtectClock: ["yes"],
  ProtectHome: ["yes", "read-only", "tmpfs", "no"],
  ProtectHostname: ["yes"],
  ProtectSystem: ["yes", "full", "strict"],
  RootDirectory: ["/srv/x", "/"],
  LockPersonality: ["yes"],
  MemoryDenyWriteExecute: ["yes"],
  NoNewPrivileges: ["yes"],
  CapabilityBoundingSet: ["", "CAP_NET_BIND_SERVICE", "~CAP_SYS_ADMIN CAP_SYS_PTRACE", "CAP_KILL cap_chown"],
  AmbientCapabilities: ["CAP_NET_RAW"],
  UMask: ["0077", "0027", "0002", "000"],
  KeyringMode: ["shared", "inherit"],
  ProtectProc: ["invisible", "noaccess", "default"],
  ProcSubset: ["pid"],
  NotifyAccess: ["all", "main"],
  RemoveIPC: ["yes"],
  Delegate: ["yes", "cpu memory"],
  RestrictRealtime: ["yes"],
  RestrictSUIDSGID: ["yes"],
  RestrictNamespaces: ["yes", "no", "user mnt", "~user"],
  RestrictAddressFamilies: [
    "AF_UNIX",
    "AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "~AF_PACKET",
    "none",
    "~AF_INET",
    "AF_BLUETOOTH",
  ],
  SystemCallArchitectures: ["native", "x86"],
  SystemCallFilter: [
    "@system-service",
    "~@privileged @resources",
    "~@clock @debug @module @mount @raw-io @reboot @swap @obsolete @cpu-emulation",
    "@basic-io @file-system",
    "read write",
    "@sandbox @system-service:EPERM",
  ],
  IPAddressDeny: ["any", "0.0.0.0/0"],
  IPAddressAllow: ["localhost", "127.0.0.1", "10.0.0.0/8"],
  DevicePolicy: ["closed", "strict", "auto"],
  DeviceAllow: ["/dev/null rw"],
};

/**
 * So many services: a third with few directives, a third with some, a third with most; a directive may stand
 * twice.
 */
export function randomServices(count: number): readonly { readonly path: string; readonly text: string }[] {
  const random = numbers(20261121);
  return Array.from({ length: count }, (_, index) => {
    const chance = ((index % 3) + 1) * 0.2;
    const lines = Object.entries(VALUES).flatMap(([name, values]) => {
      const line = () => `${name}=${values[Math.floor(random() * values.length)] ?? ""}`;
      return random() >= chance ? [] : random() < 0.15 ? [line(), line()] : [line()];
    });
    const unit = random() < 0.1 ? ["[Unit]", "DefaultDependencies=no"] : [];
    return {
      path: `random-${index}.service`,
      text: [...unit, "[Service]", "ExecStart=/bin/true", ...lines, ""].join("\n"),
    };
  });
}

/** A linear congruential generator: from 0 to below 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}
