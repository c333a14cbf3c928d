/** The texts of a project's files → Project, with the mistakes of all files in one error. */
import { ConfigError, type Problem } from "../errors.ts";
import type { Project, ServiceSource, TreeMap } from "../model/declared.ts";
import { isTreeMap } from "../model/tree.ts";
import { refuseName } from "./allow-lists.ts";
import { checkTree, withoutEchoes } from "./check.ts";
import { driftSchema, readIgnoreRules } from "./drift-ignore.ts";
import { readInventory } from "./inventory.ts";
import { mergeMaps } from "./merge.ts";
import { readPlaybook } from "./playbook.ts";
import { map, textThat } from "./schema-parts.ts";
import { serviceSchema } from "./service-schema.ts";
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
  readonly project: SourceText;
  readonly inventory: SourceText;
  readonly playbook: SourceText;
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
  const projectFile = parseYaml(texts.project.text, texts.project.file);
  const project = checkTree(projectSchema, projectFile, "plain");
  const ignore = readIgnoreRules(project.value?.drift, projectFile);
  const inventory = readInventory(parseYaml(texts.inventory.text, texts.inventory.file), texts.resolvePath);
  const services = readServices(texts.services);
  const playbook = readPlaybook(parseYaml(texts.playbook.text, texts.playbook.file), {
    hosts: inventory.hosts,
    services: services.names,
    protected: inventory.protected,
  });
  const values = layValues(texts);
  const problems = [
    ...withoutEchoes(projectFile.problems, project.problems),
    ...ignore.problems,
    ...inventory.problems,
    ...values.problems,
    ...services.problems,
    ...playbook.problems,
  ];
  if (problems.length > 0 || project.value === null) throw new ConfigError(problems);
  return {
    name: project.value.name,
    root: texts.root,
    environment: texts.environment,
    protected: inventory.protected,
    hosts: inventory.hosts,
    services: services.sources,
    plays: playbook.plays,
    driftIgnore: ignore.rules,
    values: texts.set.reduce(setValue, values.values),
    files: texts.files,
  };
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
    problems.push(
      ...withoutEchoes(document.problems, checkTree(serviceSchema, document, "written").problems),
    );
    const name = isTreeMap(tree) ? tree.name : undefined;
    if (!isTreeMap(tree) || typeof name !== "string") continue;
    names.push(name);
    const mistake = nameMistake(document, name, sources.get(name));
    if (mistake === null) sources.set(name, { name, file, tree, placeOf: document.placeOf });
    else problems.push(mistake);
  }
  return { sources: [...sources.values()], names, problems };
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
