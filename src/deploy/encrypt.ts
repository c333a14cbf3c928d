/**
 * Has a host encrypt the credentials that a plan writes, right before its transaction: one more round trip,
 * for plans that change one.
 */
import { createHash } from "node:crypto";
import type { Plan } from "../core/model/plan.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { type EncryptedFile, isEncrypted } from "../core/plan/encrypted.ts";
import { hashHeld } from "../core/render/make-file.ts";
import { type EncryptOrder, encryptQuestion } from "../host/encrypt-answer.ts";
import type { Remote } from "../remote/remote.ts";
import { ask } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/**
 * The target with the files as they will stand there. A rollback's are encrypted already. Throws ConnectError
 * or HostError.
 */
export async function withEncrypted(
  remote: Remote,
  target: HostTarget,
  plan: Plan,
  context: DeployContext,
): Promise<HostTarget> {
  const written = plan.changes.flatMap(({ resource, after }) =>
    isEncrypted(resource) && after !== null ? [resource] : [],
  );
  if (written.length === 0 || target.rollback !== undefined) return target;
  const files = await ask(remote, encryptQuestion, written.map(order), context);
  const resources = target.resources.map((resource) => {
    const content = files.get("path" in resource ? resource.path : "");
    return content === undefined || !isEncrypted(resource)
      ? resource
      : { ...resource, content, sha256: sha256Of(content) };
  });
  return { ...target, resources };
}

function order({ path, sha256, content }: EncryptedFile): EncryptOrder {
  return { path, sha256, heldSha256: hashHeld(content), held: content };
}

function sha256Of(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
