/**
 * The units that keep a cache over unmounts and reboots: one restores it at start and saves it at stop,
 * another saves it when its timer says so.
 */
import type { Problem } from "../errors.ts";
import type { Directives, Service } from "../model/service.ts";
import { makeLoadedUnit } from "./loaded-unit.ts";
import { digestInputs, hashSha256, makeFile } from "./make-file.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import { sliceUnitName } from "./slice-unit.ts";
import { effectiveValues, formatUnitText, makeDirectives, makeProblem } from "./unit-text.ts";

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

type Cache = NonNullable<Service["cache"]>;
type CacheParts = {
  readonly service: Service;
  readonly cache: Cache;
  /** Ours alone, because systemd gives all that is in it to the cache's owner. */
  readonly folder: string;
  readonly everySeconds: number;
  readonly restore: string;
  readonly save: string;
  readonly mount: string;
};

/**
 * The owner cannot be tricked by what the service puts into its cache; root must not be the owner of what
 * others may write.
 */
function isSafe({ path, owner, mode, place }: Cache, to: string, problems: Problem[]): boolean {
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

/** Longer than that neither a start nor a shutdown waits for the copy. */
const LIMIT_SECONDS = 300;

/**
 * $1 cache, $2 saved copy, $3 mark. A cache that holds something is left as it is. Without the mark nothing
 * is saved, so that a copy that could not be restored is never overwritten by the empty cache.
 */
const RESTORE = [
  // A folder that cannot be entered is not one in which nothing was saved.
  `cd "\${2%/*}" || exit 1;`,
  `if [ -e "$2" ] && [ -z "$(ls -A "$1")" ] && ! tar -C "$1" --extract --preserve-permissions ` +
    `--no-overwrite-dir <"$2"; then`,
  `rm -rf "$1"/* "$1"/.[!.]* "$1"/..?*;`,
  `echo "<3>the cache is empty: $2 cannot be restored, and nothing is saved over it until this unit is ` +
    `restarted" >&2; exit 1;`,
  `fi; stat -c %d "$1" >"$3"`,
].join(" ");

/**
 * tar's status 1 is a file that changed or went while it was read, which files of a running service do; 2 is
 * a copy that is not whole.
 */
const SAVE = [
  `if [ "$(stat -c %d "$1")" != "$(cat "$3" 2>/dev/null)" ]; then`,
  `unit=\${3%/*}; echo "<3>nothing is saved: this cache was not restored; systemctl restart ` +
    `\${unit##*/} takes it as it is" >&2; exit 1; fi;`,
  `umask 077; rm -f "$2.new"; tar -C "$1" --create --one-file-system --sparse . >"$2.new";`,
  `if [ $? -le 1 ] && sync "$2.new" && mv -fT "$2.new" "$2" && sync "\${2%/*}"; then exit 0; fi;`,
  `rm -f "$2.new"; echo "<3>not saved; what was saved before stays" >&2; exit 1`,
].join(" ");

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
    ["ExecStart", `-${commandLine(RESTORE, kept)}`],
    ["ExecStop", commandLine(SAVE, kept)],
    ["TimeoutSec", `${LIMIT_SECONDS}s`],
    ["RuntimeDirectory", restore.replace(/\.service$/, "")],
    ["RuntimeDirectoryMode", "0700"],
    ["ReadWritePaths", cache.path],
  ]);
  const sections = [
    { name: "Unit", directives: unit },
    { name: "Service", directives: [...own, ...surroundings(kept)] },
    { name: "Install", directives: install },
  ];
  const file = makeFile(
    service.name,
    "unit",
    `/etc/systemd/system/${restore}`,
    formatUnitText(sections, problems),
  );
  const restartInputs = { BindsTo: hashSha256(mount) };
  const limits = { startTimeoutSeconds: LIMIT_SECONDS, stopTimeoutSeconds: LIMIT_SECONDS };
  const loaded = {
    ...makeLoadedUnit(service.name, restore, file.path, "oneshot"),
    ...limits,
    running: true,
    inputPaths: [],
    after: [mount],
  };
  return {
    resources: [file, { ...loaded, restartInputs, restartDigest: digestInputs(restartInputs) }],
    unit: restore,
    install,
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
    ["ExecStart", commandLine(SAVE, kept)],
    ["TimeoutStartSec", `${LIMIT_SECONDS}s`],
  ]);
  const sections = [
    { name: "Unit", directives: unit },
    { name: "Service", directives: [...own, ...surroundings(kept)] },
  ];
  const file = makeFile(
    service.name,
    "unit",
    `/etc/systemd/system/${save}`,
    formatUnitText(sections, problems),
  );
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
  const file = makeFile(
    service.name,
    "unit",
    `/etc/systemd/system/${timer}`,
    formatUnitText(sections, problems),
  );
  return {
    resources: [file, { ...makeLoadedUnit(service.name, timer, file.path), running: true, inputPaths: [] }],
    unit: timer,
    install,
  };
}

/**
 * Nothing of these words needs quoting: the paths are of letters, digits and . _ @ : + = - (renderMountUnit,
 * the schema).
 */
function commandLine(script: string, { cache, folder, restore }: CacheParts): string {
  const mark = `/run/${restore.replace(/\.service$/, "")}/device`;
  return (
    `/bin/sh -c '${script.replaceAll("$", "$$$$").replaceAll("%", "%%")}' sh ${cache.path} ` +
    `${folder}/cache.tar ${mark}`
  );
}

/**
 * Whom both copy as, and that they reach nothing else. StateDirectory= makes the folder for them and gives it
 * to another owner when that one changes.
 */
function surroundings({ service, cache, folder }: CacheParts): Directives {
  const slice =
    effectiveValues(service.service, "Slice").at(-1) ??
    (service.slice === null ? null : sliceUnitName(service.slice.name));
  const rights = /^(?:root|0)$/.test(cache.owner) ? "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER" : "";
  return makeDirectives(cache.place, [
    ["User", cache.owner],
    ["Group", cache.group],
    ["StateDirectory", folder.replace("/var/lib/", "")],
    ["StateDirectoryMode", "0700"],
    ...(slice === null ? [] : [["Slice", slice] as const]),
    ["CapabilityBoundingSet", rights],
    ...CONFINED,
  ]);
}

/**
 * Nothing that a file of the cache may need when it is made again: no RestrictSUIDSGID=, which refuses a
 * directory with setgid.
 */
const CONFINED = [
  ["NoNewPrivileges", "yes"],
  ["ProtectSystem", "strict"],
  ["ProtectHome", "read-only"],
  ["PrivateDevices", "yes"],
  ["PrivateNetwork", "yes"],
  ["ProtectClock", "yes"],
  ["ProtectKernelTunables", "yes"],
  ["ProtectKernelModules", "yes"],
  ["ProtectKernelLogs", "yes"],
  ["ProtectControlGroups", "yes"],
  ["RestrictNamespaces", "yes"],
  ["RestrictRealtime", "yes"],
  ["LockPersonality", "yes"],
  ["MemoryDenyWriteExecute", "yes"],
  ["SystemCallArchitectures", "native"],
  ["SystemCallFilter", "@system-service"],
  ["SystemCallErrorNumber", "EPERM"],
] as const;
