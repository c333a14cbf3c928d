/**
 * The names in a project, for completion: what can be read of its files, broken ones included. Reads no
 * secret, renders nothing, never throws.
 */

import { resolve } from "node:path";
import { expandRanges } from "../core/config/ranges.ts";
import { MAX_FILE_SIZE, parseYaml } from "../core/config/yaml.ts";
import type { Tree, TreeMap } from "../core/model/declared.ts";
import { isTreeMap } from "../core/model/tree.ts";
import { listFolder, readProjectFile } from "./read-file.ts";

/** Names that a command line may hold. environment null: those of all environments. */
export type ProjectNames = {
  readonly environments: () => Promise<readonly string[]>;
  readonly hosts: (environment: string | null) => Promise<readonly string[]>;
  readonly groups: (environment: string | null) => Promise<readonly string[]>;
  readonly services: () => Promise<readonly string[]>;
  /** As SERVICE@INSTANCE; without those that a template or a shell would make something else of. */
  readonly instances: (service: string) => Promise<readonly string[]>;
  /** Dotted paths of the values that --set may change. */
  readonly valueKeys: (environment: string | null) => Promise<readonly string[]>;
};

/** The names of the project in a folder, each read when it is asked for. */
export function makeProjectNames(folder: string): ProjectNames {
  const root = resolve(folder);
  const environments = () => yamlNames(root, "inventory");
  const inventories = async (environment: string | null): Promise<readonly TreeMap[]> => {
    const names = environment === null ? await environments() : [environment];
    return (await Promise.all(names.map((name) => readTree(root, `inventory/${name}.yaml`)))).map(mapOf);
  };
  return {
    environments,
    hosts: async (environment) =>
      distinct(
        (await inventories(environment)).flatMap(({ hosts }) => Object.keys(mapOf(hosts)).flatMap(hostNames)),
      ),
    groups: async (environment) =>
      distinct((await inventories(environment)).flatMap(({ groups }) => Object.keys(mapOf(groups)))),
    services: async () =>
      distinct(await Promise.all((await yamlNames(root, "services")).map((name) => serviceName(root, name)))),
    instances: async (service) => {
      const trees = await Promise.all(
        (await yamlNames(root, "services")).map((name) => readTree(root, `services/${name}.yaml`)),
      );
      const { instances } = trees.map(mapOf).find(({ name }) => name === service) ?? {};
      const names = Array.isArray(instances) ? instances.map(String) : [];
      return distinct(
        names.filter((name) => /^[A-Za-z0-9._:-]+$/.test(name)).map((name) => `${service}@${name}`),
      );
    },
    valueKeys: async (environment) => {
      const layers = environment === null ? ["base"] : ["base", environment];
      return distinct(
        (await Promise.all(layers.map((name) => readTree(root, `values/${name}.yaml`)))).flatMap((tree) =>
          leafPaths(tree, ""),
        ),
      );
    },
  };
}

async function yamlNames(root: string, folder: string): Promise<readonly string[]> {
  const names = await listFolder(root, folder).catch(() => []);
  return names.filter((name) => name.endsWith(".yaml")).map((name) => name.slice(0, -".yaml".length));
}

async function readTree(root: string, path: string): Promise<Tree> {
  const read = await readProjectFile(root, path, MAX_FILE_SIZE).catch(() => null);
  return read?.ok === true ? parseYaml(new TextDecoder().decode(read.bytes), path).tree : null;
}

/** A service is called as its file says; one that cannot be read, as the file. */
async function serviceName(root: string, name: string): Promise<string> {
  const written = mapOf(await readTree(root, `services/${name}.yaml`)).name;
  return typeof written === "string" && written !== "" ? written : name;
}

function hostNames(pattern: string): readonly string[] {
  const expanded = expandRanges(pattern);
  return expanded.ok ? expanded.texts : [];
}

function leafPaths(tree: Tree, path: string): readonly string[] {
  const inner = Object.entries(mapOf(tree));
  if (inner.length === 0) return path === "" ? [] : [path];
  return inner.flatMap(([key, value]) => leafPaths(value, path === "" ? key : `${path}.${key}`));
}

function mapOf(tree: Tree | undefined): TreeMap {
  return isTreeMap(tree) ? tree : {};
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
