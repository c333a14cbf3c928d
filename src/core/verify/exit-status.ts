/**
 * What the exit statuses mean that systemd itself gives when it cannot even run the program (systemd.exec(5),
 * "Process Exit Codes").
 */

/**
 * Name and meaning of such a status, e.g. 203 → EXEC; null for any other. A program that exits with one of
 * these on its own looks the same.
 */
export function execStatus(status: number): { readonly name: string; readonly meaning: string } | null {
  const known = STATUSES.get(status);
  return known === undefined ? null : { name: known[0], meaning: known[1] };
}

/** Name of a signal by its number on Linux, e.g. SIGKILL; "signal 63" for one without a name. */
export function signalName(number: number): string {
  const name = SIGNALS[number - 1];
  return name === undefined ? `signal ${number}` : `SIG${name}`;
}

const STATUSES: ReadonlyMap<number, readonly [name: string, meaning: string]> = new Map([
  [200, ["CHDIR", "the working directory cannot be entered (WorkingDirectory=)"]],
  [201, ["NICE", "the scheduling priority cannot be set (Nice=)"]],
  [202, ["FDS", "file descriptors cannot be passed on or closed"]],
  [
    203,
    ["EXEC", "the program cannot be executed: it is not there, not executable, or built for another system"],
  ],
  [204, ["MEMORY", "memory ran out while the process was set up"]],
  [205, ["LIMITS", "a resource limit cannot be set (Limit…=)"]],
  [206, ["OOM_ADJUST", "the out-of-memory score cannot be set (OOMScoreAdjust=)"]],
  [207, ["SIGNAL_MASK", "the signal mask cannot be set"]],
  [208, ["STDIN", "standard input cannot be opened (StandardInput=)"]],
  [
    209,
    ["STDOUT", "standard output cannot be opened (StandardOutput=): is the directory of its file there?"],
  ],
  [210, ["CHROOT", "the root directory cannot be changed (RootDirectory=)"]],
  [211, ["IOPRIO", "the I/O priority cannot be set (IOSchedulingClass=)"]],
  [212, ["TIMERSLACK", "the timer slack cannot be set (TimerSlackNSec=)"]],
  [213, ["SECUREBITS", "the secure bits cannot be set (SecureBits=)"]],
  [214, ["SETSCHEDULER", "the CPU scheduler cannot be set (CPUSchedulingPolicy=)"]],
  [215, ["CPUAFFINITY", "the CPU affinity cannot be set: the host does not have these CPUs (CPUAffinity=)"]],
  [216, ["GROUP", "the group is not there or cannot be taken (Group=, SupplementaryGroups=)"]],
  [217, ["USER", "the user is not there or cannot be taken (User=)"]],
  [218, ["CAPABILITIES", "capabilities cannot be set (CapabilityBoundingSet=, AmbientCapabilities=)"]],
  [219, ["CGROUP", "the control group cannot be set up"]],
  [220, ["SETSID", "no new session could be made"]],
  [221, ["CONFIRM", "the start was declined on the console"]],
  [222, ["STDERR", "standard error cannot be opened (StandardError=)"]],
  [224, ["PAM", "the PAM session cannot be opened (PAMName=)"]],
  [225, ["NETWORK", "the network namespace cannot be set up (PrivateNetwork=)"]],
  [
    226,
    [
      "NAMESPACE",
      "the mount namespace cannot be set up: a path in ReadWritePaths=, BindPaths= or the like is not there",
    ],
  ],
  [227, ["NO_NEW_PRIVILEGES", "NoNewPrivileges= cannot be set"]],
  [228, ["SECCOMP", "the system call filter cannot be applied (SystemCallFilter=)"]],
  [229, ["SELINUX_CONTEXT", "the SELinux context cannot be taken (SELinuxContext=)"]],
  [230, ["PERSONALITY", "the execution domain cannot be set (Personality=)"]],
  [231, ["APPARMOR_PROFILE", "the AppArmor profile cannot be entered (AppArmorProfile=)"]],
  [232, ["ADDRESS_FAMILIES", "the address families cannot be restricted (RestrictAddressFamilies=)"]],
  [233, ["RUNTIME_DIRECTORY", "the runtime directory cannot be made (RuntimeDirectory=)"]],
  [235, ["CHOWN", "the owner of a socket cannot be changed"]],
  [236, ["SMACK_PROCESS_LABEL", "the SMACK label cannot be set (SmackProcessLabel=)"]],
  [237, ["KEYRING", "the kernel keyring cannot be set up (KeyringMode=)"]],
  [238, ["STATE_DIRECTORY", "the state directory cannot be made (StateDirectory=)"]],
  [239, ["CACHE_DIRECTORY", "the cache directory cannot be made (CacheDirectory=)"]],
  [240, ["LOGS_DIRECTORY", "the logs directory cannot be made (LogsDirectory=)"]],
  [241, ["CONFIGURATION_DIRECTORY", "the configuration directory cannot be made (ConfigurationDirectory=)"]],
  [242, ["NUMA_POLICY", "the NUMA policy cannot be set (NUMAPolicy=)"]],
  [243, ["CREDENTIALS", "a credential cannot be read or passed (LoadCredential=, SetCredential=)"]],
]);

/** signal(7), the numbers of x86, ARM and most others. */
const SIGNALS = (
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP " +
  "TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split(" ");
