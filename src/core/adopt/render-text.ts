/** Reads the text of a service file as the reader of projects does, and renders it for a host. */
import { checkTree } from "../config/check.ts";
import { normaliseService } from "../config/service.ts";
import { serviceSchema } from "../config/service-schema.ts";
import { parseYaml } from "../config/yaml.ts";
import { ConfigError, type Problem } from "../errors.ts";
import type { Host, TreeMap } from "../model/declared.ts";
import type { Resource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { isTreeMap } from "../model/tree.ts";
import { expandTree } from "../render/expand.ts";
import { renderService } from "../render/render.ts";
import { spreadHealth } from "../render/spread-health.ts";
import { Secret } from "../secret.ts";

/**
 * What does not come to the same. key: of the service file, or the unit beside the service; text: a line that
 * shows no variable's value.
 */
export type Gap = { readonly key: string; readonly text: string };
/** The project around a service file that is tried. */
export type ProofContext = { readonly host: Host; readonly env: string; readonly values: TreeMap };

/** A service file. without: keys that are passed over; a secret that is not given gets a placeholder. */
export type TriedText = {
  readonly text: string;
  readonly file: string;
  readonly name: string;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly without: readonly string[];
};

/** What it renders to, or what is wrong with it. */
export type RenderedText =
  | { readonly ok: true; readonly service: Service; readonly resources: readonly Resource[] }
  | { readonly ok: false; readonly gaps: readonly Gap[] };

/** Never throws for a mistake in the text. */
export function renderText(
  { text, file, name, secrets, without }: TriedText,
  { host, env, values }: ProofContext,
): RenderedText {
  const document = parseYaml(text, file);
  const problems = [...document.problems, ...checkTree(serviceSchema, document, "written").problems];
  if (problems.length > 0 || !isTreeMap(document.tree))
    return { ok: false, gaps: problems.map((problem) => gapOf(text, problem)) };
  const tree: TreeMap = Object.fromEntries(
    Object.entries(document.tree).filter(([key]) => !without.includes(key)),
  );
  const source = { name, file, tree, placeOf: document.placeOf };
  const around = { env, host, service: { name }, values };
  try {
    const spread = spreadHealth(source, around);
    const service = normaliseService(spread, expandTree(spread, around), host);
    const given = new Map(
      service.secrets.map((each) => [each.name, secrets.get(each.name) ?? new Secret(each.name, "stand-in")]),
    );
    return {
      ok: true,
      service,
      resources: renderService(service, host, {
        env,
        values,
        secrets: given,
        files: new Map(),
        artifact: null,
      }),
    };
  } catch (error) {
    if (error instanceof ConfigError)
      return { ok: false, gaps: error.problems.map((problem) => gapOf(text, problem)) };
    throw error;
  }
}

/** The key that a problem's line is under. */
function gapOf(text: string, { place, message }: Problem): Gap {
  const above = text.split("\n").slice(0, place.line);
  const key = above.flatMap((line) => /^([A-Za-z]+):/.exec(line)?.[1] ?? []).at(-1) ?? "";
  return { key, text: `${key}: ${message}` };
}
