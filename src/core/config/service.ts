/** An expanded service file → Service: every default filled, every directive known to the host's systemd. */

import { ConfigError, type Problem } from "../errors.ts";
import type { Artifact } from "../model/artifact.ts";
import type { Host, Place, ServiceSource, TreeMap } from "../model/declared.ts";
import type { ConfigFile, SecretSource, Service } from "../model/service.ts";
import { isTreeMap } from "../model/tree.ts";
import { refuseVariable } from "./allow-lists.ts";
import { artifactForm } from "./artifact-form.ts";
import { readBlocks } from "./blocks/blocks.ts";
import { readCache } from "./cache.ts";
import { checkRest } from "./check.ts";
import { readPaths, readSockets, readTimers } from "./companions.ts";
import { readDirectives } from "./directives.ts";
import { readDropIns } from "./drop-ins.ts";
import { readCheck } from "./health-schema.ts";
import { readInstances } from "./instances.ts";
import { readLogrotate } from "./logrotate-schema.ts";
import { serviceSchema, type WrittenService } from "./service-schema.ts";
import { readSignature } from "./signature-schema.ts";
import { sortOutStrays } from "./stray-directives.ts";
import type { TreePath } from "./yaml.ts";

const DEFAULT_KEEP = 5;
const DEFAULT_SETTLE_SECONDS = 10;

/** What the parts below need: the service as read, where its values are, and a place for mistakes. */
type Reading = {
  readonly written: WrittenService;
  readonly tree: TreeMap;
  readonly host: Host;
  readonly placeOf: (path: TreePath) => Place;
  readonly problems: Problem[];
};

/**
 * Normalises one service for one host. expanded: source.tree with its templates expanded
 * (core/render/expand.ts). Throws ConfigError with every mistake; its excerpts are empty
 * (core/config/excerpts.ts fills them from the files' text).
 */
export function normaliseService(source: ServiceSource, expanded: TreeMap, host: Host): Service {
  const { service, problems } = normaliseAsFar(source, { tree: expanded, wrong: [] }, host);
  if (service === null || problems.length > 0) throw new ConfigError(problems);
  return service;
}

/** What could be read of a service: null where its mistakes leave nothing of it. */
export type ServiceAsFar = { readonly service: Service | null; readonly problems: readonly Problem[] };

/**
 * The same without what is wrong, so that what is wrong elsewhere is found too. wrong: strings to leave out.
 */
export function normaliseAsFar(
  source: ServiceSource,
  { tree, wrong }: { readonly tree: TreeMap; readonly wrong: readonly TreePath[] },
  host: Host,
): ServiceAsFar {
  const sorted = sortOutStrays({
    tree,
    text: "",
    placeOf: source.placeOf,
    keyPlaceOf: source.keyPlaceOf ?? source.placeOf,
  });
  const { rest, problems } = checkRest(
    serviceSchema,
    sorted.document,
    wrong.filter((path) => !path.includes("ExecStart")),
  );
  const found = [
    ...sorted.problems,
    ...problems.filter(({ place }) => !wrong.some((path) => isAt(source, path, place))),
  ];
  if (rest === null || !isTreeMap(rest.tree)) return { service: null, problems: found };
  const placeOf = (path: TreePath): Place => source.placeOf(rest.pathOf(path));
  const reading: Reading = { written: rest.value, tree: rest.tree, host, placeOf, problems: [] };
  const service = readService(reading, source);
  return { service, problems: [...found, ...reading.problems] };
}

function isAt({ placeOf }: ServiceSource, path: TreePath, place: Place): boolean {
  const { line, column } = placeOf(path);
  return line === place.line && column === place.column;
}

function readService(reading: Reading, source: ServiceSource): Service {
  const { written } = reading;
  const account = readAccount(written);
  return {
    name: written.name,
    file: source.file,
    artifact: readArtifact(reading),
    account,
    unit: readDirectives(reading, "Unit", "unit"),
    service: readDirectives(reading, "Service", "service"),
    install: readInstall(reading),
    hardening: written.hardening ?? "off",
    runtime: written.runtime ?? null,
    timers: readTimers(reading),
    sockets: readSockets(reading),
    instances: readInstances(reading),
    paths: readPaths(reading),
    dropIns: readDropIns(reading),
    environment: readEnvironment(reading),
    secrets: readSecretSources(reading),
    files: (written.files ?? []).map((file, index) => readFile(file, reading.placeOf, index)),
    slice: readSlice(reading),
    cache: readCache(reading, account),
    logrotate:
      written.logrotate === undefined
        ? null
        : readLogrotate(written.logrotate, reading.placeOf(["logrotate"])),
    directories: readDirectories(reading, account),
    blockFiles: readBlocks(reading),
    health: (written.health ?? []).map((check, index) =>
      readCheck(check, reading.placeOf(["health", index])),
    ),
    settleSeconds: written.settle ?? DEFAULT_SETTLE_SECONDS,
    lintIgnore: (written.lint?.ignore ?? []).map((ignored, index) => ({
      ...ignored,
      place: reading.placeOf(["lint", "ignore", index]),
    })),
  };
}

function readAccount({ account }: WrittenService): Service["account"] {
  if (account === undefined) return null;
  return {
    user: account.user,
    group: account.group ?? account.user,
    groups: account.groups ?? [],
    home: account.home ?? "/nonexistent",
  };
}

function readInstall(reading: Reading): Service["install"] {
  if (reading.written.install !== undefined) return readDirectives(reading, "Install", "install");
  return [{ name: "WantedBy", value: "multi-user.target", place: reading.placeOf([]) }];
}

function readArtifact({ written, placeOf }: Reading): Service["artifact"] {
  const { artifact } = written;
  if (artifact === undefined) return null;
  return {
    source: artifact.source.replace(/\/$/, ""),
    form: artifactForm(artifact.source),
    strip: artifact.strip ?? 0,
    ...readVersion(artifact.version),
    sha256: artifact.sha256 ?? null,
    signature:
      artifact.signature === undefined
        ? null
        : readSignature(artifact.signature, placeOf(["artifact", "signature"])),
    keep: artifact.keep ?? DEFAULT_KEEP,
    // What is wrong with a URL is mostly that it does not answer, not its sha256.
    place: placeOf([
      "artifact",
      artifact.sha256 === undefined || artifact.source.startsWith("https:") ? "source" : "sha256",
    ]),
  };
}

function readVersion(
  version: NonNullable<WrittenService["artifact"]>["version"],
): Pick<Artifact, "version" | "says"> {
  if (typeof version === "object") return { version: null, says: version };
  return { version: version ?? null };
}

function readEnvironment(reading: Reading): Service["environment"] {
  return Object.entries(reading.written.environment ?? {}).map(([name, value]) => {
    const place = reading.placeOf(["environment", name]);
    refuse(reading, place, refuseVariable(name));
    return { name, value, place };
  });
}

function readSecretSources(reading: Reading): Service["secrets"] {
  const environment = reading.written.environment ?? {};
  return Object.entries(reading.written.secrets ?? {}).map(([name, secret]) => {
    const place = reading.placeOf(["secrets", name]);
    refuse(
      reading,
      place,
      refuseVariable(name) ??
        (Object.hasOwn(environment, name) ? `${name} is in environment: as well` : null),
    );
    return { name, source: sourceOf(secret), deliver: secret.deliver ?? "environment", place };
  });
}

function sourceOf({ env, exec, file }: NonNullable<WrittenService["secrets"]>[string]): SecretSource {
  if (env !== undefined) return { provider: "env", variable: env };
  return exec === undefined ? { provider: "file", path: file ?? "" } : { provider: "exec", command: exec };
}

type WrittenFile = NonNullable<WrittenService["files"]>[number];

function readFile(file: WrittenFile, placeOf: Reading["placeOf"], index: number): ConfigFile {
  return {
    path: file.path,
    from: readFrom(file),
    mode: file.mode ?? "0644",
    owner: file.owner ?? "root",
    group: file.group ?? "root",
    onChange: file.onChange ?? "restart",
    // A template that is written in place is reported where its text starts.
    place: placeOf(["files", index, ...(file.content === undefined ? [] : ["content"])]),
  };
}

function readFrom(file: WrittenFile): ConfigFile["from"] {
  if (file.template !== undefined) return { kind: "template", template: file.template };
  return file.content === undefined
    ? { kind: "source", source: file.source ?? "" }
    : { kind: "content", content: file.content };
}

function readSlice(reading: Reading): Service["slice"] {
  const { slice } = reading.written;
  if (slice === undefined) return null;
  return {
    name: slice.name?.[0] ?? "",
    directives: readDirectives(reading, "Slice", "slice").filter(({ name }) => name !== "name"),
    place: reading.placeOf(["slice"]),
  };
}

function readDirectories({ written, placeOf }: Reading, account: Service["account"]): Service["directories"] {
  return (written.directories ?? []).map((directory, index) => ({
    path: directory.path,
    mode: directory.mode ?? "0755",
    owner: directory.owner ?? account?.user ?? "root",
    group: directory.group ?? account?.group ?? "root",
    place: placeOf(["directories", index]),
  }));
}

function refuse(reading: Reading, place: Place, reason: string | null): void {
  if (reason !== null) reading.problems.push({ place, message: reason, hint: null, excerpt: "" });
}
