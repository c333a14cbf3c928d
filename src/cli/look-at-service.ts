/**
 * What explain and env start with: one service on one host, rendered with neither its secrets nor its
 * artifact, so that it works on any machine.
 */
import { resolve } from "node:path";
import type { SourceText } from "../core/config/project.ts";
import { UsageError } from "../core/errors.ts";
import type { ArtifactFile } from "../core/model/artifact.ts";
import type { Project, ServiceSource } from "../core/model/declared.ts";
import type { FileResource, HostTarget } from "../core/model/resource.ts";
import type { Service } from "../core/model/service.ts";
import { Secret } from "../core/secret.ts";
import { targetsOf } from "../core/target/play-targets.ts";
import { programPolicy } from "../project/ansible/ansible-of.ts";
import { loadAsFar, readValuesFiles } from "../project/load.ts";
import { buildTargets, STAND_INS } from "../project/targets.ts";
import type { Arguments } from "./options/arguments.ts";
import type { LOOKING } from "./options/groups.ts";
import { type ProjectSelection, selectionOf } from "./options/selection.ts";
import { suggest } from "./suggest.ts";
import type { Surroundings } from "./surroundings.ts";

/** The service, and what else stood behind the command. Secrets stand in the files as `<secret NAME>`. */
export type LookedAtService = {
  readonly project: Project;
  readonly source: ServiceSource;
  readonly service: Service;
  readonly target: HostTarget;
  readonly files: readonly FileResource[];
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Made up; null: the service has none. */
  readonly artifact: ArtifactFile | null;
  readonly overlays: readonly SourceText[];
  readonly set: readonly string[];
  /** The operand behind service and host. */
  readonly what: string | null;
};

/**
 * Renders the service that the operands name. Throws UsageError where there is no such service or host, or no
 * play brings the one to the other.
 */
export async function lookAtService(
  { options, operands }: Arguments<typeof LOOKING>,
  { workingDirectory, environment }: Pick<Surroundings, "workingDirectory" | "environment">,
): Promise<LookedAtService> {
  const selection = selectionOf(options);
  const question = questionOf(operands);
  const root = resolve(workingDirectory, selection.project);
  const overlays = await readOverlays(root, selection, workingDirectory);
  const around = { set: selection.set, valuesFiles: overlays, programs: programPolicy(environment) };
  const loaded = await loadAsFar(root, selection.environment, around);
  const { project } = loaded;
  if (loaded.problems.length === 0) requireBoth(project, question);
  const built = await buildTargets(
    loaded,
    { limit: question.host, services: [question.service] },
    { describe: STAND_INS.describe, readSecrets: maskSecrets },
  );
  const targets = targetsOf(built.plays);
  const target = targets[0];
  const service = built.services.get(question.host)?.[0];
  const source = project.services.find(({ name }) => name === question.service);
  if (target === undefined || service === undefined || source === undefined)
    throw new Error("a selection gave nothing");
  const files = targets.flatMap(({ resources }) => resources).filter((resource) => resource.kind === "file");
  const distinct = [...new Map(files.map((file) => [file.path, file])).values()];
  return {
    project,
    source,
    service,
    target,
    files: distinct,
    secrets: new Map(built.secrets.map((secret) => [secret.name, secret])),
    artifact: service.artifact === null ? null : await STAND_INS.describe(service.artifact),
    overlays,
    set: selection.set,
    what: question.what,
  };
}

async function readOverlays(
  root: string,
  { valuesFiles }: ProjectSelection,
  folder: string,
): Promise<readonly SourceText[]> {
  return await readValuesFiles(
    root,
    valuesFiles.map((file) => resolve(folder, file)),
  );
}

/** No secret is read: its name is in its place. */
async function maskSecrets(service: Service): Promise<ReadonlyMap<string, Secret>> {
  return new Map(service.secrets.map(({ name }) => [name, new Secret(name, `<secret ${name}>`)]));
}

type ServiceQuestion = { readonly service: string; readonly host: string; readonly what: string | null };

function questionOf([first = "", ...rest]: readonly string[]): ServiceQuestion {
  const [, service, at] = /^([^@]+)@(.+)$/.exec(first) ?? [];
  const words = service === undefined || at === undefined ? [first, ...rest] : [service, at, ...rest];
  const [name = "", host, what = null, extra] = words;
  if (extra !== undefined)
    throw new UsageError(
      `Unexpected argument ${JSON.stringify(extra)}`,
      "Name SERVICE HOST, and at most one more word.",
    );
  if (name !== "" && host !== undefined) return { service: name, host, what };
  throw new UsageError(
    name === "" ? "Which service on which host?" : `On which host? You named only ${name}`,
    "Name them as SERVICE HOST, or SERVICE@HOST.",
  );
}

function requireBoth(project: Project, { service, host }: ServiceQuestion): void {
  const services = project.services.map(({ name }) => name);
  const hosts = project.hosts.map(({ name }) => name);
  if (!services.includes(service))
    throw new UsageError(`There is no service ${JSON.stringify(service)}`, suggest(service, services, ""));
  if (!hosts.includes(host))
    throw new UsageError(
      `${project.environment} has no host ${JSON.stringify(host)}`,
      suggest(host, hosts.slice(0, 100), ""),
    );
  const bringing = project.plays.filter((play) => play.services.includes(service));
  if (bringing.some((play) => play.hosts.includes(host))) return;
  const where = [...new Set(bringing.flatMap((play) => play.hosts))];
  const hint =
    where.length === 0
      ? "No play deploys it."
      : `Plays deploy it to ${where.slice(0, 20).join(", ")}${where.length > 20 ? " …" : ""}.`;
  throw new UsageError(`No play deploys ${service} to ${host}`, hint);
}
