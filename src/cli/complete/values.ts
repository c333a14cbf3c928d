/** What values an option or an operand takes, by its name, and where they come from. */
import type { Options } from "yargs";
import type { ProjectNames } from "../../project/names.ts";
import { REPORT_KINDS } from "../../report/files/report-kinds.ts";

/** One word to choose, and what to say about it. A word that ends with "=" is continued. */
export type Candidate = { readonly text: string; readonly about: string };

/** Where the values come from. anything: what cannot be known. */
export type ValueSource =
  | {
      readonly from:
        | "environments"
        | "hosts"
        | "pattern"
        | "services"
        | "service-at-host"
        | "services-and-instances"
        | "value-keys";
    }
  | { readonly from: "files" | "folders" | "reports" | "anything" }
  | { readonly from: "choices"; readonly choices: readonly string[] };

/**
 * Options by name, whichever command has them; those with choices need no line. Others take what cannot be
 * known.
 */
const OPTIONS: Readonly<Record<string, ValueSource>> = {
  env: { from: "environments" },
  supervisord: { from: "files" },
  into: { from: "services" },
  host: { from: "hosts" },
  inventory: { from: "files" },
  "playbook-dir": { from: "folders" },
  on: { from: "hosts" },
  limit: { from: "pattern" },
  service: { from: "services" },
  set: { from: "value-keys" },
  values: { from: "files" },
  identity: { from: "files" },
  "known-hosts": { from: "files" },
  out: { from: "files" },
  prometheus: { from: "files" },
  "notify-key": { from: "files" },
  "env-file": { from: "files" },
  state: { from: "folders" },
  project: { from: "folders" },
  report: { from: "reports" },
  systemd: { from: "choices", choices: ["247", "252", "257"] },
  every: { from: "choices", choices: ["5min", "15min", "1h", "1d"] },
};

/** Operands by what the usage calls them. */
const OPERANDS: Readonly<Record<string, ValueSource>> = {
  SERVICE: { from: "services" },
  "SERVICE@HOST": { from: "service-at-host" },
  "SERVICE@INSTANCE": { from: "services-and-instances" },
  HOST: { from: "hosts" },
  "HOST UNIT": { from: "hosts" },
  FILE: { from: "files" },
  PLAN: { from: "files" },
};

/** The values of an option. */
export function valuesOfOption(name: string, choices: Options["choices"]): ValueSource {
  if (choices !== undefined) return { from: "choices", choices: choices.map(String) };
  return OPTIONS[name] ?? { from: "anything" };
}

/**
 * The values of what follows the command, after so many others; `bash|zsh` names them itself, and of
 * `SERVICE HOST` each has its own.
 */
export function valuesOfOperand(operands: { readonly show: string } | undefined, after: number): ValueSource {
  const all =
    operands?.show
      .replace(/[[\]…]|\.\.\./g, "")
      .trim()
      .split(" ") ?? [];
  const shown = all[Math.min(after, all.length - 1)] ?? "";
  if (/^[a-z]+(\|[a-z]+)+$/.test(shown)) return { from: "choices", choices: shown.split("|") };
  return OPERANDS[shown] ?? { from: "anything" };
}

/** What has been typed of the value, and whose names there are. */
export type TypedValue = {
  readonly start: string;
  readonly names: ProjectNames;
  readonly environment: string | null;
};

/** Words of which some start as the one typed, or that the shell is to list files after a prefix. */
export type Candidates =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" | "folders"; readonly prefix: string };

/** The candidates for a value. */
export async function valueCandidates(
  values: ValueSource,
  { start, names, environment }: TypedValue,
): Promise<Candidates> {
  switch (values.from) {
    case "files":
    case "folders":
      return { kind: values.from, prefix: "" };
    case "reports":
      return reports(start);
    case "environments":
      return found(await names.environments(), "environment");
    case "hosts":
      return found(await names.hosts(environment), "host");
    case "services":
      return found(await names.services(), "service");
    case "pattern":
      return await patterns(start, names, environment);
    case "service-at-host":
      return await servicesAtHosts(start, names, environment);
    case "services-and-instances":
      return start.includes("@")
        ? found(await names.instances(start.split("@")[0] ?? ""), "instance")
        : found(await names.services(), "service");
    case "value-keys":
      return found(
        (await names.valueKeys(environment)).map((key) => `${key}=`),
        "",
      );
    case "choices":
      return found(values.choices, "");
    case "anything":
      return found([], "");
  }
}

function found(texts: readonly string[], about: string): Candidates {
  return { kind: "words", candidates: texts.map((text) => ({ text, about })) };
}

function reports(start: string): Candidates {
  const [, kind] = /^([a-z]+=)/.exec(start) ?? [];
  if (kind !== undefined) return { kind: "files", prefix: kind };
  return found(
    REPORT_KINDS.map((each) => `${each}=`),
    "",
  );
}

/**
 * The last term of a host pattern; those before it, and its sign, stay. A colon inside brackets is a range's.
 */
async function patterns(start: string, names: ProjectNames, environment: string | null): Promise<Candidates> {
  const [lead = ""] = /^(?:(?:[^:,[\]]|\[[^\]]*\]?)*[:,])*[!&]?/.exec(start) ?? [];
  const [groups, hosts] = [await names.groups(environment), await names.hosts(environment)];
  const every = lead === "" ? [{ text: "all", about: "every host" }] : [];
  const name = (about: string) => (text: string) => ({ text: lead + text, about });
  return { kind: "words", candidates: [...every, ...groups.map(name("group")), ...hosts.map(name("host"))] };
}

async function servicesAtHosts(
  start: string,
  names: ProjectNames,
  environment: string | null,
): Promise<Candidates> {
  const [service] = start.split("@");
  if (!start.includes("@"))
    return found(
      (await names.services()).map((each) => `${each}@`),
      "service",
    );
  return found(
    (await names.hosts(environment)).map((host) => `${service}@${host}`),
    "host",
  );
}
