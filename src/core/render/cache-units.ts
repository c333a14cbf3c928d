/**
 * The units that keep a cache over unmounts and reboots: one restores it at start and saves it at stop,
 * another saves it when its timer says so.
 */
import type { Problem } from "../errors.ts";
import type { UnitResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { type CacheParts, COPY_SECONDS, restoreCommand, saveCommand, surroundings } from "./cache-copy.ts";
import { makeLoadedUnit } from "./loaded-unit.ts";
import { digestInputs, hashSha256 } from "./make-file.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import { makeDirectives, makeProblem, makeUnitFile } from "./unit-text.ts";

/** The unit that restores and saves the service's cache; null when nothing of it is kept. */
export function cacheRestoreUnit({ name, cache }: Service): string | null {
  return cache?.persist ? `${name}-cache-restore.service` : null;
}

/**
 * <service>-cache-restore.service, <service>-cache-save.service and its timer; nothing for a cache that is
 * not kept. mount: what renderMountUnit gave.
 */
export function renderCacheUnits(
  service: Service,
  mount: RenderedUnit,
  problems: Problem[],
): readonly RenderedUnit[] {
  const restore = cacheRestoreUnit(service);
  const { cache } = service;
  if (
    cache?.persist == null ||
    restore === null ||
    mount.unit === null ||
    !isSafe(cache, cache.persist.to, problems)
  )
    return [];
  const folder = `${cache.persist.to}/${service.name}.saved`;
  const kept: CacheParts = {
    service,
    cache,
    folder,
    everySeconds: cache.persist.everySeconds,
    restore,
    save: restore.replace(/restore\.service$/, "save.service"),
    mount: mount.unit,
  };
  return [renderRestore(kept, problems), renderSave(kept, problems), renderTimer(kept, problems)];
}

/**
 * The owner cannot be tricked by what the service puts into its cache; root must not be the owner of what
 * others may write.
 */
function isSafe({ path, owner, mode, place }: CacheParts["cache"], to: string, problems: Problem[]): boolean {
  const before = problems.length;
  if (`${to}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${to}/`))
    problems.push(
      makeProblem(
        place,
        `${to} and the cache ${path} lie within each other`,
        "Save the cache somewhere else.",
      ),
    );
  if (/^(?:root|0)$/.test(owner) && (Number.parseInt(mode, 8) & 0o022) !== 0)
    problems.push(
      makeProblem(
        place,
        `Root owns ${path} and others may write there: root does not copy what they choose`,
        "Give the cache the service's user as owner.",
      ),
    );
  return problems.length === before;
}

function renderRestore(kept: CacheParts, problems: Problem[]): RenderedUnit {
  const { service, cache, restore, mount } = kept;
  const install = makeDirectives(cache.place, [["WantedBy", mount]]);
  const unit = makeDirectives(cache.place, [
    ["Description", `Cache of ${service.name}: restored at start, saved at stop`],
    ["BindsTo", mount],
    ["After", mount],
  ]);
  const own = makeDirectives(cache.place, [
    ["Type", "oneshot"],
    ["RemainAfterExit", "yes"],
    // A cache that cannot be restored is empty, and must not keep the service from starting.
    ["ExecStart", `-${restoreCommand(kept)}`],
    ["ExecStop", saveCommand(kept)],
    ["TimeoutSec", `${COPY_SECONDS}s`],
    ["RuntimeDirectory", restore.replace(/\.service$/, "")],
    ["RuntimeDirectoryMode", "0700"],
    ["ReadWritePaths", cache.path],
  ]);
  const sections = [
    { name: "Unit", directives: unit },
    { name: "Service", directives: [...own, ...surroundings(kept)] },
    { name: "Install", directives: install },
  ];
  const file = makeUnitFile(service.name, restore, sections, problems);
  return { resources: [file, makeRestoreUnit(kept, file.path)], unit: restore, install };
}

/** Another mount alone restarts it; its own file is read at its next start. */
function makeRestoreUnit({ service, restore, mount }: CacheParts, path: string): UnitResource {
  const restartInputs = { BindsTo: hashSha256(mount) };
  return {
    ...makeLoadedUnit(service.name, restore, path, "oneshot"),
    startTimeoutSeconds: COPY_SECONDS,
    stopTimeoutSeconds: COPY_SECONDS,
    running: true,
    inputPaths: [],
    after: [mount],
    restartInputs,
    restartDigest: digestInputs(restartInputs),
  };
}

function renderSave(kept: CacheParts, problems: Problem[]): RenderedUnit {
  const { service, cache, restore, save, mount } = kept;
  const unit = makeDirectives(cache.place, [
    ["Description", `Cache of ${service.name}: saved now`],
    // Only what was restored is saved, and never by both units at once.
    ["Requisite", `${restore} ${mount}`],
    ["After", `${restore} ${mount}`],
  ]);
  const own = makeDirectives(cache.place, [
    ["Type", "oneshot"],
    ["ExecStart", saveCommand(kept)],
    ["TimeoutStartSec", `${COPY_SECONDS}s`],
  ]);
  const sections = [
    { name: "Unit", directives: unit },
    { name: "Service", directives: [...own, ...surroundings(kept)] },
  ];
  const file = makeUnitFile(service.name, save, sections, problems);
  return {
    resources: [file, makeLoadedUnit(service.name, save, file.path, "oneshot")],
    unit: save,
    install: [],
  };
}

function renderTimer({ service, cache, save, everySeconds }: CacheParts, problems: Problem[]): RenderedUnit {
  const timer = save.replace(/service$/, "timer");
  const install = makeDirectives(cache.place, [["WantedBy", "timers.target"]]);
  const every = `${everySeconds}s`;
  const times = makeDirectives(cache.place, [
    ["OnActiveSec", every],
    ["OnUnitActiveSec", every],
    ["AccuracySec", "1s"],
  ]);
  const sections = [
    {
      name: "Unit",
      directives: makeDirectives(cache.place, [
        ["Description", `Cache of ${service.name}: saved every so often`],
      ]),
    },
    { name: "Timer", directives: times },
    { name: "Install", directives: install },
  ];
  const file = makeUnitFile(service.name, timer, sections, problems);
  return {
    resources: [file, { ...makeLoadedUnit(service.name, timer, file.path), running: true, inputPaths: [] }],
    unit: timer,
    install,
  };
}
