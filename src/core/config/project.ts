/** The texts of a project's files → Project, with the mistakes of all files in one error. */
import { ConfigError, type Problem } from "../errors.ts";
import type { Project, ServiceSource, TreeMap } from "../model/declared.ts";
import { isTreeMap } from "../model/tree.ts";
import { refuseName } from "./allow-lists.ts";
import type { ReadFleet } from "./ansible/variables.ts";
import { checkRest, checkTree, withoutEchoes } from "./check.ts";
import { driftSchema, readIgnoreRules } from "./drift-ignore.ts";
import { type Inventory, readInventory } from "./inventory.ts";
import { mergeMaps } from "./merge.ts";
import { readPlaybook } from "./playbook.ts";
import { map, textThat } from "./schema-parts.ts";
import { serviceSchema } from "./service-schema.ts";
import { sortOutStrays } from "./stray-directives.ts";
import { overlayValues, readValues, setValue } from "./values.ts";
import { parseYaml, problemAt, type YamlDocument } from "./yaml.ts";

/** A file as text; file: how messages name it. */
export type SourceText = { readonly file: string; readonly text: string };

/**
 * The texts that make one environment of a project. values: base first, then the environment's, those that
 * exist.
 */
export type ProjectTexts = {
  readonly root: string;
  readonly environment: string;
  /** Null: it could not be read, which its reader reports. */
  readonly project: SourceText | null;
  readonly inventory: SourceText | null;
  /** What the inventory's `ansible:` names. */
  readonly ansible?: ReadFleet | null;
  readonly playbook: SourceText | null;
  readonly services: readonly SourceText[];
  readonly values: readonly SourceText[];
  /** --values files and --set assignments, in the order given. */
  readonly overlays: readonly SourceText[];
  readonly set: readonly string[];
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly resolvePath: (path: string) => string;
};

/** svcdeploy.yaml */
export const projectSchema = map({ name: textThat(refuseName), drift: driftSchema.optional() }, [
  "svcdeploy",
  "version",
  "requires",
  "defaults",
]);

/**
 * Parses and checks everything. Throws ConfigError with the mistakes of all files, UsageError for a bad
 * --set.
 */
export function readProject(texts: ProjectTexts): Project {
  const { project, problems } = readAsFar(texts);
  if (problems.length > 0) throw new ConfigError(problems);
  return project;
}

/**
 * A project without what is wrong in it, for later looks that find more. unsure: the first parts of names in
 * templates that have no value perhaps because of a mistake.
 */
export type ProjectAsFar = {
  readonly project: Project;
  readonly problems: readonly Problem[];
  readonly unsure: ReadonlySet<string>;
};

/** As readProject does it, as far as it can be read. Throws UsageError for a bad --set. */
export function readAsFar(texts: ProjectTexts): ProjectAsFar {
  const head = readHead(texts.project);
  const inventory = inventoryOf(texts);
  const services = readServices(texts.services);
  const scope = {
    hosts: inventory.hosts,
    groups: inventory.groups,
    knowsHosts: inventory.isWhole,
    services: services.names,
    protected: inventory.protected,
  };
  const playbook =
    texts.playbook === null
      ? { plays: [], problems: [] }
      : readPlaybook(parseYaml(texts.playbook.text, texts.playbook.file), scope);
  const values = layValues(texts);
  const project = {
    name: head.name,
    root: texts.root,
    environment: texts.environment,
    protected: inventory.protected,
    hosts: inventory.hosts,
    groups: inventory.groups,
    services: services.sources,
    plays: playbook.plays,
    driftIgnore: head.ignore,
    values: values.problems.length > 0 ? values.values : texts.set.reduce(setValue, values.values),
    files: texts.files,
  };
  const unsure = [
    ...(inventory.isWhole && inventory.problems.length === 0 ? [] : ["host", ""]),
    ...(values.problems.length === 0 ? [] : ["values", ""]),
  ];
  const parts = [head, inventory, values, services, playbook];
  return { project, problems: parts.flatMap((part) => part.problems), unsure: new Set(unsure) };
}

function inventoryOf({ inventory, resolvePath, ansible = null }: ProjectTexts): Inventory {
  if (inventory === null) return NO_INVENTORY;
  return readInventory(parseYaml(inventory.text, inventory.file), resolvePath, ansible);
}

const NO_INVENTORY: Inventory = {
  hosts: [],
  groups: new Map(),
  protected: false,
  problems: [],
  isWhole: false,
};

type Head = {
  readonly name: string;
  readonly ignore: Project["driftIgnore"];
  readonly problems: readonly Problem[];
};

/** What svcdeploy.yaml says. */
function readHead(text: SourceText | null): Head {
  if (text === null) return { name: "", ignore: [], problems: [] };
  const document = parseYaml(text.text, text.file);
  const { rest, problems } = checkRest(projectSchema, document);
  const { rules, problems: more } = readIgnoreRules(rest?.value.drift, document);
  const all = [...withoutEchoes(document.problems, problems), ...more];
  return { name: rest?.value.name ?? "", ignore: rules, problems: all };
}

type Services = {
  readonly sources: readonly ServiceSource[];
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
};

/** names: also those of files with mistakes, so that the playbook is not blamed for them. */
function readServices(texts: readonly SourceText[]): Services {
  const sources = new Map<string, ServiceSource>();
  const names: string[] = [];
  const problems: Problem[] = [];
  for (const { file, text } of texts) {
    const document = parseYaml(text, file);
    const { tree } = document;
    const sorted = sortOutStrays(document);
    const checked = checkTree(serviceSchema, sorted.document, "written");
    problems.push(...withoutEchoes(document.problems, [...sorted.problems, ...checked.problems]));
    const name = document.isBroken ? nameIn(text) : isTreeMap(tree) ? tree.name : undefined;
    if (typeof name !== "string") continue;
    names.push(name);
    if (document.isBroken || !isTreeMap(tree)) continue;
    const mistake = nameMistake(document, name, sources.get(name));
    if (mistake === null)
      sources.set(name, { name, file, tree, placeOf: document.placeOf, keyPlaceOf: document.keyPlaceOf });
    else problems.push(mistake);
  }
  return { sources: [...sources.values()], names, problems };
}

/** The name in a file that is no YAML, so that no one else is blamed for it. */
function nameIn(text: string): string | undefined {
  return /^name:[ \t]*["']?([A-Za-z0-9._-]+)/m.exec(text)?.[1];
}

function nameMistake(document: YamlDocument, name: string, other: ServiceSource | undefined): Problem | null {
  const fail = (message: string) => problemAt(document.text, document.placeOf(["name"]), message, null);
  if (name.includes("{{"))
    return fail("a service's name cannot be a template: it is known before any host is");
  return other === undefined ? null : fail(`the service "${name}" is declared in ${other.file} as well`);
}

function layValues(texts: ProjectTexts): { readonly values: TreeMap; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let values: TreeMap = Object.create(null);
  for (const { file, text } of texts.values) {
    const layer = readValues(parseYaml(text, file));
    problems.push(...layer.problems);
    values = mergeMaps(values, layer.values);
  }
  for (const { file, text } of texts.overlays) {
    const layer = overlayValues(values, parseYaml(text, file));
    problems.push(...layer.problems);
    values = layer.values;
  }
  return { values, problems };
}
