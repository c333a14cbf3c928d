/** The values of a service's secrets, into Secret at the moment of reading. */
import { ConfigError, type Problem } from "../core/errors.ts";
import type { SecretSource, SecretValues, Service } from "../core/model/service.ts";
import { Secret } from "../core/secret.ts";
import { readProjectFile } from "./read-file.ts";
import { runProvider } from "./run-provider.ts";

const MAX_SECRET_BYTES = 1024 * 1024;

/**
 * Reads every secret of a service: `env` from the controller's environment, `file` relative to the project
 * folder, `exec` from what a program prints; the latter two less one line end at their end. Each source is
 * read once for all hosts: a program may print another secret each time, or ask for a touch of a key. Throws
 * ConfigError with all that are missing, empty or not UTF-8, each at its place in the service file.
 */
export function makeSecretReader(root: string): (service: WithSecrets) => Promise<SecretValues> {
  const known: Secret[] = [];
  const read = once(async (source: SecretSource) => await readSource(source, root, known));
  const readNamed = once(async ({ name, source }: Named) => {
    const found = await read(source);
    if (!found.ok) return found;
    const secret = new Secret(name, found.value);
    known.push(secret);
    return { ok: true as const, secret };
  });
  return async ({ secrets }) => {
    const values = new Map<string, Secret>();
    const problems: Problem[] = [];
    for (const { name, source, place } of secrets) {
      const found = await readNamed({ name, source });
      if (found.ok) values.set(name, found.secret);
      else problems.push({ place, message: `the secret ${name}: ${found.reason}`, hint: null, excerpt: "" });
    }
    if (problems.length > 0) throw new ConfigError(problems);
    return values;
  };
}

type WithSecrets = Pick<Service, "secrets">;
type Named = Pick<Service["secrets"][number], "name" | "source">;

/** The same, which makes the value of each key only once. */
function once<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<string, Value>();
  return (key) => {
    const text = JSON.stringify(key);
    const value = made.get(text) ?? make(key);
    made.set(text, value);
    return value;
  };
}

function readSource(source: SecretSource, root: string, known: readonly Secret[]): Promise<Read> | Read {
  switch (source.provider) {
    case "env":
      return readVariable(source.variable);
    case "file":
      return readSecretFile(source.path, root);
    case "exec":
      return runProvider(source.command, root, undefined, { known: () => known, say: sayOnError });
  }
}

function sayOnError(text: string): void {
  process.stderr.write(text);
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
