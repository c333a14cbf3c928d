/** The lines that a file with secrets has on a host, as far as they may be shown. */
import type { Observation } from "../model/observation.ts";
import type { FileResource } from "../model/resource.ts";

/**
 * For each line that is there the first line of the declared content that reads the same, counted from 0;
 * null: none does, so that it may be an older secret or one that was typed by hand. Undefined: the file has
 * no secret, nothing of it is shown, or its content is unknown or no text.
 */
export function linesBefore(
  file: FileResource,
  observation: Observation,
): readonly (number | null)[] | undefined {
  if (file.secret ? file.shown === undefined : !heldSecret(file, observation)) return undefined;
  const found = observation.paths.get(file.path)?.content ?? null;
  const [old, wanted] = [found === null ? null : textOf(found), textOf(file.content)];
  if (old === null || wanted === null) return undefined;
  const known = new Map(
    wanted
      .split("\n")
      .map((text, index) => [text, index] as const)
      .toReversed(),
  );
  return old.split("\n").map((text) => known.get(text) ?? null);
}

/** Whether what is at the path was a file with a secret when it was applied. */
export function heldSecret({ path }: Pick<FileResource, "path">, { manifest }: Observation): boolean {
  return manifest.some((entry) => entry.secret === true && entry.kind === "file" && entry.path === path);
}

function textOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return text.includes("\0") || text.includes("\uFFFD") ? null : text;
}
