/** The written form of artifact.signature, and what it means. */
import type * as z from "zod";
import type { ArtifactSignature } from "../model/artifact.ts";
import type { Place } from "../model/declared.ts";
import { refuseFileUrl, refuseProjectPath } from "./allow-lists.ts";
import { map, projectPath, textThat } from "./schema-parts.ts";

const KINDS = ["minisign", "ssh", "gpg", "cosign"] as const;
const DEFAULT_NAMESPACE = "file";

/** Two bytes `Ed`, the key's id of eight and the key of 32, all in base64. */
const MINISIGN_KEY = "^RW[QRST][A-Za-z0-9+/]{53}$";
const SSH_TYPES =
  "ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\\.com|" +
  "sk-ecdsa-sha2-nistp256@openssh\\.com";
const SSH_KEY = `^(?:${SSH_TYPES}) [A-Za-z0-9+/]{32,}={0,2}(?: [!-~ ]{1,200})?$`;
const NAMESPACE = "^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$";

const minisignKey = textLike(
  MINISIGN_KEY,
  "a minisign public key is the second line of minisign.pub: 56 letters and digits that begin with RW",
);
const sshKey = textLike(
  SSH_KEY,
  'an SSH public key is a line of id_ed25519.pub: "ssh-ed25519 AAAA… comment"',
);
const namespace = textLike(NAMESPACE, "a namespace has letters, digits and . _ @ -, 64 at most");
const signatureFile = textThat((file) =>
  /^https?:/.test(file) ? refuseFileUrl(file) : refuseProjectPath(file),
);

/**
 * artifact.signature: one kind with its key, and where its signature is when that is not beside the artifact.
 */
export const artifactSignature = map({
  minisign: minisignKey.optional(),
  ssh: sshKey.optional(),
  gpg: projectPath.optional(),
  cosign: projectPath.optional(),
  namespace: namespace.optional(),
  file: signatureFile.optional(),
}).superRefine((value, context) => {
  const given = KINDS.filter((kind) => value[kind] !== undefined);
  if (given.length !== 1)
    context.addIssue({
      code: "custom",
      message: "a signature has exactly one of minisign, ssh, gpg and cosign",
    });
  else if (value.namespace !== undefined && value.ssh === undefined)
    context.addIssue({
      code: "custom",
      path: ["namespace"],
      message: "a namespace belongs to an ssh signature",
    });
});

/** A signature as read → as code may take it. */
export function readSignature(written: z.infer<typeof artifactSignature>, place: Place): ArtifactSignature {
  const { minisign, ssh, gpg, cosign, namespace: given } = written;
  const common = { file: written.file ?? null, place };
  if (minisign !== undefined) return { ...common, kind: "minisign", publicKey: minisign };
  if (ssh !== undefined)
    return { ...common, kind: "ssh", publicKey: ssh, namespace: given ?? DEFAULT_NAMESPACE };
  return gpg === undefined
    ? { ...common, kind: "cosign", keyFile: cosign ?? "" }
    : { ...common, kind: "gpg", keyFile: gpg };
}

function textLike(pattern: string, otherwise: string) {
  const shape = new RegExp(pattern);
  return textThat((text) => (shape.test(text) ? null : otherwise), { pattern });
}
