/** SSH signatures as `ssh-keygen -Y verify` wants and answers them (ssh-keygen(1), ALLOWED SIGNERS). */
import { OTHER_BYTES, refused, type SignatureVerdict } from "./verdict.ts";

/** The name under which the one key is known to ssh-keygen. */
export const SSH_SIGNER = "svcdeploy";

/** The file of allowed signers: this key, for this namespace alone. The schema has checked both. */
export function allowedSigners(publicKey: string, namespace: string): string {
  const [type = "", key = ""] = publicKey.split(" ");
  return `${SSH_SIGNER} namespaces="${namespace}" ${type} ${key}\n`;
}

/** What ssh-keygen says; the proof has the key's fingerprint. */
export function readSshAnswer(
  stdout: string,
  stderr: string,
  exitStatus: number,
  namespace: string,
): SignatureVerdict {
  const good = /^Good "[^"\n]*" signature for \S+ with (\S+) key (SHA256:[A-Za-z0-9+/]{43})$/m.exec(stdout);
  if (exitStatus === 0 && good !== null)
    return { ok: true, proof: { kind: "ssh", key: `${good[1]} ${good[2]}`, says: "" } };
  if (/incorrect signature/i.test(stderr))
    return refused("does not hold: the key signed other bytes", OTHER_BYTES);
  if (/namespace/i.test(stderr))
    return refused(
      `was not made for the namespace ${namespace}`,
      `Sign with: ssh-keygen -Y sign -n ${namespace} -f KEY FILE; or declare its namespace.`,
    );
  // Of a key that is not allowed ssh-keygen says no more than that.
  if (/^Could not verify signature\.$/m.test(stdout) && !/parse|armor|invalid|format/i.test(stderr))
    return refused(
      "was not made with the key that is declared",
      "Someone else signed this, or the key was changed: ask who signs it.",
    );
  return refused(
    "is not an SSH signature that ssh-keygen can read",
    `Make one: ssh-keygen -Y sign -n ${namespace} -f KEY FILE`,
  );
}
