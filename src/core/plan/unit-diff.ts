/** Which directives of a unit file differ. */
import { parseUnitFile } from "../unit-file/parse.ts";

/** One directive whose values are not the same in both texts; an empty string stands for "not there". */
export type DirectiveChange = {
  readonly section: string;
  readonly name: string;
  readonly before: string;
  readonly after: string;
};

/**
 * The directives that differ, in order of section and name. The order of lines of one name counts, everything
 * else of the layout does not.
 */
export function diffUnitFiles(before: string, after: string): readonly DirectiveChange[] {
  const old = valuesOf(before);
  const wanted = valuesOf(after);
  const keys = [...new Set([...old.keys(), ...wanted.keys()])].filter(
    (key) => old.get(key) !== wanted.get(key),
  );
  return keys.sort().map((key) => {
    const [section = "", name = ""] = key.split("\n");
    return { section, name, before: old.get(key) ?? "", after: wanted.get(key) ?? "" };
  });
}

/** Section and name, joined by a newline, → all values of the name, joined by newlines. */
function valuesOf(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const section of parseUnitFile(text).sections) {
    for (const item of section.items) {
      if (item.kind !== "entry") continue;
      const key = `${section.name}\n${item.name}`;
      const known = values.get(key);
      values.set(key, known === undefined ? item.value : `${known}\n${item.value}`);
    }
  }
  return values;
}
