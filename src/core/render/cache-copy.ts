/**
 * How a cache is copied: the shell's programs that save and restore it, whom they run as, and what they
 * reach.
 */
import type { Directives, Service } from "../model/service.ts";
import { sliceUnitName } from "./slice-unit.ts";
import { effectiveValues, makeDirectives } from "./unit-text.ts";

/** A cache that is kept, with the names of its units. everySeconds: how often it is saved. */
export type CacheParts = {
  readonly service: Service;
  readonly cache: NonNullable<Service["cache"]>;
  /** Ours alone, because systemd gives all that is in it to the cache's owner. */
  readonly folder: string;
  readonly everySeconds: number;
  readonly restore: string;
  readonly save: string;
  readonly mount: string;
};

/** Longer than that neither a start nor a shutdown waits for the copy. */
export const COPY_SECONDS = 300;

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

/** As ExecStart= has it. */
export function restoreCommand(kept: CacheParts): string {
  return commandLine(RESTORE, kept);
}

/** As ExecStart= and ExecStop= have it. */
export function saveCommand(kept: CacheParts): string {
  return commandLine(SAVE, kept);
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
export function surroundings({ service, cache, folder }: CacheParts): Directives {
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
