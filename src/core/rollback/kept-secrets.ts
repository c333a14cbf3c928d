/**
 * The secrets that kept contents hold, so that no output shows them: the values of an earlier generation
 * are nowhere else.
 */
import { fileRoles } from "../model/file-role.ts";
import type { FileResource, KeptService } from "../model/resource.ts";
import { Secret } from "../secret.ts";
import { readEnvironmentText } from "../unit-file/environment-text.ts";
import { baseName } from "../unit-file/path-name.ts";
import type { Contents } from "./rebuild.ts";

/** Shorter values of a secret configuration file may be words that occur in any text. */
const MIN_LENGTH = 8;

/**
 * Every value that can be told from a secret file: the named variables of an environment file; of any other
 * file the whole, its lines, and what is behind `=` or `:` in them unless it is a path. held: what is in
 * encrypted credentials, by the hash of the encrypted file.
 */
export function keptSecrets(kept: KeptService, contents: Contents, held: Contents): readonly Secret[] {
  return kept.resources.flatMap((resource) => {
    const content = resource.kind === "file" && resource.secret ? contents.get(resource.sha256) : undefined;
    if (resource.kind !== "file" || content === undefined) return [];
    return secretsIn(resource, new TextDecoder().decode(content), kept, held);
  });
}

function secretsIn(
  { role, path, sha256 }: Pick<FileResource, "role" | "path" | "sha256">,
  text: string,
  { secrets }: KeptService,
  held: Contents,
): readonly Secret[] {
  switch (fileRoles[role].holds) {
    case "variables":
      return environmentSecrets(text, secrets);
    case "secret":
      return [new Secret(baseName(path), text)];
    case "encrypted-secret":
      return [new Secret(baseName(path), new TextDecoder().decode(held.get(sha256)))];
    case "text":
      return fileSecrets(text, path);
  }
}

function environmentSecrets(text: string, names: readonly string[]): readonly Secret[] {
  return readEnvironmentText(text, "").flatMap(({ name, value }) =>
    names.includes(name) ? [new Secret(name, value)] : [],
  );
}

function fileSecrets(text: string, path: string): readonly Secret[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const values = text.split("\n").map((line) => /[=:]\s*["']?(.*?)["']?[,;]?\s*$/.exec(line)?.[1] ?? "");
  const telling = values.filter((value) => value.length >= MIN_LENGTH && !value.startsWith("/"));
  return [text, ...telling].map((value) => new Secret(name, value));
}
