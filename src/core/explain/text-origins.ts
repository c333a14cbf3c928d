/** Where the lines of files that are made of a block come from: environment, secrets, logrotate, blocks. */

import type { BlockFile, Service } from "../model/service.ts";
import type { TemplateContext } from "../render/template.ts";
import { effectiveValues } from "../render/unit-text.ts";
import { readEnvironmentText } from "../unit-file/environment-text.ts";
import { at } from "./layered-values.ts";
import { type ExplainedLine, LAYOUT, type LineOrigin, linesOf, OWN } from "./line-origin.ts";
import type { FindInput, KeyPath, WrittenPlaces } from "./written-places.ts";

/**
 * What tells about the text files of a service. textOf: of a project file; null when it is not known here.
 */
export type TextOrigins = {
  readonly service: Service;
  readonly written: WrittenPlaces;
  readonly context: TemplateContext;
  readonly find: FindInput;
  readonly textOf: (file: string) => string | null;
};

/** The lines of an environment file; those of a value over several lines share its origin. */
export function environmentLines(text: string, path: string, about: TextOrigins): readonly ExplainedLine[] {
  const starts = new Map(readEnvironmentText(text, path).map(({ name, place }) => [place.line, name]));
  let origin: LineOrigin = OWN;
  return linesOf(text).map((line, index) => {
    const name = starts.get(index + 1);
    if (name !== undefined) origin = variableOrigin(name, about);
    return { text: line, origin };
  });
}

/**
 * The lines of a file that is one secret: its name is the secret's. Of any other file nothing is known but
 * that svcdeploy makes it.
 */
export function otherLines(
  text: string,
  path: string,
  { service }: Pick<TextOrigins, "service">,
): readonly ExplainedLine[] {
  const secret = service.secrets.find(
    ({ name }) => path.endsWith(`/${name}`) && text.startsWith(`<secret ${name}>`),
  );
  const origin: LineOrigin = secret === undefined ? OWN : secretOrigin(secret);
  return linesOf(text).map((line) => ({ text: line, origin }));
}

/** Why a variable is in a service's environment file. */
export function variableOrigin(
  name: string,
  { service, written }: Pick<TextOrigins, "service" | "written">,
): LineOrigin {
  const own = service.environment.find((each) => each.name === name);
  if (own !== undefined)
    return {
      kind: "written",
      place: own.place,
      because: "",
      inputs: written.inputsAt(["environment", name]),
    };
  const secret = service.secrets.find((each) => each.name === name);
  if (secret !== undefined) return secretOrigin(secret);
  const limit = GO_LIMITS[name];
  if (service.runtime !== "go" || limit === undefined) return OWN;
  const directives = [...service.service, ...(service.slice?.directives ?? [])].filter(
    (each) => each.name === limit,
  );
  const found = directives.filter(({ value }) => effectiveValues(directives, limit).includes(value.trim()));
  const inputs = found.map(({ value, place }) => ({
    name: `${limit}=${value}`,
    from: [at(place)],
    over: [],
  }));
  return { kind: "derived", place: written.placeOf(["runtime"]), because: "runtime: go", inputs };
}

const GO_LIMITS: Readonly<Record<string, string>> = { GOMAXPROCS: "CPUQuota", GOMEMLIMIT: "MemoryMax" };

function secretOrigin({ place, source }: Service["secrets"][number]): LineOrigin {
  return { kind: "secret", place, because: sayProvider(source), inputs: [] };
}

function sayProvider(source: Service["secrets"][number]["source"]): string {
  switch (source.provider) {
    case "env":
      return `secret, from the environment variable ${source.variable}`;
    case "file":
      return `secret, from the file ${source.path}`;
    case "exec":
      return `secret, printed by ${source.command[0] ?? ""}`;
  }
}

/** What `postrotate:` brings beside its own line. */
const SCRIPT_LINE = /^ {8}|^ {4}(?:sharedscripts|endscript)$/;

function postrotateOrigin(written: WrittenPlaces): LineOrigin {
  return {
    kind: "derived",
    place: written.placeOf(["logrotate", "postrotate"]),
    because: "logrotate: the service is notified of a rotation",
    inputs: [],
  };
}

/** The lines of a logrotate file. */
export function logrotateLines(text: string, { written }: TextOrigins): readonly ExplainedLine[] {
  return linesOf(text).map((line) => {
    const option = /^ {4}([a-z]+)/.exec(line)?.[1];
    if (line.startsWith("#")) return { text: line, origin: OWN };
    if (option === undefined && line.endsWith("{"))
      return { text: line, origin: keyOrigin(["logrotate", "paths"], line, written) };
    const isWritten = option !== undefined && written.treeAt(["logrotate", option]) !== undefined;
    if (!isWritten && SCRIPT_LINE.test(line)) return { text: line, origin: postrotateOrigin(written) };
    if (option === undefined) return { text: line, origin: LAYOUT };
    if (isWritten) return { text: line, origin: keyOrigin(["logrotate", option], line, written) };
    const place = written.placeOf(["logrotate"]);
    return {
      text: line,
      origin: { kind: "derived", place, because: "logrotate: who owns the logs' directory", inputs: [] },
    };
  });
}

/** The lines of a file that a block becomes: the first says whose it is, each other is written at its key. */
export function blockLines(
  text: string,
  { lines }: BlockFile,
  { written }: Pick<TextOrigins, "written">,
): readonly ExplainedLine[] {
  return linesOf(text).map((line, index) => {
    const from = lines[index - 1];
    return { text: line, origin: from === undefined ? OWN : keyOrigin(from.at, line, written) };
  });
}

function keyOrigin(path: KeyPath, text: string, written: WrittenPlaces): LineOrigin {
  return {
    kind: "written",
    place: written.placeOf(path),
    because: "",
    inputs: written.inputsWithin(path, text),
  };
}
