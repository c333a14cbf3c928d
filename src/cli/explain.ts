/**
 * `svcdeploy explain SERVICE HOST [WHAT]`: where each line of each rendered file comes from. Reads the
 * project alone.
 */
import { didYouMean, UsageError } from "../core/errors.ts";
import { EXIT } from "../core/exit-code.ts";
import { explainFiles } from "../core/explain/explain.ts";
import type { ExplainedFile } from "../core/explain/line-origin.ts";
import { explainJson, explainText } from "../report/explain-text.ts";
import { lookAtService } from "./look-at-service.ts";
import type { Arguments } from "./options/arguments.ts";
import type { LOOK } from "./options/by-command.ts";
import { asJson, asLines, print } from "./print.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Prints the lines with their origins. Throws UsageError when the service, the host or WHAT is none of the
 * project's, and ConfigError.
 */
export async function explain(given: Arguments<typeof LOOK>, surroundings: Surroundings): Promise<number> {
  const looked = await lookAtService(given, surroundings);
  const { project, service, target, what } = looked;
  const { host } = target;
  const all = explainFiles({ ...looked, host });
  const view = {
    environment: project.environment,
    host: host.name,
    service: service.name,
    files: what === null ? all : onlyWhat(all, what),
  };
  const writers = { text: asLines(explainText), json: asJson(explainJson) };
  await print(view, writers, given.options.output, surroundings);
  return EXIT.done;
}

/** The lines of a directive or variable of that name; else the files with that in their path. */
function onlyWhat(files: readonly ExplainedFile[], what: string): readonly ExplainedFile[] {
  const byName = files.map((file) => ({
    ...file,
    lines: file.lines?.filter(({ text }) => nameOf(text) === what) ?? [],
  }));
  const named = byName.filter(({ lines }) => lines.length > 0);
  if (named.length > 0) return named;
  const byPath = files.filter(({ path }) => path.includes(what));
  if (byPath.length > 0) return byPath;
  const names = [
    ...new Set(files.flatMap(({ lines }) => lines ?? []).flatMap(({ text }) => nameOf(text) ?? [])),
  ];
  const paths = files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
  throw new UsageError(
    `No line and no file is named ${JSON.stringify(what)}`,
    didYouMean(what, [...names, ...paths]) ?? `The files: ${paths.join(", ")}`,
  );
}

function nameOf(text: string): string | null {
  return /^([A-Za-z_][A-Za-z0-9_-]*)=/.exec(text)?.[1] ?? null;
}
