/**
 * The command line that starts a script on a host, with or without sudo, and how sudo's refusal differs from
 * a script's failure.
 */
import { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { targetOf } from "./connection-errors.ts";
import type { RunResult, Script } from "./remote.ts";

/**
 * The constant line that any login shell (sh, csh, fish) runs: sh takes the script's bytes from standard
 * input, exactly as many as it has, and leaves all others to it as data. Nothing else is ever on it, for
 * sudo logs it and ps shows it.
 */
export function commandLine(host: Host, script: Script): string {
  const shell = `/bin/sh -c 'eval "$(head -c ${Buffer.byteLength(script.text)})"'`;
  return host.become === "sudo" ? `exec sudo -n -- ${shell}` : `exec ${shell}`;
}

/** The error when sudo did not let the script start; null when the script itself ran. */
export function sudoRefusal(host: Host, result: RunResult): ConnectError | null {
  if (host.become !== "sudo") return null;
  const line = result.stderr.split(/\r?\n/).find((text) => isRefusal(text.trim(), result));
  if (line === undefined) return null;
  return new ConnectError("sudo", host.name, `${targetOf(host)}: sudo refuses: ${sanitizeLine(line.trim())}`);
}

const REFUSALS = [
  /^sudo ?: a password is required/,
  /^sudo ?: a terminal is required/,
  /^sudo ?: sorry, you must have a tty/,
  /is not in the sudoers file/,
  /^Sorry, user .* (is not allowed to execute|may not run sudo)/,
  /is not allowed to run sudo on/,
];

/** Warnings that sudo prints and continues. */
const WARNING = /^sudo ?: (unable to resolve host|setrlimit|unable to send audit message)/;

function isRefusal(line: string, { exitCode, stdout }: RunResult): boolean {
  if (exitCode === 127 || exitCode === 126)
    return /\bsudo\b/.test(line) && /not found|No such file|ermission denied|Unknown command/.test(line);
  if (exitCode !== 1) return false;
  if (REFUSALS.some((known) => known.test(line)) || /^sudo: Command not found/.test(line)) return true;
  // In another language only the prefix is known; a script that ran would have printed something.
  return stdout === "" && /^sudo ?: /.test(line) && !WARNING.test(line);
}
