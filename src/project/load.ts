/** Reads a project folder into texts and hands them to core/config. Nothing in the folder is ever run. */
import { isUtf8 } from "node:buffer";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { type ProjectAsFar, type ProjectTexts, readAsFar, type SourceText } from "../core/config/project.ts";
import { MAX_FILE_SIZE, parseYaml } from "../core/config/yaml.ts";
import { ConfigError, didYouMean, type Problem, UsageError } from "../core/errors.ts";
import type { Project } from "../core/model/declared.ts";
import { isTreeMap } from "../core/model/tree.ts";
import { type ProgramPolicy, readAnsibleOf } from "./ansible/ansible-of.ts";
import { listFolder, listTree, readNamedFile, readProjectFile } from "./read-file.ts";

const PROJECT_FILE = "svcdeploy.yaml";
const PLAYBOOK = "playbooks/site.yaml";
const A_PLAY = "it says which services go to which hosts: - { play: NAME, hosts: all, services: [NAME] }";
const MAX_TEMPLATE_BYTES = 16 * 1024 * 1024;

/**
 * What the command line lays over the project's values. valuesFiles: paths relative to the working directory,
 * or what was read from them.
 */
export type LoadOptions = {
  readonly set: readonly string[];
  readonly valuesFiles: readonly (string | SourceText)[];
  /** Whether inventory programs are run; absent: they are. */
  readonly programs?: ProgramPolicy;
};

/**
 * Loads one environment of the project in `root`. Project.files holds templates/ and the YAML files that were
 * read. Throws UsageError (no project here, unknown environment, bad --set) and ConfigError (all mistakes of
 * all files).
 */
export async function loadProject(root: string, environment: string, options: LoadOptions): Promise<Project> {
  const { project, problems } = await loadAsFar(root, environment, options);
  if (problems.length > 0) throw new ConfigError(problems);
  return project;
}

/**
 * The same with the mistakes beside what they leave of the project, for buildTargets, which finds those of
 * later stages as well. Throws UsageError as loadProject does.
 */
export async function loadAsFar(
  root: string,
  environment: string,
  options: LoadOptions,
): Promise<ProjectAsFar> {
  const folder = resolve(root);
  await requireEnvironment(folder, environment);
  const reader: Reader = { root: folder, problems: [], files: new Map() };
  const texts = await readTexts(reader, environment, options);
  const read = readAsFar(texts);
  const files = reader.problems.map(({ place }) => place.file);
  const unsure = files.length > 0 ? ["values", "host", "", ...files.map(templateName)] : [];
  return {
    ...read,
    problems: [...reader.problems, ...read.problems],
    unsure: new Set([...read.unsure, ...unsure]),
  };
}

function templateName(file: string): string {
  return file.replace(/^templates\//, "");
}

/** The nearest folder, this one or one above it, that has a project file; null: none has. */
export async function findProject(from: string): Promise<string | null> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const read = await readProjectFile(folder, PROJECT_FILE, MAX_FILE_SIZE);
    if (read.ok || !read.missing) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** The environments of a project: the names of inventory/*.yaml, sorted. */
export async function listEnvironments(root: string): Promise<readonly string[]> {
  return (await listFolder(root, "inventory"))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length));
}

/**
 * The texts of --values files, for loadProject and to be kept. Throws UsageError and ConfigError as
 * loadProject does.
 */
export async function readValuesFiles(
  root: string,
  paths: readonly string[],
): Promise<readonly SourceText[]> {
  const reader: Reader = { root: resolve(root), problems: [], files: new Map() };
  const texts = await readOverlays(reader, paths);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return texts;
}

/**
 * What svcdeploy.yaml calls the project; null when there is none or it has no name, which loadProject says
 * better.
 */
export async function readProjectName(root: string): Promise<string | null> {
  const read = await readProjectFile(resolve(root), PROJECT_FILE, MAX_FILE_SIZE);
  if (!read.ok) return null;
  const { tree } = parseYaml(new TextDecoder().decode(read.bytes), PROJECT_FILE);
  return isTreeMap(tree) && typeof tree.name === "string" ? tree.name : null;
}

type Reader = {
  readonly root: string;
  readonly problems: Problem[];
  readonly files: Map<string, Uint8Array>;
};

/** Throws UsageError where there is no project in the folder. */
export async function requireProject(root: string): Promise<void> {
  const project = await readProjectFile(root, PROJECT_FILE, MAX_FILE_SIZE);
  if (!project.ok && project.missing)
    throw new UsageError(
      `There is no ${PROJECT_FILE} in ${root}`,
      "Go to the project's folder, or name it with --project DIR.",
    );
}

async function requireEnvironment(root: string, environment: string): Promise<void> {
  await requireProject(root);
  const known = await listEnvironments(root);
  if (known.includes(environment)) return;
  const list =
    known.length === 0
      ? "The project has none: write inventory/NAME.yaml."
      : `Environments: ${known.join(", ")}.`;
  const nearest = didYouMean(environment, known);
  throw new UsageError(
    `There is no environment "${environment}"`,
    nearest === null ? list : `${nearest} ${list}`,
  );
}

async function readTexts(reader: Reader, environment: string, options: LoadOptions): Promise<ProjectTexts> {
  const { root, files } = reader;
  const project = await readText(reader, PROJECT_FILE);
  const written = await readText(reader, `inventory/${environment}.yaml`);
  const policy = options.programs ?? "run";
  const { ansible, problems } =
    written === null ? { ansible: null, problems: [] } : await readAnsibleOf(root, written, policy);
  reader.problems.push(...problems);
  const playbook = await readText(reader, PLAYBOOK);
  const services = await readAll(reader, await listServices(reader));
  const present = await listFolder(root, "values");
  const layers = new Set(["base.yaml", `${environment}.yaml`].filter((name) => present.includes(name)));
  const values = await readAll(
    reader,
    [...layers].map((name) => `values/${name}`),
  );
  const overlays = await readOverlays(reader, options.valuesFiles);
  await readTemplates(reader);
  return {
    root,
    environment,
    project,
    inventory: problems.length > 0 ? null : written,
    ansible,
    playbook,
    services,
    values,
    overlays,
    set: options.set,
    files,
    resolvePath: (path) => resolveKeyPath(root, path),
  };
}

async function listServices(reader: Reader): Promise<readonly string[]> {
  const names = await listFolder(reader.root, "services");
  for (const name of names.filter((candidate) => candidate.endsWith(".yml"))) {
    fail(
      reader,
      `services/${name}`,
      "only .yaml files are read here",
      `rename it to ${name.replace(/\.yml$/, ".yaml")}`,
    );
  }
  return names.filter((name) => name.endsWith(".yaml")).map((name) => `services/${name}`);
}

async function readAll(reader: Reader, paths: readonly string[]): Promise<readonly SourceText[]> {
  const texts = await Promise.all(paths.map((path) => readText(reader, path)));
  return texts.filter((text) => text !== null);
}

async function readText(reader: Reader, path: string): Promise<SourceText | null> {
  const read = await readProjectFile(reader.root, path, MAX_FILE_SIZE);
  if (!read.ok) return fail(reader, path, read.reason, read.missing && path === PLAYBOOK ? A_PLAY : null);
  reader.files.set(path, read.bytes);
  return decode(reader, path, read.bytes);
}

async function readOverlays(
  reader: Reader,
  files: readonly (string | SourceText)[],
): Promise<readonly SourceText[]> {
  const texts: SourceText[] = [];
  for (const path of files) {
    if (typeof path !== "string") {
      texts.push(path);
      continue;
    }
    const read = await readNamedFile(path, MAX_FILE_SIZE);
    if (!read.ok) throw new UsageError(`--values: ${read.reason}`);
    const inside = relative(reader.root, resolve(path));
    const text = decode(reader, inside.startsWith("..") || isAbsolute(inside) ? path : inside, read.bytes);
    if (text !== null) texts.push(text);
  }
  return texts;
}

async function readTemplates(reader: Reader): Promise<void> {
  for (const path of await listTree(reader.root, "templates")) {
    const read = await readProjectFile(reader.root, path, MAX_TEMPLATE_BYTES);
    if (read.ok) reader.files.set(path, read.bytes);
    else fail(reader, path, read.reason, null);
  }
}

function decode(reader: Reader, file: string, bytes: Uint8Array): SourceText | null {
  const text = new TextDecoder("utf-8").decode(bytes);
  if (isUtf8(bytes)) return { file, text };
  const before = text.slice(0, text.indexOf("\u{fffd}")).split("\n");
  const place = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  reader.problems.push({ place, message: "the file is not UTF-8 text", hint: null, excerpt: "" });
  return null;
}

function resolveKeyPath(root: string, path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(root, path);
}

function fail(reader: Reader, file: string, message: string, hint: string | null): null {
  reader.problems.push({ place: { file, line: 1, column: 1 }, message, hint, excerpt: "" });
  return null;
}
