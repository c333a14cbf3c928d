/** `cache:` of a service, as written → the tmpfs and what it keeps. */
import type { Service } from "../model/service.ts";
import { type DirectiveReading, readSection } from "./directives.ts";

/** The cache of a service. A directive that follows from its other keys is a problem. */
export function readCache(reading: DirectiveReading, account: Service["account"]): Service["cache"] {
  const { written, placeOf } = reading;
  const { cache } = written;
  if (cache === undefined) return null;
  const mount = readSection(reading, "Mount", ["cache", "Mount"], cache.Mount);
  const general = Object.entries(cache.Unit ?? {});
  const derived = [
    ...mount,
    ...general.map(([name]) => ({ name, place: placeOf(["cache", "Unit", name]) })),
  ].filter(({ name }) => isOfCache(name));
  for (const { name, place } of derived)
    reading.problems.push({
      place,
      message: `${name}= follows from the other keys of the cache`,
      hint: null,
      excerpt: "",
    });
  return {
    path: cache.path,
    size: cache.size,
    mode: cache.mode ?? "0755",
    owner: cache.owner ?? account?.user ?? "root",
    group: cache.group ?? account?.group ?? "root",
    options: cache.options ?? [],
    persist: cache.persist === undefined ? null : { to: cache.persist.to, everySeconds: cache.persist.every },
    unit: readSection(
      reading,
      "Unit",
      ["cache", "Unit"],
      Object.fromEntries(general.filter(([name]) => !isOfCache(name))),
    ),
    mount,
    place: placeOf(["cache"]),
  };
}

/** A mount's directive that svcdeploy writes. */
function isOfCache(name: string): boolean {
  return ["What", "Where", "Type", "Options"].includes(name);
}
