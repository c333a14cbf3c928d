/** What a changed directive makes necessary on a unit that is already running. */

/** manager: daemon-reload is enough, systemd acts by the new value from then on. restart: only a new process has it. */
export type DirectiveEffect = "manager" | "restart";

/**
 * The effect of a changed directive. Evidence, tried on systemd 247, 252 and 257: daemon-reload re-applies cgroup limits to running services
 * and slices, re-arms a timer with a changed OnCalendar=, and changes nothing of a running process or of a mounted file system; moving Slice= needs
 * a restart. What the manager reads at a later event (stop, automatic restart, reload) it reads from the unit as loaded then (systemd.service(5),
 * systemd.kill(5)). Anything not listed counts as restart.
 */
export function directiveEffect(section: string, name: string): DirectiveEffect {
  if (section.startsWith("X-") || name.startsWith("X-")) return "manager";
  switch (section) {
    case "Install":
    case "Slice":
    case "Timer":
      return "manager";
    case "Unit":
      return name === "JoinsNamespaceOf" ? "restart" : "manager";
    case "Mount":
      return MOUNT_MANAGER.has(name) ? "manager" : "restart";
    default:
      return LIVE_LIMIT.test(name) || LATER_EVENT.has(name) ? "manager" : "restart";
  }
}

/** Limits that live in the unit's cgroup (systemd.resource-control(5)); Slice= and Delegate= are not among them. */
const LIVE_LIMIT =
  /^(Startup)?(CPUWeight|CPUShares|IOWeight|BlockIOWeight)$|^(CPUQuota|TasksMax|IODeviceWeight|IO(Read|Write)(Bandwidth|IOPS)Max|Memory(Min|Low|High|Max|SwapMax|ZSwapMax|Limit))$/;

/** Read by the manager when the event comes, not when the process starts. */
const LATER_EVENT = new Set(
  `ExecReload ExecStop ExecStopPost Restart RestartSec RestartSteps RestartMaxDelaySec RestartMode RestartPreventExitStatus RestartForceExitStatus
   SuccessExitStatus TimeoutStartSec TimeoutStopSec TimeoutAbortSec TimeoutSec KillMode KillSignal RestartKillSignal FinalKillSignal SendSIGKILL
   SendSIGHUP StartLimitInterval StartLimitBurst StartLimitAction`.split(/\s+/),
);

const MOUNT_MANAGER = new Set(["TimeoutSec", "DirectoryMode", "LazyUnmount", "ForceUnmount"]);
