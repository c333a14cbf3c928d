/** A service's files beside its unit: from a template, from content written in place, or copied as bytes. */

import { ConfigError, didYouMean, nameList, type Problem } from "../errors.ts";
import type { Host, Place, TreeMap } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { ConfigFile, SecretValues, Service } from "../model/service.ts";
import { baseName } from "../unit-file/path-name.ts";
import { makeFile } from "./make-file.ts";
import { shownLines } from "./shown-lines.ts";
import { renderTemplate, type TemplateContext } from "./template.ts";
import { makeProblem } from "./unit-text.ts";

/** A config file with the name by which reasons call it: its baseName, or its path where two share one. */
export type RenderedConfig = { readonly label: string; readonly file: FileResource };

/** What templates may see, and the project's files by path relative to its root. */
export type ConfigInputs = {
  readonly env: string;
  readonly values: TreeMap;
  readonly secrets: SecretValues;
  readonly files: ReadonlyMap<string, Uint8Array>;
};

/**
 * All config files of a service. A file whose template used a secret is secret itself, and must not be
 * readable by every user.
 */
export function renderConfigFiles(
  service: Service,
  host: Host,
  inputs: ConfigInputs,
  problems: Problem[],
): readonly RenderedConfig[] {
  const context = {
    env: inputs.env,
    host,
    service: { name: service.name },
    values: inputs.values,
    secrets: inputs.secrets,
  };
  return service.files.flatMap((config) => {
    const content = readContent(config, context, inputs.files, problems);
    if (content === null) return [];
    if (content.usesSecrets) reportOpenMode(config, problems);
    const { mode, owner, group, onChange } = config;
    const file = makeFile(service.name, "config", config.path, content.data, {
      mode,
      owner,
      group,
      onChange,
      secret: content.usesSecrets,
      ...(content.shown === undefined ? {} : { shown: content.shown }),
    });
    return [{ label: labelOf(config, service.files), file }];
  });
}

type Content = {
  readonly data: string | Uint8Array;
  readonly usesSecrets: boolean;
  readonly shown?: FileResource["shown"];
};

function readContent(
  config: ConfigFile,
  context: TemplateContext,
  files: ReadonlyMap<string, Uint8Array>,
  problems: Problem[],
): Content | null {
  const from = config.from;
  switch (from.kind) {
    case "content":
      return expand(from.content, context, config.place, problems);
    case "source":
      return readSource(from.source, config.place, files, problems);
    case "template": {
      const name = [`templates/${from.template}`, from.template].find((path) => files.has(path));
      const text = decodeText(name === undefined ? undefined : files.get(name));
      if (name !== undefined && text !== null)
        return expand(text, context, { file: name, line: 1, column: 1 }, problems);
      const [message, hint] =
        name === undefined
          ? ["is not there", whereTemplates(from.template, files)]
          : ["is not UTF-8 text", "Use source: for bytes."];
      problems.push({
        ...makeProblem(config.place, `The template ${from.template} ${message}`, hint),
        ...(name === undefined ? { unresolved: from.template } : {}),
      });
      return null;
    }
  }
}

/** The template that may be meant, or those there are. */
function whereTemplates(name: string, files: ReadonlyMap<string, Uint8Array>): string {
  const known = [...files.keys()].filter((path) => path.startsWith(TEMPLATES));
  const names = known.map((path) => path.slice(TEMPLATES.length));
  if (names.length === 0) return "Templates are in templates/, which has none.";
  return didYouMean(name, names) ?? `Templates are in templates/: ${nameList(names)}.`;
}

const TEMPLATES = "templates/";

function readSource(
  source: string,
  place: Place,
  files: ReadonlyMap<string, Uint8Array>,
  problems: Problem[],
): Content | null {
  const data = files.get(source);
  if (data !== undefined) return { data, usesSecrets: false };
  const hint = "The path starts at the project folder.";
  problems.push({ ...makeProblem(place, `The source ${source} is not there`, hint), unresolved: source });
  return null;
}

/** A template's mistakes join the others, so that all are reported in one go. */
function expand(
  template: string,
  context: TemplateContext,
  origin: Place,
  problems: Problem[],
): Content | null {
  try {
    const { text, usesSecrets, spans } = renderTemplate(template, context, origin);
    return { data: text, usesSecrets, ...(usesSecrets ? { shown: shownLines(text, spans) } : {}) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return null;
  }
}

function decodeText(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return null;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return Buffer.from(text).equals(bytes) ? text : null;
}

function reportOpenMode(config: ConfigFile, problems: Problem[]): void {
  if ((Number.parseInt(config.mode, 8) & ~0o640) === 0) return;
  const hint = 'Write mode: "0640" or less; group: names who may read it.';
  problems.push(
    makeProblem(
      config.place,
      `${config.path} holds a secret, and its mode ${config.mode} is wider than 0640`,
      hint,
    ),
  );
}

function labelOf(config: ConfigFile, all: readonly ConfigFile[]): string {
  const name = baseName(config.path);
  return all.filter((other) => baseName(other.path) === name).length > 1 ? config.path : name;
}
