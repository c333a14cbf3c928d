/**
 * Which directives a running service must be restarted for, with the evidence; everything that is not named
 * here needs a restart.
 */

/**
 * True when a change of this directive reaches a running service without a restart (after daemon-reload).
 * [Install] is only read by enablement. [Unit] speaks to the manager: description, ordering, dependencies,
 * conditions and start limits count at the next start (systemd.unit(5)); only JoinsNamespaceOf= changes what
 * a process runs in.
 */
export function appliesWithoutRestart(section: string, directive: string): boolean {
  switch (section) {
    case "Install":
      return true;
    case "Unit":
      return directive !== "JoinsNamespaceOf";
    default:
      return LIVE.has(directive);
  }
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/**
 * Limits that systemd writes into the cgroup of a running unit. MemoryMax, CPUQuota, TasksMax and IOWeight
 * were changed under running services with nothing but a daemon-reload on 247, 252 and 257: the kernel's
 * values followed. The others go the same way (systemctl set-property, systemctl(1)).
 */
const RESOURCE_LIMITS = words(`
  CPUWeight StartupCPUWeight CPUShares StartupCPUShares CPUQuota CPUQuotaPeriodSec MemoryMin MemoryLow
  MemoryHigh MemoryMax MemorySwapMax MemoryLimit StartupMemoryLow StartupMemoryHigh StartupMemoryMax
  IOWeight StartupIOWeight IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax
  IOWriteIOPSMax BlockIOWeight StartupBlockIOWeight BlockIODeviceWeight BlockIOReadBandwidth
  BlockIOWriteBandwidth TasksMax`);

/** Read by the manager when the service ends, not when it starts (systemd.service(5)). */
const AT_EXIT = words(`
  Restart RestartSec RestartSteps RestartMaxDelaySec RestartMode RestartPreventExitStatus
  RestartForceExitStatus SuccessExitStatus StartLimitInterval StartLimitBurst StartLimitAction FailureAction
  RebootArgument`);

/**
 * Read by the manager when it reloads or stops the service: the commands, the signals and how long it waits
 * (systemd.service(5), systemd.kill(5)).
 */
const AT_STOP = words(`
  ExecReload ExecStop ExecStopPost TimeoutSec TimeoutStartSec TimeoutStopSec TimeoutAbortSec
  TimeoutStartFailureMode TimeoutStopFailureMode TimeoutCleanSec KillMode KillSignal RestartKillSignal
  FinalKillSignal SendSIGKILL SendSIGHUP ReloadSignal`);

/**
 * Slice= is not here: on all three versions a running service stayed in its old slice until it was restarted.
 */
const LIVE: ReadonlySet<string> = new Set([...RESOURCE_LIMITS, ...AT_EXIT, ...AT_STOP]);
