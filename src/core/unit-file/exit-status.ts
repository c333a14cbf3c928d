/**
 * Exit statuses by name (systemd.exec(5), "Process Exit Codes"): of the C library, of LSB and BSD, and those
 * that systemd itself uses before a program runs.
 */
import { parseInteger } from "./integer.ts";
import { signalNumber } from "./signal.ts";

/** Where a status has its meaning from. */
export type ExitStatusClass = "libc" | "LSB" | "BSD" | "systemd";
/** One status. since: the first of the versions 247, 252 and 257 that knows the name. */
export type ExitStatus = {
  readonly name: string;
  readonly status: number;
  readonly class: ExitStatusClass;
  readonly since: number;
};
/** Statuses and signals by number, e.g. of SuccessExitStatus=; words that systemd ignores. */
export type ExitStatusSet = {
  readonly statuses: ReadonlySet<number>;
  readonly signals: ReadonlySet<number>;
  readonly unknown: readonly string[];
};

/** All that this version names, in the order of the numbers; as `systemd-analyze exit-status`. */
export function exitStatuses(systemd = 257): readonly ExitStatus[] {
  return ALL.filter(({ since }) => since <= systemd);
}

/** The status of a number, 0 to 255, or of a name such as "TEMPFAIL"; null for anything else. */
export function exitStatusNumber(text: string, systemd = 257): number | null {
  const number = parseInteger(text);
  if (number !== null) return number >= 0 && number <= 255 ? number : null;
  return exitStatuses(systemd).find(({ name }) => name === text)?.status ?? null;
}

/** The name of a status; null when it has none. */
export function exitStatusName(status: number, systemd = 257): string | null {
  return exitStatuses(systemd).find((each) => each.status === status)?.name ?? null;
}

/**
 * What RestartPreventExitStatus=, RestartForceExitStatus= and SuccessExitStatus= list: statuses and signals
 * (systemd.service(5)).
 */
export function parseExitStatusSet(value: string, systemd = 257): ExitStatusSet {
  const [statuses, signals, unknown] = [new Set<number>(), new Set<number>(), [] as string[]];
  for (const word of value.split(/[ \t\n\r]+/).filter((each) => each !== "")) {
    const status = exitStatusNumber(word, systemd);
    const signal = status === null ? signalNumber(word) : null;
    if (status !== null) statuses.add(status);
    else if (signal !== null) signals.add(signal);
    else unknown.push(word);
  }
  return { statuses, signals, unknown };
}

const row = (kind: ExitStatusClass, first: number, names: string, since = 247): readonly ExitStatus[] =>
  names
    .split(" ")
    .flatMap((name, index) => (name === "-" ? [] : [{ name, status: first + index, class: kind, since }]));

/** A dash stands for a number without a name. */
const ALL: readonly ExitStatus[] = [
  ...row("libc", 0, "SUCCESS FAILURE"),
  ...row("LSB", 2, "INVALIDARGUMENT NOTIMPLEMENTED NOPERMISSION NOTINSTALLED NOTCONFIGURED NOTRUNNING"),
  ...row(
    "BSD",
    64,
    "USAGE DATAERR NOINPUT NOUSER NOHOST UNAVAILABLE SOFTWARE OSERR OSFILE CANTCREAT IOERR TEMPFAIL " +
      "PROTOCOL NOPERM CONFIG",
  ),
  ...row(
    "systemd",
    200,
    "CHDIR NICE FDS EXEC MEMORY LIMITS OOM_ADJUST SIGNAL_MASK STDIN STDOUT CHROOT IOPRIO TIMERSLACK " +
      "SECUREBITS SETSCHEDULER",
  ),
  ...row(
    "systemd",
    215,
    "CPUAFFINITY GROUP USER CAPABILITIES CGROUP SETSID CONFIRM STDERR - PAM NETWORK NAMESPACE " +
      "NO_NEW_PRIVILEGES SECCOMP",
  ),
  ...row(
    "systemd",
    229,
    "SELINUX_CONTEXT PERSONALITY APPARMOR ADDRESS_FAMILIES RUNTIME_DIRECTORY - CHOWN " +
      "SMACK_PROCESS_LABEL KEYRING",
  ),
  ...row(
    "systemd",
    238,
    "STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY CONFIGURATION_DIRECTORY NUMA_POLICY CREDENTIALS",
  ),
  ...row("systemd", 244, "BPF", 252),
  ...row("systemd", 245, "KSM", 257),
  ...row("systemd", 255, "EXCEPTION"),
];
