/**
 * One verifier per kind of signature: it is fed the artifact's bytes while they are hashed, so what was
 * checked is what the hash names.
 */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArtifactSignature } from "../core/model/artifact.ts";
import { dearmor, readGpgStatus } from "../core/signature/gpg.ts";
import { checkMinisig, type MinisignSignature, parseMinisig } from "../core/signature/minisign.ts";
import { allowedSigners, readSshAnswer, SSH_SIGNER } from "../core/signature/ssh.ts";
import { OTHER_BYTES, refused, type SignatureVerdict } from "../core/signature/verdict.ts";
import { startTool, type ToolAnswer } from "./feed-tool.ts";

/**
 * take: every byte of the artifact in order. verdict: after the last one; may be asked early, and must be
 * asked, since it cleans up.
 */
export type Verifier = {
  readonly take: (bytes: Uint8Array) => Promise<void>;
  readonly verdict: () => Promise<SignatureVerdict>;
};

/**
 * What is checked by what. signature: the bytes of its file; key: of the key's file, empty where the key is
 * declared itself.
 */
export type Evidence = {
  readonly declared: ArtifactSignature;
  readonly signature: Uint8Array;
  readonly key: Uint8Array;
};

/** Minisign's older signatures are of the file itself, which has to be in memory at once. */
const MAX_WHOLE_BYTES = 64 * 1024 * 1024;
const LONGEST_MILLISECONDS = 300_000;

/** Opens the verifier of the declared kind. longest: milliseconds that a program may take. */
export async function openVerifier(
  { declared, signature, key }: Evidence,
  longest = LONGEST_MILLISECONDS,
): Promise<Verifier> {
  switch (declared.kind) {
    case "minisign": {
      const parsed = parseMinisig(signature);
      return typeof parsed === "string"
        ? refuseAtOnce(refused(parsed, "Make one: minisign -S -m FILE"))
        : minisignVerifier(declared.publicKey, parsed);
    }
    case "ssh": {
      const { publicKey, namespace } = declared;
      return toolVerifier("ssh-keygen", "openssh-client", longest, {
        files: { allowed: allowedSigners(publicKey, namespace), signature },
        words: () => ["-Y", "verify", "-f", "allowed", "-I", SSH_SIGNER, "-n", namespace, "-s", "signature"],
        read: ({ stdout, stderr, status }) => readSshAnswer(stdout, stderr, status, namespace),
      });
    }
    case "gpg":
      return toolVerifier("gpgv", "gpgv", longest, {
        files: { "keyring.gpg": dearmor(key), signature },
        words: gpgWords,
        read: ({ stdout, status }) => readGpgStatus(stdout, status),
      });
    case "cosign":
      return toolVerifier("cosign", "cosign 2.4 or newer", longest, {
        files: { "cosign.pub": key, signature },
        words: () => cosignWords(signature),
        read: (answer) => readCosignAnswer(answer, key),
      });
  }
}

/**
 * SHA-1 is broken: who can choose what is signed can have two files of one signature. gpgv still takes it.
 */
function gpgWords(folder: string): readonly string[] {
  const keyring = join(folder, "keyring.gpg");
  return ["--status-fd", "1", "--weak-digest", "SHA1", "--keyring", keyring, "signature", "-"];
}

/**
 * Offline by the key alone: no transparency log is asked, and none need know of a private artifact. A bundle
 * is JSON, a bare signature is base64.
 */
function cosignWords(signature: Uint8Array): readonly string[] {
  const isBundle = Buffer.from(signature).toString("latin1", 0, 64).trimStart().startsWith("{");
  const from = isBundle
    ? ["--bundle", "signature", "--new-bundle-format=true"]
    : ["--signature", "signature", "--new-bundle-format=false"];
  return ["verify-blob", "--key", "cosign.pub", ...from, "--insecure-ignore-tlog=true", "-"];
}

function readCosignAnswer(
  { status, stdout, stderr }: ToolAnswer & { ok: true },
  key: Uint8Array,
): SignatureVerdict {
  const said = `${stdout}\n${stderr}`;
  const fingerprint = createHash("sha256").update(key).digest("hex").slice(0, 16).toUpperCase();
  if (status === 0 && /^Verified OK$/m.test(said))
    return { ok: true, proof: { kind: "cosign", key: fingerprint, says: "" } };
  if (/unknown flag/i.test(said))
    return refused(
      "cannot be checked: this cosign takes other options",
      "Install cosign 2.4 or newer, up to 3.",
    );
  const words = stderr.match(/^Error: (.{1,200})/m)?.[1];
  return refused(`does not hold${words === undefined ? "" : `; cosign says: ${words}`}`, OTHER_BYTES);
}

function refuseAtOnce(verdict: SignatureVerdict): Verifier {
  return { take: async () => {}, verdict: async () => verdict };
}

function minisignVerifier(publicKey: string, signature: MinisignSignature): Verifier {
  if (signature.signed === "blake2b-512") {
    const hash = createHash("blake2b512");
    return {
      take: async (bytes) => void hash.update(bytes),
      verdict: async () => checkMinisig(publicKey, signature, hash.digest()),
    };
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  return {
    take: async (bytes) => {
      size += bytes.length;
      if (size <= MAX_WHOLE_BYTES) pieces.push(bytes);
      else pieces.length = 0;
    },
    verdict: async () =>
      size > MAX_WHOLE_BYTES
        ? refused(
            "is of minisign's older form, which is for files up to 64 MiB",
            "Sign it anew in the newer one: minisign -S -H -m FILE",
          )
        : checkMinisig(publicKey, signature, Buffer.concat(pieces)),
  };
}

type Use = {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly words: (folder: string) => readonly string[];
  readonly read: (answer: ToolAnswer & { readonly ok: true }) => SignatureVerdict;
};

/** The tool sees a folder of its own with names of our own, and the artifact on its standard input. */
async function toolVerifier(
  program: string,
  comesWith: string,
  longestMilliseconds: number,
  { files, words, read }: Use,
): Promise<Verifier> {
  const folder = await mkdtemp(join(tmpdir(), "svcdeploy-signature-"));
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), content, { flag: "wx", mode: 0o600 });
  const tool = startTool({ program, words: words(folder), folder, longestMilliseconds });
  return {
    take: tool.take,
    verdict: async () => {
      const answer = await tool.end();
      await rm(folder, { recursive: true, force: true });
      if (answer.ok) return read(answer);
      return refused(
        `cannot be checked: ${answer.reason}`,
        answer.missing ? `Install ${comesWith} on this machine.` : `Try ${program} by hand on this machine.`,
      );
    },
  };
}
