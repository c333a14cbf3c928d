/**
 * A login whose commands do not reach /bin/sh: its shell (nologin, git-shell, rbash) or a ForceCommand
 * answers in the script's place. It is known by what does not come: not one line with the question's nonce.
 */
import { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import type { RunResult } from "../remote/remote.ts";

/** The error of such a login; null where the script itself spoke, or what ended it is not known. */
export function answeredInPlace(host: Host, nonce: string, result: RunResult): ConnectError | null {
  const { stdout, stderr, exitCode } = result;
  if (stdout.includes(nonce) || exitCode === null || SHELL_OF_OURS.test(stderr)) return null;
  const { name, user } = host;
  if (/password (has )?expired|Password change required/i.test(stderr + stdout)) {
    const message = `${name}: the password of ${user} has expired, so the host runs no command of this login`;
    return new ConnectError("login", name, `${message}${quote(lastLine(stderr) || lastLine(stdout))}`, {
      hint:
        `On the host, as root: a new password (passwd ${user}), or none that expires ` +
        `(chage -M -1 ${user}).`,
    });
  }
  const words = lastLine(stdout) || lastLine(stderr);
  return new ConnectError(
    "login",
    name,
    `${name}: the login of ${user} runs no command of ours: something answers in its place` +
      (words === "" ? ` with nothing (exit status ${exitCode})` : quote(words)),
    {
      hint:
        `Check the login shell (getent passwd ${user}), ForceCommand in sshd_config, and command= in the ` +
        "authorized_keys there: svcdeploy needs a login that runs /bin/sh.",
    },
  );
}

/** A complaint of the shell that runs our scripts: it was reached. */
const SHELL_OF_OURS = /^(\/bin\/)?sh: /m;

function lastLine(text: string): string {
  return sanitizeLine(text.trim().split(/\r?\n/).at(-1) ?? "");
}

function quote(words: string): string {
  return `; its output: ${words}`;
}
