/**
 * A unit's variables → what a service file says: environment, secrets without their values, and what
 * stays a directive.
 */
import { refuseVariable } from "../config/allow-lists.ts";
import { looksSecret } from "../lint/secret-variable.ts";
import { Secret } from "../secret.ts";
import { readEnvironmentFile } from "../unit-file/environment-text.ts";
import { splitWords } from "../unit-file/words.ts";
import type { AdoptFacts } from "./host-facts.ts";
import type { Yaml } from "./service-text.ts";

/** A secret of the host; from: where its value is there, e.g. "/etc/default/web:3". */
export type FoundSecret = { readonly value: Secret; readonly from: string };

/** assignments and files: what stays as Environment= and EnvironmentFile=. */
export type AdoptedEnvironment = {
  readonly variables: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, FoundSecret>;
  readonly assignments: readonly string[];
  readonly files: readonly string[];
  readonly notes: readonly string[];
};

/**
 * Files become variables from the last one backwards, as far as each can be read and is needed for a start:
 * the file that svcdeploy writes is read last, so it must not overtake one that stays. where: the unit, for
 * messages.
 */
export function adoptEnvironment(
  where: string,
  directives: ReadonlyMap<string, readonly string[]>,
  facts: AdoptFacts,
  systemd: number,
): AdoptedEnvironment {
  const listed = directives.get("EnvironmentFile") ?? [];
  const reasons = listed.map((path) => whyStays(path, facts, systemd));
  const kept = reasons.findLastIndex((reason) => reason !== null) + 1;
  const read = listed
    .slice(kept)
    .flatMap((path) => readEnvironmentFile(facts.files.get(path) ?? "", path, systemd).variables);
  const assigned = takeSecrets(where, directives.get("Environment") ?? []);
  const last = new Map(read.map((variable) => [variable.name, variable]));
  const isSecret = (name: string, value: string): boolean =>
    assigned.secrets.has(name) || looksSecret(name, value);
  const variables = new Map(
    [...last.values()]
      .filter(({ name, value }) => !isSecret(name, value))
      .map(({ name, value }) => [name, value]),
  );
  const fromFiles = [...last.values()].filter(({ name, value }) => isSecret(name, value));
  const found = fromFiles.map(
    ({ name, value, place }) =>
      [name, { value: new Secret(name, value), from: `${place.file}:${place.line}` }] as const,
  );
  return {
    variables,
    secrets: new Map([...assigned.secrets, ...found]),
    assignments: assigned.left,
    files: listed.slice(0, kept),
    notes: [
      ...listed.slice(0, kept).map((path, index) => sayStays(path, reasons[index] ?? null)),
      ...listed.slice(kept).map(sayTaken),
    ],
  };
}

function sayStays(path: string, reason: string | null): string {
  return `EnvironmentFile=${path} stays a directive: ${reason ?? "a file that is read after it stays one"}.`;
}

function sayTaken(path: string): string {
  return `The variables of ${path} are now in this file; this service no longer reads it.`;
}

function whyStays(path: string, facts: AdoptFacts, systemd: number): string | null {
  if (path.startsWith("-")) return "the service starts without it as well";
  if (!/^\/etc\/[^%*?[\]\\]+$/.test(path)) return "only files below /etc with a plain path are adopted";
  const content = facts.files.get(path);
  if (content === undefined) return facts.unread.get(path) ?? "it is not on the host";
  const { variables, problems } = readEnvironmentFile(content, path, systemd);
  const [problem] = problems;
  if (problem !== undefined) return `systemd does not read all of it (line ${problem.place.line})`;
  const odd = variables.find(({ name }) => refuseVariable(name) !== null);
  return odd === undefined ? null : "it has a name that is too long";
}

type Assigned = { readonly left: readonly string[]; readonly secrets: ReadonlyMap<string, FoundSecret> };

/**
 * Environment= without the assignments that look secret: an environment file wins over it, so nothing else
 * changes.
 */
function takeSecrets(where: string, values: readonly string[]): Assigned {
  const secrets = new Map<string, FoundSecret>();
  const left = values.flatMap((value) => {
    const { words, problem } = splitWords(value);
    const secret = words.filter(({ value: word }) => isAssignedSecret(word));
    for (const { value: word } of secret) {
      const [name, text] = splitAssignment(word);
      secrets.set(name, {
        value: new Secret(name, text.replaceAll("%%", "%")),
        from: `Environment= of ${where}`,
      });
    }
    if (secret.length === 0 && problem === null) return [value];
    const rest = words.filter((word) => !secret.includes(word)).map(({ raw }) => raw);
    return rest.length === 0 ? [] : [rest.join(" ")];
  });
  const names = new Set(secrets.keys());
  return { left: left.flatMap((value) => withoutNames(value, names)), secrets };
}

function isAssignedSecret(word: string): boolean {
  const [name, value] = splitAssignment(word);
  return refuseVariable(name) === null && looksSecret(name, value);
}

/** Another assignment of a secret's name would be overruled by the secret anyway. */
function withoutNames(value: string, names: ReadonlySet<string>): readonly string[] {
  const { words } = splitWords(value);
  const rest = words.filter((word) => !names.has(splitAssignment(word.value)[0]));
  if (rest.length === words.length) return [value];
  return rest.length === 0 ? [] : [rest.map(({ raw }) => raw).join(" ")];
}

function splitAssignment(word: string): readonly [string, string] {
  const equals = word.indexOf("=");
  return equals < 1 ? ["", ""] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** The keys of a service file for variables and secrets: of a secret only where its value is to come from. */
export function setVariables(
  blocks: Map<string, Yaml>,
  { variables, secrets }: Pick<AdoptedEnvironment, "variables" | "secrets">,
): void {
  if (variables.size > 0) blocks.set("environment", variables);
  if (secrets.size > 0)
    blocks.set("secrets", new Map([...secrets.keys()].map((each) => [each, new Map([["env", each]])])));
}
