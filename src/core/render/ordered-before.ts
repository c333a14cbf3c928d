/** Before= of our units: the other end of After=. */
import type { Resource, UnitResource } from "../model/resource.ts";
import { parseUnitFile } from "../unit-file/parse.ts";

/** The resources, with each unit ordered after those of them that name it in their Before=. */
export function orderedBefore(resources: readonly Resource[]): readonly Resource[] {
  const earlier = new Map<string, string[]>();
  const units = resources.filter((resource) => resource.kind === "unit");
  for (const file of resources) {
    if (file.kind !== "file" || file.role !== "unit") continue;
    const later = beforeOf(file.content);
    const own = units.filter(({ path }) => path === file.path);
    for (const { unit } of own)
      for (const name of later) if (name !== unit) earlier.set(name, [...(earlier.get(name) ?? []), unit]);
  }
  return earlier.size === 0
    ? resources
    : resources.map((each) => (each.kind === "unit" ? after(each, earlier) : each));
}

function beforeOf(content: Uint8Array): readonly string[] {
  const values = parseUnitFile(content)
    .sections.filter(({ name }) => name === "Unit")
    .flatMap(({ items }) => items)
    .flatMap((item) => (item.kind === "entry" && item.name === "Before" ? [item.value] : []));
  // An empty value takes back those before it (systemd.syntax(7)).
  return values
    .slice(values.lastIndexOf("") + 1)
    .flatMap((value) => value.split(/[ \t]+/))
    .filter((name) => name !== "");
}

function after(unit: UnitResource, earlier: ReadonlyMap<string, readonly string[]>): UnitResource {
  const more = earlier.get(unit.unit) ?? [];
  return more.length === 0 ? unit : { ...unit, after: [...new Set([...unit.after, ...more])] };
}
