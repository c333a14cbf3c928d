/** The systemd service and timer that run drift (systemd.service(5), systemd.timer(5), systemd.exec(5)). */
import {
  formatEnvironmentAssignment,
  formatExecArgument,
  formatLiteralUnitValue,
  type Quoted,
} from "../unit-file/quote.ts";
import { type Every, onCalendar } from "./every.ts";

/** Whose systemd it is: the machine's, or a user's own. */
export type TimerScope = "system" | "user";

/**
 * What the pair runs. command: program first, absolute; home: what HOME is to be, null: as systemd has it;
 * writable: absolute folders it writes to; timeoutSeconds: of the command itself.
 */
export type TimerOrder = {
  readonly scope: TimerScope;
  readonly about: string;
  readonly every: Every;
  readonly command: readonly string[];
  readonly home: string | null;
  readonly writable: readonly string[];
  readonly timeoutSeconds: number;
};

/** The texts of NAME.service and NAME.timer. */
export type TimerUnits = { readonly service: string; readonly timer: string };

/** The first line of both: what has it may be replaced and removed. timer.sh looks for it. */
export const TIMER_MARK =
  "# Written by svcdeploy install-timer; `svcdeploy install-timer --remove` takes it away.";

/**
 * Where a system unit keeps what was reported, below /var/lib: not the folder that deployments have on every
 * host.
 */
export const TIMER_STATE = "svcdeploy-drift";

/** The unit name's start for a project's environment; neither name holds a dot, so no two pairs share one. */
export function timerName(project: string, environment: string): string {
  return `svcdeploy-drift-${project}.${environment}`;
}

/** Writes both, or says what a unit file cannot carry. */
export function makeTimerUnits(order: TimerOrder): TimerUnits | { readonly problem: string } {
  const environment = order.home === null ? [] : [formatEnvironmentAssignment("HOME", order.home)];
  const values = [order.about, ...order.writable].map(formatLiteralUnitValue);
  const words = [...order.command.map(formatExecArgument), ...environment, ...values];
  const refused = words.find((word) => !word.ok);
  if (refused !== undefined && !refused.ok)
    return { problem: `a unit file cannot carry it: ${refused.reason}` };
  const spaced = order.writable.find((path) => /[\s"'\\]/.test(path));
  if (spaced !== undefined)
    return { problem: `a unit cannot be given a folder with a space or quote in its name: ${spaced}` };
  return { service: serviceText(order), timer: timerText(order) };
}

function serviceText(order: TimerOrder): string {
  const home =
    order.home === null ? "" : `Environment=${text(formatEnvironmentAssignment("HOME", order.home))}\n`;
  return `${TIMER_MARK}
# Exit status 2 is drift, 3 and 4 are hosts that could not be seen. They leave the unit failed on purpose: \
that is what every monitoring
# looks at. The timer keeps running, and the next clean run clears it. \
6 is another run still at work, which will tell.

[Unit]
Description=${text(formatLiteralUnitValue(order.about))}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=${order.command.map(execWord).join(" ")}
${home}SuccessExitStatus=6
TimeoutStartSec=${order.timeoutSeconds + 120}
SyslogIdentifier=svcdeploy-drift
UMask=0077
NoNewPrivileges=yes
${order.scope === "system" ? sandbox(order) : ""}`;
}

/** Quotes only where they are needed: people read this. */
function execWord(word: string): string {
  return /^[A-Za-z0-9_./:=@+,-]+$/.test(word) ? word : text(formatExecArgument(word));
}

/**
 * It reads a project, keys and known_hosts, which may be anywhere and any user's, speaks to hosts, and writes
 * only where the options say.
 */
function sandbox({ command, writable }: TimerOrder): string {
  const usesTmp = [...command, ...writable].some((word) => /(?:^|[=@])\/(?:var\/)?tmp(?:\/|$)/.test(word));
  const paths = writable.map((path) => text(formatLiteralUnitValue(`-${path}`)));
  return `StateDirectory=${TIMER_STATE}
StateDirectoryMode=0700
ProtectSystem=strict
${paths.length === 0 ? "" : `ReadWritePaths=${paths.join(" ")}\n`}ProtectHome=read-only
${usesTmp ? "" : "PrivateTmp=yes\n"}PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
`;
}

/**
 * Monotonic where the calendar cannot say the period; Persistent= means nothing there, OnActiveSec= runs it
 * soon after a boot.
 */
function timerText({ every, about }: TimerOrder): string {
  const calendar = onCalendar(every);
  const when =
    calendar === null
      ? `OnActiveSec=1min\nOnUnitActiveSec=${every.seconds}s`
      : `OnCalendar=${calendar}\nPersistent=true`;
  return `${TIMER_MARK}

[Unit]
Description=${text(formatLiteralUnitValue(about))}, every ${every.text}

[Timer]
${when}
RandomizedDelaySec=${Math.min(300, Math.floor(every.seconds / 5))}
FixedRandomDelay=yes
AccuracySec=1s

[Install]
WantedBy=timers.target
`;
}

function text(quoted: Quoted): string {
  if (!quoted.ok) throw new Error(`a unit was written before its words were checked: ${quoted.reason}`);
  return quoted.text;
}
