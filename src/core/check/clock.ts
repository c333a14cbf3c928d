/** The host's clock against the controller's. */
import type { AskedAt, CheckFinding } from "./host-check.ts";

const WARN_SECONDS = 5;
const BAD_SECONDS = 60;

/**
 * host: seconds since the epoch, cut to whole ones. What lies between question and answer counts as the same
 * time.
 */
export function judgeClock(host: number, asked: AskedAt): readonly CheckFinding[] {
  const seconds = difference(host, asked);
  if (Math.abs(seconds) <= WARN_SECONDS) return [];
  return [
    {
      severity: Math.abs(seconds) > BAD_SECONDS ? "bad" : "warn",
      code: "clock",
      text: `its clock is ${amount(Math.abs(seconds))} ${seconds < 0 ? "behind" : "ahead of"} this machine's`,
      fix: "Let a time service set both: `timedatectl` on either tells whether its clock is synchronised.",
      commands: [],
    },
  ];
}

/** Whole seconds that the host is ahead; negative: behind. */
function difference(host: number, { sent, answered }: AskedAt): number {
  const [earliest, latest] = [Math.floor(sent / 1000), Math.floor(answered / 1000)];
  if (host < earliest) return host - earliest;
  return host > latest ? host - latest : 0;
}

function amount(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 2 * 86_400 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
