/**
 * Every line of every file that a service is to have on a host, with where it comes from. A second pass over
 * what was rendered: nothing else pays for it.
 */

import type { Host, Project, ServiceSource } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { type RenderInputs, renderService } from "../render/render.ts";
import type { TemplateContext } from "../render/template.ts";
import type { Mistakes, UnitTrace } from "../render/unit-text.ts";
import type { Secret } from "../secret.ts";
import { configLines } from "./config-origins.ts";
import { at, makeValueFinder } from "./layered-values.ts";
import type { ExplainedFile, ExplainedLine } from "./line-origin.ts";
import {
  blockLines,
  environmentLines,
  logrotateLines,
  otherLines,
  type TextOrigins,
} from "./text-origins.ts";
import { unitLines } from "./unit-origins.ts";
import { type FindInput, writtenPlaces } from "./written-places.ts";

/**
 * What was rendered, and of what. secrets: what was put in their places, by name; files: as rendered with
 * these.
 */
export type Explanation = {
  readonly project: Project;
  readonly source: ServiceSource;
  readonly service: Service;
  readonly host: Host;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly artifact: RenderInputs["artifact"];
  readonly files: readonly FileResource[];
  /** What the command line laid over the values. */
  readonly overlays: readonly { readonly file: string; readonly text: string }[];
  readonly set: readonly string[];
};

/** The files in their order. A file of a kind that nothing is known of is svcdeploy's own. */
export function explainFiles(of: Explanation): readonly ExplainedFile[] {
  const about = originsOf(of);
  const traces = traceUnits(of, about.context);
  const told = new Set<UnitTrace>();
  return of.files.map((file) => {
    const { path, mode, owner, group, secret, content } = file;
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(content);
    const same = traces.filter((each) => each.text === text);
    // Units that read the same take the traces in turn.
    const trace = same.find((each) => !told.has(each)) ?? same[0] ?? null;
    if (trace !== null) told.add(trace);
    const lines =
      trace === null ? linesOfFile(file, text, about) : unitLines(trace, about.service, about.written);
    return { path, mode, owner, group, secret, lines };
  });
}

function originsOf({ project, source, service, host, secrets, overlays, set }: Explanation): TextOrigins {
  const textOf = (file: string): string | null => {
    const bytes = project.files.get(file);
    return bytes === undefined ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  };
  const { environment, hosts } = project;
  const inFiles = makeValueFinder({
    environment,
    host,
    hosts: hosts.map(({ name }) => name),
    text: textOf,
    overlays,
    set,
  });
  const find: FindInput = (path) => inFiles(path) ?? ofService(path, source, service);
  const context: TemplateContext = {
    env: environment,
    host,
    service: { name: service.name },
    values: project.values,
    secrets,
  };
  return { service, context, find, textOf, written: writtenPlaces(source, context, find) };
}

function ofService(path: readonly string[], source: ServiceSource, service: Service): ReturnType<FindInput> {
  const [head, name] = path;
  if (head === "service") return { name: path.join("."), from: [at(source.placeOf(["name"]))], over: [] };
  const secret = head === "secrets" ? service.secrets.find((each) => each.name === name) : undefined;
  return secret === undefined ? null : { name: path.join("."), from: [at(secret.place)], over: [] };
}

/** Renders once more, with an ear at the units. */
function traceUnits(
  { service, host, artifact, project, secrets, files }: Explanation,
  context: TemplateContext,
): readonly UnitTrace[] {
  const trace: UnitTrace[] = [];
  const problems: Mistakes = Object.assign([], { trace });
  const named = new Map(
    files.filter(({ role }) => role === "config").map(({ path, content }) => [path, content]),
  );
  // Sources outside templates/ are not at hand here, but what became of them is.
  const sources = service.files.flatMap(({ path, from }): [string, Uint8Array][] => {
    const content = named.get(path);
    return content === undefined || from.kind === "content"
      ? []
      : [[from.kind === "source" ? from.source : from.template, content]];
  });
  renderService(
    service,
    host,
    {
      env: context.env,
      values: context.values,
      secrets,
      artifact,
      files: new Map([...sources, ...project.files]),
    },
    problems,
  );
  return trace;
}

function linesOfFile(file: FileResource, text: string, about: TextOrigins): readonly ExplainedLine[] | null {
  const config = about.service.files.find(({ path }) => path === file.path);
  if (config !== undefined) return configLines(file, config, about);
  const block = about.service.blockFiles.find(({ path }) => path === file.path);
  if (block !== undefined) return blockLines(text, block, about);
  if (file.role === "environment") return environmentLines(text, file.path, about);
  if (file.role === "logrotate") return logrotateLines(text, about);
  return otherLines(text, file.path, about);
}
