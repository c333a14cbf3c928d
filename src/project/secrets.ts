/** The values of a service's secrets, into Secret at the moment of reading. */
import { ConfigError, type Problem } from "../core/errors.ts";
import type { SecretValues, Service } from "../core/model.ts";
import { Secret } from "../core/secret.ts";
import { readProjectFile } from "./read-file.ts";

const MAX_SECRET_BYTES = 1024 * 1024;

/**
 * Reads every secret of a service: `env` from the controller's environment, `file` relative to the project folder, less one line end at its end.
 * Throws ConfigError with all that are missing, empty or not UTF-8, each at its place in the service file.
 */
export async function readSecrets(service: Service, root: string): Promise<SecretValues> {
  const values = new Map<string, Secret>();
  const problems: Problem[] = [];
  for (const { name, source, place } of service.secrets) {
    const read = source.provider === "env" ? readVariable(source.variable) : await readSecretFile(source.path, root);
    if (read.ok) values.set(name, new Secret(name, read.value));
    else problems.push({ place, message: `the secret ${name}: ${read.reason}`, hint: null, excerpt: "" });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values;
}

type Read = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string };

function readVariable(variable: string): Read {
  const value = process.env[variable];
  if (value === undefined) return { ok: false, reason: `the environment variable ${variable} is not set` };
  return value === "" ? { ok: false, reason: `the environment variable ${variable} is empty` } : { ok: true, value };
}

async function readSecretFile(path: string, root: string): Promise<Read> {
  const read = await readProjectFile(root, path, MAX_SECRET_BYTES);
  if (!read.ok) return read;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(read.bytes);
  if (!Buffer.from(text).equals(read.bytes)) return { ok: false, reason: `${path} is not UTF-8 text` };
  const value = text.replace(/\r?\n$/, "");
  return value === "" ? { ok: false, reason: `${path} is empty` } : { ok: true, value };
}
