/**
 * Readers for commands that only look at hosts: they must work where an artifact was not built or a secret is
 * not at hand.
 */
import { ConfigError } from "../core/errors.ts";
import type { Artifact } from "../core/model/artifact.ts";
import type { Service } from "../core/model/service.ts";
import { Secret } from "../core/secret.ts";
import { makeArtifactReader } from "./artifacts.ts";
import { makeSecretReader } from "./secrets.ts";
import { type Readers, STAND_INS } from "./targets.ts";

/** What could be read, and what could not. */
export type Gathered = {
  readonly secrets: Set<Secret>;
  /** Secrets that could not be read, as NAME of SERVICE. */
  readonly unread: Set<string>;
  /**
   * Service files that are rendered with stand-ins: where they differ from the host, nothing follows from it.
   */
  readonly unsure: Set<string>;
};

/** assumed: artifacts are not read, which makes every service with one unsure; hashed: each is, once. */
export type ArtifactPolicy = "hashed" | "assumed";

/** Readers that note what is missing instead of refusing, and the notes. */
export function makeLenientReaders(
  root: string,
  artifacts: ArtifactPolicy,
): { readonly readers: Readers; readonly gathered: Gathered } {
  const gathered: Gathered = { secrets: new Set(), unread: new Set(), unsure: new Set() };
  // Without an environment there is no cache: nothing is fetched.
  const describe = makeArtifactReader(root, { for: "compare", environment: {}, tell: () => {} });
  const read = makeSecretReader(root);
  const secretOrStandIn = async (service: Service, secret: Service["secrets"][number]): Promise<Secret> => {
    const values = await readOr(null, () => read({ secrets: [secret] }));
    const found = values?.get(secret.name);
    if (found !== undefined) {
      gathered.secrets.add(found);
      return found;
    }
    gathered.unread.add(`${secret.name} of ${service.name}`);
    gathered.unsure.add(service.file);
    return new Secret(secret.name, "stand-in");
  };
  return {
    gathered,
    readers: {
      describe: async (artifact) => {
        const found = artifacts === "assumed" ? null : await readOr(null, () => describe(artifact));
        return found ?? standIn(artifact, gathered);
      },
      readSecrets: async (service) => {
        const secrets = await Promise.all(service.secrets.map((secret) => secretOrStandIn(service, secret)));
        return new Map(secrets.map((secret) => [secret.name, secret]));
      },
    },
  };
}

/**
 * Where the project declares the hash, the file itself is not needed to know what the host is to have; an
 * archive's does not tell the tree's.
 */
function standIn(artifact: Artifact, gathered: Gathered): ReturnType<Readers["describe"]> {
  if (artifact.sha256 === null || artifact.form === "archive") gathered.unsure.add(artifact.place.file);
  return STAND_INS.describe(artifact);
}

async function readOr<Value, Instead>(
  instead: Instead,
  read: () => Promise<Value>,
): Promise<Value | Instead> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ConfigError) return instead;
    throw error;
  }
}
