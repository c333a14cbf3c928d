/** Reads a written service file back, renders it for its host, and holds the result against what is there. */
import { checkTree } from "../config/check.ts";
import { isTreeMap } from "../config/schema-parts.ts";
import { normaliseService } from "../config/service.ts";
import { serviceSchema } from "../config/service-schema.ts";
import { parseYaml } from "../config/yaml.ts";
import { ConfigError, type Problem } from "../errors.ts";
import { readLogrotateText } from "../lint/logrotate-text.ts";
import type { FileResource, Host, Resource, TreeMap } from "../model.ts";
import { expandTree } from "../render/expand.ts";
import { renderService } from "../render/render.ts";
import { spreadHealth } from "../render/spread-health.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { readEnvironmentFile } from "../unit-file/environment-text.ts";
import { splitWords } from "../unit-file/words.ts";
import type { Adopted } from "./adopt-unit.ts";
import { pathsOf, SAYS_NOTHING } from "./beside.ts";
import { type HostFacts, hostFiles, type LiveUnit } from "./host-facts.ts";
import { compareSections, type Sections, sectionsInForce } from "./sections.ts";

/** What does not come to the same. key: of the service file; text: a line that shows no variable's value. */
export type Gap = { readonly key: string; readonly text: string };
/** The project around a service file that is tried. */
export type ProofContext = { readonly host: Host; readonly env: string; readonly values: TreeMap };

/** Empty: the text renders to the effective unit, variables, slice, mount and log rotation that the host has. */
export function proveService(text: string, file: string, adopted: Adopted, live: LiveUnit, facts: HostFacts, context: ProofContext): readonly Gap[] {
  const rendered = renderText(text, file, adopted, context);
  if (!rendered.ok) return rendered.gaps;
  const files = rendered.resources.filter((resource) => resource.kind === "file");
  return [
    ...compareMain(files, adopted, live, facts, context.host),
    ...compareVariables(files, adopted, live, facts, context.host),
    ...compareSlice(files, facts),
    ...compareMount(files, facts),
    ...compareLogrotate(files, adopted, facts),
  ];
}

/** Whether a text is a service file that renders for the host: empty, or what is wrong with it. */
export function tryService(text: string, file: string, adopted: Named, context: ProofContext): readonly Gap[] {
  const rendered = renderText(text, file, adopted, context);
  return rendered.ok ? [] : rendered.gaps;
}

type Named = Pick<Adopted, "name" | "secrets">;
type Rendered = { readonly ok: true; readonly resources: readonly Resource[] } | { readonly ok: false; readonly gaps: readonly Gap[] };

function renderText(text: string, file: string, adopted: Named, { host, env, values }: ProofContext): Rendered {
  const document = parseYaml(text, file);
  const problems = [...document.problems, ...checkTree(serviceSchema, document, "written").problems];
  if (problems.length > 0 || !isTreeMap(document.tree)) return { ok: false, gaps: problems.map((problem) => gapOf(text, problem)) };
  const source = { name: adopted.name, file, tree: document.tree, placeOf: document.placeOf };
  const around = { env, host, service: { name: adopted.name }, values };
  try {
    const spread = spreadHealth(source, around);
    const service = normaliseService(spread, expandTree(spread, around), host);
    const secrets = new Map([...adopted.secrets].map(([name, { value }]) => [name, value]));
    return { ok: true, resources: renderService(service, host, { env, values, secrets, files: new Map(), artifact: null }) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, gaps: error.problems.map((problem) => gapOf(text, problem)) };
    throw error;
  }
}

/** The key that a problem's line stands under. */
function gapOf(text: string, { place, message }: Problem): Gap {
  const above = text.split("\n").slice(0, place.line);
  const key = above.flatMap((line) => /^([A-Za-z]+):/.exec(line)?.[1] ?? []).at(-1) ?? "";
  return { key, text: `${key}: ${message}` };
}

function compareMain(files: readonly FileResource[], adopted: Adopted, live: LiveUnit, facts: HostFacts, host: Host): readonly Gap[] {
  const unit = unitOf(adopted);
  const others = live.dropIns.filter((path) => !adopted.merged.includes(path));
  const now = sectionsInForce(unit, [...asHostFiles(files), ...hostFiles(facts, others)]);
  const before = sectionsInForce(live.unit, hostFiles(facts, [live.fragment, ...live.dropIns]));
  const cache = adopted.blocks.get("cache");
  const path = cache instanceof Map ? cache.get("path") : undefined;
  const mounts = typeof path === "string" ? [path] : [];
  const was = expected(before, adopted, mounts, host.systemd);
  return compareSections(was, expected(now, adopted, mounts, host.systemd)).map(({ section, name, was: old, becomes }) => ({
    key: section.toLowerCase(),
    text: `[${section}] ${name}=: ${show(old)} on the host, ${show(becomes)} from the service file`,
  }));
}

function unitOf({ name, instance }: Adopted): string {
  return instance === null ? `${name}.service` : `${name}@${instance}.service`;
}

function show(values: readonly string[]): string {
  return values.length === 0 ? "not set" : JSON.stringify(values.join(" | ").slice(0, 200));
}

/** What svcdeploy says on top, which means the same: the user's own group, the cache's mount, that it is enabled. Variables are compared by their values. */
function expected(sections: Sections, { account }: Adopted, mounts: readonly string[], systemd: number): Sections {
  const known = [...sections].map(([section, directives]) => {
    const kept = [...directives].filter(([name]) => isKnownDirective(section, name, systemd) && !ELSEWHERE.includes(name));
    return [section, new Map(kept)] as const;
  });
  const result = new Map(known.filter(([section]) => ["Unit", "Service", "Install"].includes(section)));
  const service = result.get("Service") ?? new Map<string, readonly string[]>();
  const unit = result.get("Unit") ?? new Map<string, readonly string[]>();
  if (account?.group != null && !service.has("Group")) service.set("Group", [account.group]);
  if (mounts.length > 0) unit.set("RequiresMountsFor", [...(unit.get("RequiresMountsFor") ?? []), ...mounts]);
  if ((result.get("Install")?.size ?? 0) === 0) result.set("Install", new Map([["WantedBy", ["multi-user.target"]]]));
  return result.set("Service", service).set("Unit", unit);
}

/** Compared by their values, or only for whoever enables the unit by hand. */
const ELSEWHERE = ["Environment", "EnvironmentFile", "Also"];

function compareVariables(files: readonly FileResource[], adopted: Adopted, live: LiveUnit, facts: HostFacts, host: Host): readonly Gap[] {
  const others = live.dropIns.filter((path) => !adopted.merged.includes(path));
  const ours = new Map(files.map(({ path, content }) => [path, content]));
  const was = variablesOf(sectionsInForce(live.unit, hostFiles(facts, [live.fragment, ...live.dropIns])), facts.files, host.systemd);
  const rendered = sectionsInForce(unitOf(adopted), [...asHostFiles(files), ...hostFiles(facts, others)]);
  const now = variablesOf(rendered, new Map([...facts.files, ...ours]), host.systemd);
  const names = [...new Set([...was.keys(), ...now.keys()])].filter((name) => was.get(name) !== now.get(name));
  return names.map((name) => ({ key: "environment", text: `the variable ${name} would have another value` }));
}

/** Of Environment= the text, whose specifiers are the same; a secret's was read without them. */
function variablesOf(sections: Sections, files: ReadonlyMap<string, Uint8Array>, systemd: number): ReadonlyMap<string, string> {
  const service = sections.get("Service");
  const assigned = (service?.get("Environment") ?? []).flatMap((value) => splitWords(value).words.map((word) => word.value));
  const pairs = assigned.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1).replaceAll("%%", "%")] as const);
  const listed = (service?.get("EnvironmentFile") ?? []).map((path) => path.replace(/^-/, ""));
  const read = listed.flatMap((path) => readEnvironmentFile(files.get(path) ?? "", path, systemd).variables);
  return new Map([...pairs, ...read.map(({ name, value }) => [name, value] as const)]);
}

function compareSlice(files: readonly FileResource[], facts: HostFacts): readonly Gap[] {
  return files.flatMap(({ path }) => {
    const slice = /\/([^/]+\.slice)$/.exec(path)?.[1];
    if (slice === undefined) return [];
    const body = (sections: Sections): Sections =>
      new Map(
        [...sections].flatMap(([section, directives]) =>
          section === "Install" ? [] : [[section, new Map([...directives].filter(([name]) => !SAYS_NOTHING.includes(name)))] as const],
        ),
      );
    const was = sectionsInForce(slice, hostFiles(facts, pathsOf(slice, facts)));
    const differences = compareSections(body(was), body(sectionsInForce(slice, asHostFiles(files))));
    return differences.map(({ name, was: old, becomes }) => ({ key: "slice", text: `${slice}: ${name}= ${show(old)} becomes ${show(becomes)}` }));
  });
}

function compareMount(files: readonly FileResource[], facts: HostFacts): readonly Gap[] {
  return files.flatMap(({ path }) => {
    const unit = /\/([^/]+\.mount)$/.exec(path)?.[1];
    if (unit === undefined) return [];
    const [was, now] = [hostFiles(facts, pathsOf(unit, facts)), asHostFiles(files)].map((each) => mountOf(sectionsInForce(unit, each), facts));
    return was === now ? [] : [{ key: "cache", text: `${unit} would be mounted by other options` }];
  });
}

function mountOf(sections: Sections, { accounts }: HostFacts): string {
  const mount = sections.get("Mount");
  const options = (mount?.get("Options")?.[0] ?? "").split(",").filter((option) => option !== "" && option !== "defaults");
  const given = options.map((option): readonly [string, string] => [option.split("=")[0] ?? "", option.slice(option.indexOf("=") + 1)]);
  const all = new Map([["size", "50%%"], ["mode", "1777"], ["uid", "0"], ["gid", "0"], ...given]);
  const uid = accounts.find(({ user }) => user === all.get("uid"))?.uid ?? all.get("uid");
  const gid = accounts.find(({ group }) => group === all.get("gid"))?.gid ?? all.get("gid");
  const mode = Number.parseInt(all.get("mode") ?? "", 8);
  const plain = new Map<string, unknown>([
    ...all,
    ["uid", String(uid)],
    ["gid", String(gid)],
    ["mode", mode],
    ["size", (all.get("size") ?? "").toLowerCase()],
  ]);
  return JSON.stringify([mount?.get("Where"), mount?.get("Type"), [...plain].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function compareLogrotate(files: readonly FileResource[], { merged, name }: Adopted, facts: HostFacts): readonly Gap[] {
  const file = files.find(({ path }) => path.startsWith("/etc/logrotate.d/"));
  if (file === undefined) return [];
  const path = merged.find((each) => each.startsWith("/etc/logrotate.d/")) ?? `/etc/logrotate.d/${name}`;
  const form = (content: Uint8Array): readonly string[] =>
    readLogrotateText(new TextDecoder().decode(content), path).flatMap(({ paths, options }) => [
      ...paths,
      ...options.map((option) => `${option.name} ${option.value ?? ""}`.trim()),
    ]);
  const [was, now] = [form(facts.files.get(path) ?? new Uint8Array()), form(file.content)];
  const missing = was.filter((line) => !now.includes(line)).map((line) => `without ${line}`);
  const added = now.filter((line) => !was.includes(line)).map((line) => `with ${line}`);
  return [...missing, ...added].map((text) => ({ key: "logrotate", text: `svcdeploy would rotate its logs ${text}` }));
}

function asHostFiles(files: readonly FileResource[]): readonly { readonly path: string; readonly content: Uint8Array }[] {
  return files.map(({ path, content }) => ({ path, content }));
}
