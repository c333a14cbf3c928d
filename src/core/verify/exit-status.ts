/**
 * What the exit statuses mean that systemd itself gives when it cannot even run the program (systemd.exec(5),
 * "Process Exit Codes").
 */
import { exitStatusName } from "../unit-file/exit-status.ts";

/**
 * Name and meaning of such a status, e.g. 203 → EXEC; null for any other. A program that exits with one of
 * these on its own looks the same.
 */
export function execStatus(status: number): { readonly name: string; readonly meaning: string } | null {
  const [name, meaning] = [exitStatusName(status), MEANINGS.get(status)];
  return name === null || meaning === undefined ? null : { name, meaning };
}

const MEANINGS: ReadonlyMap<number, string> = new Map([
  [200, "the working directory cannot be entered (WorkingDirectory=)"],
  [201, "the scheduling priority cannot be set (Nice=)"],
  [202, "file descriptors cannot be passed on or closed"],
  [203, "the program cannot be executed: it is not there, not executable, or built for another system"],
  [204, "memory ran out while the process was set up"],
  [205, "a resource limit cannot be set (Limit…=)"],
  [206, "the out-of-memory score cannot be set (OOMScoreAdjust=)"],
  [207, "the signal mask cannot be set"],
  [208, "standard input cannot be opened (StandardInput=)"],
  [209, "standard output cannot be opened (StandardOutput=): is the directory of its file there?"],
  [210, "the root directory cannot be changed (RootDirectory=)"],
  [211, "the I/O priority cannot be set (IOSchedulingClass=)"],
  [212, "the timer slack cannot be set (TimerSlackNSec=)"],
  [213, "the secure bits cannot be set (SecureBits=)"],
  [214, "the CPU scheduler cannot be set (CPUSchedulingPolicy=)"],
  [215, "the CPU affinity cannot be set: the host does not have these CPUs (CPUAffinity=)"],
  [216, "the group is not there or cannot be taken (Group=, SupplementaryGroups=)"],
  [217, "the user is not there or cannot be taken (User=)"],
  [218, "capabilities cannot be set (CapabilityBoundingSet=, AmbientCapabilities=)"],
  [219, "the control group cannot be set up"],
  [220, "no new session could be made"],
  [221, "the start was declined on the console"],
  [222, "standard error cannot be opened (StandardError=)"],
  [224, "the PAM session cannot be opened (PAMName=)"],
  [225, "the network namespace cannot be set up (PrivateNetwork=)"],
  [
    226,
    "the mount namespace cannot be set up: a path in ReadWritePaths=, BindPaths= or the like is not there",
  ],
  [227, "NoNewPrivileges= cannot be set"],
  [228, "the system call filter cannot be applied (SystemCallFilter=)"],
  [229, "the SELinux context cannot be taken (SELinuxContext=)"],
  [230, "the execution domain cannot be set (Personality=)"],
  [231, "the AppArmor profile cannot be entered (AppArmorProfile=)"],
  [232, "the address families cannot be restricted (RestrictAddressFamilies=)"],
  [233, "the runtime directory cannot be made (RuntimeDirectory=)"],
  [235, "the owner of a socket cannot be changed"],
  [236, "the SMACK label cannot be set (SmackProcessLabel=)"],
  [237, "the kernel keyring cannot be set up (KeyringMode=)"],
  [238, "the state directory cannot be made (StateDirectory=)"],
  [239, "the cache directory cannot be made (CacheDirectory=)"],
  [240, "the logs directory cannot be made (LogsDirectory=)"],
  [241, "the configuration directory cannot be made (ConfigurationDirectory=)"],
  [242, "the NUMA policy cannot be set (NUMAPolicy=)"],
  [243, "a credential cannot be read or passed (LoadCredential=, SetCredential=)"],
]);
