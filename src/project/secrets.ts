/** The values of a service's secrets, into Secret at the moment of reading. */
import { ConfigError, type Problem } from "../core/errors.ts";
import type { SecretSource, SecretValues, Service } from "../core/model/service.ts";
import { Secret } from "../core/secret.ts";
import { readProjectFile } from "./read-file.ts";
import { runProvider } from "./run-provider.ts";

const MAX_SECRET_BYTES = 1024 * 1024;

/**
 * Reads every secret of a service: `env` from the controller's environment, `file` relative to the project
 * folder, `exec` from what a program prints; the latter two less one line end at their end. Throws
 * ConfigError with all that are missing, empty or not UTF-8, each at its place in the service file.
 */
export async function readSecrets(service: Service, root: string): Promise<SecretValues> {
  const values = new Map<string, Secret>();
  const problems: Problem[] = [];
  for (const { name, source, place } of service.secrets) {
    const read = await readSource(source, root);
    if (read.ok) values.set(name, new Secret(name, read.value));
    else problems.push({ place, message: `the secret ${name}: ${read.reason}`, hint: null, excerpt: "" });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values;
}

function readSource(source: SecretSource, root: string): Promise<Read> | Read {
  switch (source.provider) {
    case "env":
      return readVariable(source.variable);
    case "file":
      return readSecretFile(source.path, root);
    case "exec":
      return runProvider(source.command, root);
  }
}

type Read = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string };

function readVariable(variable: string): Read {
  const value = process.env[variable];
  if (value === undefined) return { ok: false, reason: `the environment variable ${variable} is not set` };
  return value === ""
    ? { ok: false, reason: `the environment variable ${variable} is empty` }
    : { ok: true, value };
}

async function readSecretFile(path: string, root: string): Promise<Read> {
  const read = await readProjectFile(root, path, MAX_SECRET_BYTES);
  if (!read.ok) return read;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(read.bytes);
  if (!Buffer.from(text).equals(read.bytes)) return { ok: false, reason: `${path} is not UTF-8 text` };
  const value = text.replace(/\r?\n$/, "");
  return value === "" ? { ok: false, reason: `${path} is empty` } : { ok: true, value };
}
