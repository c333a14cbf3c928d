/** Signals as systemd names them (signal(7); signal-util.c). */
import { parseInteger } from "./integer.ts";

/**
 * The number of a signal: "SIGTERM", "TERM", "15", "RTMIN+3", "SIGRTMAX-2"; null for what systemd refuses,
 * such as lower case, "SIG9" or "IOT". Numbers are Linux's on x86 and ARM.
 */
export function signalNumber(text: string): number | null {
  const number = parseInteger(text);
  if (number !== null) return number >= 1 && number <= RTMAX ? number : null;
  const name = text.replace(/^SIG/, "");
  const known = NUMBERS.get(name);
  if (known !== undefined) return known;
  const [, base, offset] = /^(RTMIN|RTMAX)([+-].+)?$/.exec(name) ?? [];
  if (base === undefined) return null;
  const steps =
    offset === undefined ? 0 : offset.startsWith("+") === (base === "RTMIN") ? parseInteger(offset) : null;
  if (steps === null || Math.abs(steps) > RTMAX - RTMIN) return null;
  return (base === "RTMIN" ? RTMIN : RTMAX) + steps;
}

/** The name of a signal's number, e.g. "SIGTERM" or "SIGRTMIN+3"; null for a number that is none. */
export function signalName(number: number): string | null {
  const name = NAMES.get(number);
  if (name !== undefined) return `SIG${name}`;
  if (number < RTMIN || number > RTMAX || !Number.isInteger(number)) return null;
  return number === RTMIN ? "SIGRTMIN" : `SIGRTMIN+${number - RTMIN}`;
}

/** glibc keeps 32 and 33 to itself. */
const RTMIN = 34;
const RTMAX = 64;

const NAMES: ReadonlyMap<number, string> = new Map(
  (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP " +
    "TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
  )
    .split(" ")
    .map((name, index) => [index + 1, name] as const),
);
const NUMBERS: ReadonlyMap<string, number> = new Map([...NAMES].map(([number, name]) => [name, number]));
