/**
 * How several assignments of one directive go together (load-fragment.c; the man pages of the directives).
 */
import types from "./value-types.json" with { type: "json" };

/**
 * list: values add up, an empty one forgets those before. only grows: values add up, an empty one changes
 * nothing. last wins: an empty one takes it back to the default. last value wins: an empty one is ignored
 * with a warning.
 */
export type Accumulation = "list" | "only grows" | "last wins" | "last value wins";

/** How assignments of this directive go together; seen on systemd 247, 252 and 257. */
export function accumulationOf(section: string, name: string): Accumulation {
  if (resetGroupOf(section, name) !== null) return "list";
  if (ONLY_GROW.has(name)) return "only grows";
  if (LISTS.has(name) || name.startsWith("Exec")) return "list";
  return IGNORE_EMPTY.has(name) && !RESET_BY_EMPTY.has(name) ? "last value wins" : "last wins";
}

/**
 * Directives that one empty assignment of any of them forgets together, under a name for them; null for all
 * others.
 */
export function resetGroupOf(section: string, name: string): string | null {
  if (section === "Unit") return /^(?:Condition|Assert)(?=[A-Z])/.exec(name)?.[0] ?? null;
  if (section === "Timer")
    return /^On(?:Calendar|(?:Active|Boot|Startup|UnitActive|UnitInactive)Sec)$/.test(name) ? "timers" : null;
  if (section === "Socket") return name.startsWith("Listen") ? "addresses" : null;
  if (section === "Path")
    return /^(?:PathExists|PathExistsGlob|PathChanged|PathModified|DirectoryNotEmpty)$/.test(name)
      ? "paths"
      : null;
  return null;
}

const words = (...lines: readonly string[]): ReadonlySet<string> => new Set(lines.join(" ").split(" "));

/** Dependencies can be added and never taken away (systemd.unit(5)). */
const ONLY_GROW = words(
  "After Before Requires Requisite Wants BindsTo BindTo PartOf Upholds Conflicts OnFailure OnSuccess " +
    "JoinsNamespaceOf RequiresOverridable",
  "RequisiteOverridable PropagatesReloadTo PropagateReloadTo ReloadPropagatedFrom PropagateReloadFrom " +
    "PropagatesStopTo StopPropagatedFrom",
  "RequiresMountsFor WantsMountsFor Sockets Also",
);

const LISTS = words(
  "Documentation Alias WantedBy RequiredBy UpheldBy Environment EnvironmentFile PassEnvironment " +
    "UnsetEnvironment SuccessExitStatus",
  "RestartPreventExitStatus RestartForceExitStatus OpenFile SupplementaryGroups CapabilityBoundingSet " +
    "AmbientCapabilities SecureBits CPUAffinity NUMAMask",
  "SystemCallFilter SystemCallArchitectures SystemCallLog RestrictAddressFamilies RestrictNamespaces " +
    "RestrictFileSystems RestrictNetworkInterfaces",
  "ReadWritePaths ReadOnlyPaths InaccessiblePaths ReadWriteDirectories ReadOnlyDirectories " +
    "InaccessibleDirectories NoExecPaths BindPaths",
  "BindReadOnlyPaths TemporaryFileSystem MountImages ExtensionImages ExtensionDirectories " +
    "LoadCredential LoadCredentialEncrypted SetCredential",
  "SetCredentialEncrypted ImportCredential RuntimeDirectory StateDirectory CacheDirectory LogsDirectory " +
    "ConfigurationDirectory LogExtraFields",
  "LogFilterPatterns StandardInputText StandardInputData DeviceAllow IPAddressAllow IPAddressDeny " +
    "IPIngressFilterPath IPEgressFilterPath",
  "IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax " +
    "IODeviceLatencyTargetSec BlockIODeviceWeight",
  "BlockIOReadBandwidth BlockIOWriteBandwidth DisableControllers Delegate BPFProgram SocketBindAllow " +
    "SocketBindDeny NFTSet Symlinks AllowedCPUs",
  "AllowedMemoryNodes StartupAllowedCPUs StartupAllowedMemoryNodes",
);

const IGNORE_EMPTY = words(
  ...[types.boolean, types.span, types.octal, types.signal, types.unsigned, types.rlimit],
  "Type Restart NotifyAccess OOMPolicy CollectMode Slice PrivateTmp ProtectSystem ProtectHome " +
    "StandardInput StandardOutput StandardError",
);

/** Spans whose parser takes the empty value. */
const RESET_BY_EMPTY = words("CPUQuotaPeriodSec TimeoutAbortSec");
