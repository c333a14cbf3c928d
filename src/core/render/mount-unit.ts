/** The tmpfs mount unit behind a service's cache. */

import type { Problem } from "../errors.ts";
import type { FileResource, UnitResource } from "../model/resource.ts";
import type { Directives, Service } from "../model/service.ts";
import { mountUnitName } from "../unit-file/escape.ts";
import { splitOption } from "../unit-file/mount-option.ts";
import { makeLoadedUnit } from "./loaded-unit.ts";
import { digestInputs, hashSha256 } from "./make-file.ts";
import { effectiveValues, makeDirectives, makeProblem, makeUnitFile, withDescription } from "./unit-text.ts";

/**
 * The mount's file and unit, its name and what it installs into; unit is null when the service has no cache.
 */
export type RenderedUnit = {
  readonly resources: readonly (FileResource | UnitResource)[];
  readonly unit: string | null;
  readonly install: Directives;
};

/** A tmpfs mount unit, named by systemd's escaping of its path (systemd.mount(5)). */
export function renderMountUnit(service: Service, problems: Problem[]): RenderedUnit {
  const cache = service.cache;
  const unit = cache === null ? null : mountUnitName(cache.path);
  if (cache === null || !isSafeCache(service, problems) || unit === null)
    return { resources: [], unit: null, install: [] };
  const place = cache.place;
  // local-fs.target only wants it: a host whose cache cannot be mounted still boots.
  const install = makeDirectives(place, [["WantedBy", "local-fs.target"]]);
  const fixed = [`mode=${cache.mode}`, `uid=${cache.owner}`, `gid=${cache.group}`];
  const options = [`size=${cache.size}`, ...fixed, ...cache.options].join(",").replaceAll("%", "%%");
  const mount = makeDirectives(place, [
    ["What", "tmpfs"],
    ["Where", cache.path],
    ["Type", "tmpfs"],
    ["Options", options],
  ]);
  const sections = [
    { name: "Unit", directives: withDescription(cache.unit, `tmpfs cache at ${cache.path}`, place) },
    { name: "Mount", directives: [...mount, ...cache.mount] },
    { name: "Install", directives: install },
  ];
  const file = makeUnitFile(service.name, unit, sections, problems);
  return { resources: [file, makeMountUnit(service, unit, file.path, mount)], unit, install };
}

function isSafeCache(service: Service, problems: Problem[]): boolean {
  const cache = service.cache;
  if (cache === null) return false;
  const before = problems.length;
  const refuse = (message: string, hint: string) =>
    void problems.push(makeProblem(cache.place, message, hint));
  if (!/^(\/[A-Za-z0-9_@:+=-][A-Za-z0-9._@:+=-]*)+$/.test(cache.path))
    refuse(`"${cache.path}" cannot be a cache`, "Use an absolute path of letters, digits and . _ @ : + = -");
  if (!/^\d+[kKmMgGtT]?$|^\d+%$/.test(cache.size))
    refuse(
      `"${cache.size}" is not a size`,
      "tmpfs takes a number with k, m, g or t, or a percentage of the memory (tmpfs(5)).",
    );
  if (!/^[0-7]{3,4}$/.test(cache.mode))
    refuse(`"${cache.mode}" is not a mode`, 'Write three or four octal digits, e.g. "0750".');
  for (const option of cache.options) {
    if (/^(size|mode|uid|gid)=/.test(option))
      refuse(`The option ${option} has a key of its own`, "Use size, mode, owner and group of the cache.");
    else if (!/^[A-Za-z0-9_.:=%+-]+$/.test(option))
      refuse(`"${option}" cannot be a mount option`, "One option an item: letters, digits and _ . : = % + -");
  }
  for (const name of [cache.owner, cache.group]) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name))
      refuse(`"${name}" cannot own a cache`, "Use the name of a user and of a group.");
  }
  return problems.length === before;
}

/**
 * A remount applies size and flags; what, where, mode, uid and gid only a new mount does (tried on 247, 252
 * and 257). The other directives of [Mount] say how it is mounted and unmounted, so they count at the next
 * time.
 */
function makeMountUnit(service: Service, unit: string, path: string, mount: Directives): UnitResource {
  const options = (effectiveValues(mount, "Options")[0] ?? "").split(",");
  const fixed = options.filter((option) => /^(mode|uid|gid)=/.test(option));
  const live = options.filter((option) => !fixed.includes(option) && !option.startsWith("size="));
  const size = options.filter((option) => option.startsWith("size="));
  const named = [
    ...mount.filter(({ name }) => name !== "Options").map(({ name, value }) => [name, value] as const),
    ...fixed.map(splitOption),
  ];
  const restartInputs = Object.fromEntries(named.map(([name, value]) => [name, hashSha256(value)]));
  const reloadInputs = Object.fromEntries(
    [...size.map(splitOption), ["options", live.join(",")] as const].map(([name, value]) => [
      name,
      hashSha256(value),
    ]),
  );
  const digests = { restartDigest: digestInputs(restartInputs), reloadDigest: digestInputs(reloadInputs) };
  return {
    ...makeLoadedUnit(service.name, unit, path),
    running: true,
    restartInputs,
    reloadInputs,
    ...digests,
    canReload: true,
  };
}
