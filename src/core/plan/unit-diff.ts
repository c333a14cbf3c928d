/** Which directives of a unit file differ, and what that makes necessary. */
import { parseUnitFile } from "../unit-file/parse.ts";
import { directiveEffect } from "./directive-effects.ts";
import { needsNewMount, parseMountOptions } from "./mount-options.ts";

/** One directive whose value is not the same in both texts. */
export type DirectiveChange = { readonly section: string; readonly name: string; readonly effect: "restart" | "reload" | "manager" };

/** The directives that differ, in order of their names within their sections, e.g. ExecStart. Order of lines of one name counts. */
export function diffUnitFiles(before: string, after: string): readonly DirectiveChange[] {
  const old = valuesOf(before);
  const wanted = valuesOf(after);
  const keys = [...new Set([...old.keys(), ...wanted.keys()])].filter((key) => old.get(key) !== wanted.get(key));
  return keys.sort().map((key) => {
    const [section = "", name = ""] = key.split("\n");
    return { section, name, effect: effectOf(section, name, old.get(key) ?? "", wanted.get(key) ?? "") };
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

function effectOf(section: string, name: string, before: string, after: string): DirectiveChange["effect"] {
  if (section !== "Mount" || name !== "Options") return directiveEffect(section, name);
  return needsNewMount(parseMountOptions(before), parseMountOptions(after)) ? "restart" : "reload";
}
