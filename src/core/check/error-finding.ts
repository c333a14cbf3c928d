/** Why a host gave no answer, and what to type about it. */
import { ConnectError, type HostKeyOffer, type SvcdeployError } from "../errors.ts";
import type { Host } from "../model/declared.ts";
import { shellWord } from "../shell-word.ts";
import type { CheckFinding } from "./host-check.ts";

/** The error as a finding: how to trust a key, how to let a login in, how to allow sudo. */
export function errorFinding(host: Host, error: SvcdeployError): CheckFinding {
  const offer = error instanceof ConnectError ? error.offer : null;
  if (offer !== null) return unknownKey(offer);
  const { code, message } = error;
  if (code === "sudo") {
    const fix = `${host.user} needs sudo without a password.`;
    const commands = [
      `echo '${host.user} ALL=(root) NOPASSWD: /bin/sh' >/etc/sudoers.d/svcdeploy   # on the host, as root`,
    ];
    return { severity: "bad", code, text: message, fix, commands };
  }
  const commands = error instanceof ConnectError ? error.commands : [];
  return { severity: "bad", code, text: message, fix: error.hint, commands };
}

/** The whole line is given, not a scan: what is trusted is the key that was compared. */
function unknownKey({ type, fingerprint, line, file }: HostKeyOffer): CheckFinding {
  const where = file === "" ? "any known_hosts file" : file;
  const short = type.replace(/^ssh-|^ecdsa-sha2-nistp\d+$/, (start) => (start === "ssh-" ? "" : "ecdsa"));
  return {
    severity: "bad",
    code: "host-key",
    text: `its host key is not known: it sent ${type} ${fingerprint}, which is not in ${where}`,
    fix:
      "Read the fingerprint on the host's own console (first line). When it is the same, trust it (second " +
      "line).",
    commands: [
      `ssh-keygen -lf /etc/ssh/ssh_host_${short}_key.pub   # on the host's console`,
      ...(file === "" ? [] : [`echo '${line}' >>${shellWord(file)}`]),
    ],
  };
}
