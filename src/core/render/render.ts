/**
 * Rendering: one service for one host becomes the resources that the host is to have. Pure; reads no host
 * state.
 */
import { ConfigError } from "../errors.ts";
import type { ArtifactFile } from "../model/artifact.ts";
import type { Host, TreeMap } from "../model/declared.ts";
import type {
  DirectoryResource,
  FileResource,
  LinkResource,
  ReleaseResource,
  Resource,
} from "../model/resource.ts";
import type { SecretValues, Service } from "../model/service.ts";
import { renderAccount } from "./account.ts";
import { checkInstall, renderAliases } from "./aliases.ts";
import { renderBlockFiles } from "./block-files.ts";
import { renderCacheUnits } from "./cache-units.ts";
import { renderConfigFiles } from "./config-files.ts";
import { renderCredentialFiles } from "./credential-files.ts";
import { renderDirectories } from "./directories.ts";
import { renderDropIns } from "./drop-in-files.ts";
import { renderEnablement } from "./enablement.ts";
import { renderEnvironmentFile } from "./environment-file.ts";
import { renderLogrotateFile } from "./logrotate-file.ts";
import { uniteResources } from "./merge-resources.ts";
import { type RenderedUnit, renderMountUnit } from "./mount-unit.ts";
import { renderPathUnits } from "./path-units.ts";
import { renderRelease } from "./release.ts";
import { checkPrograms } from "./release-programs.ts";
import { renderServiceUnit } from "./service-unit.ts";
import { renderSliceUnit } from "./slice-unit.ts";
import { renderSocketUnits } from "./socket-units.ts";
import { renderTimerUnits } from "./timer-units.ts";
import type { Mistakes } from "./unit-text.ts";

/**
 * What rendering needs beside service and host. files: project files by path relative to the root. artifact:
 * the file behind service.artifact, as found on the controller.
 */
export type RenderInputs = {
  readonly env: string;
  readonly values: TreeMap;
  readonly secrets: SecretValues;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly artifact: ArtifactFile | null;
};

/**
 * The resources of one service on one host, in the order of compareResources; ids are unique. `after` of a
 * unit may name units of other services: mergeResources keeps those that exist. problems: an empty list, with
 * a trace when the lines' origins are wanted. Throws ConfigError with every mistake found: values a format
 * cannot carry, missing files or secrets.
 */
export function renderService(
  service: Service,
  host: Host,
  inputs: RenderInputs,
  problems: Mistakes = [],
): Resource[] {
  const release = renderRelease(service, inputs.artifact, problems);
  checkPrograms(service, inputs.artifact, problems);
  const environment = renderEnvironmentFile(service, inputs.secrets, problems);
  const credentials = renderCredentialFiles(service, host, inputs.secrets, problems);
  const configs = renderConfigFiles(service, host, inputs, problems);
  const slice = renderSliceUnit(service, host, problems);
  const mount = renderMountUnit(service, problems);
  const parts = { environment, credentials, configs, release: findRelease(release), slice, mount };
  const main = renderServiceUnit(service, parts, problems);
  const beside = [
    ...renderSocketUnits(service, problems),
    ...renderTimerUnits(service, parts, problems),
    ...renderPathUnits(service, parts, problems),
    ...renderCacheUnits(service, mount, problems),
  ];
  const units = [...slice, ...mount.resources, ...[...main, ...beside].flatMap(({ resources }) => resources)];
  const installed = [...main, mount, ...beside];
  const links = renderInstall(service.name, installed, problems);
  const files = [
    ...environment,
    ...credentials,
    ...configs.map((config) => config.file),
    ...renderLogrotateFile(service, problems),
    ...renderDropIns(service, problems),
    ...renderBlockFiles(service),
  ];
  const directories = renderDirectories(service, pathsOf([...files, ...links]), release.length > 0);
  if (problems.length > 0) throw new ConfigError(problems);
  const all = [...renderAccount(service), ...directories, ...release, ...files, ...links, ...units];
  return uniteResources(all, new Map([[service.name, service.file]]));
}

/** The links that [Install] of these units asks for. */
function renderInstall(
  service: string,
  installed: readonly RenderedUnit[],
  problems: Mistakes,
): readonly LinkResource[] {
  const ours = new Set(installed.flatMap((rendered) => rendered.unit ?? []));
  for (const rendered of installed) checkInstall(rendered, ours, problems);
  return installed.flatMap((rendered) => [
    ...renderEnablement(service, rendered, problems),
    ...renderAliases(service, rendered, problems),
  ]);
}

function findRelease(resources: readonly Resource[]): ReleaseResource | null {
  return resources.find((resource) => resource.kind === "release") ?? null;
}

function pathsOf(resources: readonly (FileResource | LinkResource | DirectoryResource)[]): readonly string[] {
  return resources.map((resource) => resource.path);
}
