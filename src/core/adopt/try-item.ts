/**
 * An item put into a service file that is there: the file with it, rendered, and held against what the host
 * has.
 */
import type { FileResource } from "../model/resource.ts";
import type { Adopted } from "./adopt-unit.ts";
import type { Companion } from "./companions.ts";
import { formatItemText, insertItem } from "./insert-item.ts";
import { type Gap, type ProofContext, renderText } from "./render-text.ts";
import type { Yaml } from "./service-text.ts";

/** A service file of the project. */
export type IntoFile = { readonly name: string; readonly file: string; readonly text: string };

/** What is reported of it. */
export type AdoptedNews = Pick<
  Adopted,
  "name" | "unit" | "secrets" | "merged" | "retired" | "notes" | "obstacles"
>;

/**
 * text: the item alone, under its key; whole: the file with it, null where only a human can put it in; gaps:
 * where it does not come to what the host has.
 */
export type InsertedText = {
  readonly adopted: AdoptedNews;
  readonly file: string;
  readonly key: string;
  readonly text: string;
  readonly whole: string | null;
  readonly gaps: readonly Gap[];
};

/** Neither a release nor files matter to a job or a drop-in, and they need not be at hand. */
export function renderInto(
  text: string,
  { file, name }: IntoFile,
  context: ProofContext,
): ReturnType<typeof renderText> {
  return renderText(
    { text, file, name, secrets: new Map(), without: ["artifact", "files", "health"] },
    context,
  );
}

/** The note on every item. */
export function everyHost({ name }: IntoFile): string {
  return `Every host that gets ${name} gets it, not only this one.`;
}

type Compare = (files: readonly FileResource[]) => readonly Gap[];

/** The whole text is what is tried. */
export function tryItem(
  adopted: AdoptedNews,
  key: Companion["key"] | "dropins",
  entry: ReadonlyMap<string, Yaml>,
  into: IntoFile,
  context: ProofContext,
  compare: Compare,
): InsertedText {
  const whole = insertItem(into.text, key, entry);
  const text = formatItemText(key, entry);
  const told = { file: into.file, key, text, whole };
  if (whole === null) {
    const obstacle =
      `\`${key}:\` of ${into.file} is not a list with a line for each item: add what --stdout shows by ` +
      "hand, then check it with svcdeploy plan";
    return { ...told, adopted: { ...adopted, obstacles: [...adopted.obstacles, obstacle] }, gaps: [] };
  }
  const rendered = renderInto(whole, into, context);
  const gaps = rendered.ok
    ? compare(rendered.resources.filter((resource) => resource.kind === "file"))
    : rendered.gaps;
  return { ...told, adopted, gaps };
}
