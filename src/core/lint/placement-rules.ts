/** Rules of slices, mounts, template instances and of where files are. */
import { mountUnitName } from "../unit-file/escape.ts";
import { parseExecCommands } from "../unit-file/exec-command.ts";
import { type LintHost, neighbour } from "./lint-host.ts";
import { changeValue, execEntries, isWholeService, type LintUnit, lastOf, wordsOf } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD070 to SD075, SD090 and SD102. */
export const PLACEMENT_RULES: readonly UnitRule[] = [
  {
    id: "SD070",
    severity: "info",
    over: "unit",
    title: "A dash in a slice's name nests it",
    explain:
      "a-b.slice lies inside a.slice, which systemd creates unless a file defines it. The limits of " +
      "a.slice apply to it as well.",
    bad: "[Slice]\nMemoryMax=2G\n",
    good: "[Slice]\nMemoryMax=2G\n",
    exampleFile: "pay-gateway.slice",
    check: (unit) =>
      unit.type !== "slice" || !/^[^-].*-/.test(unit.name)
        ? []
        : [
            {
              place: unit.place,
              happens:
                `It lies inside ${unit.name.replace(/-[^-]*$/, "")}.slice, and that one's limits hold for ` +
                "it too.",
              fix: "Write \\x2d for a dash that does not nest.",
            },
          ],
  },
  {
    id: "SD071",
    severity: "warn",
    over: "unit",
    title: "Slice= is no name of a slice",
    explain:
      "Without `.slice`, or with a blank, the line is ignored and the service runs in system.slice. " +
      "With `--`, or a dash at an end, the slice cannot be made and the service does not start.",
    bad: "[Service]\nExecStart=/usr/bin/app\nSlice=pay\n",
    good: "[Service]\nExecStart=/usr/bin/app\nSlice=pay.slice\n",
    check: checkSliceName,
  },
  {
    id: "SD072",
    severity: "error",
    over: "unit",
    title: "A mount unit whose name is not its path",
    explain:
      "A mount unit must be named as `systemd-escape --path --suffix=mount` names its Where=: a dash in " +
      "the path becomes \\x2d. Else systemd refuses the unit.",
    bad: "[Mount]\nWhat=tmpfs\nWhere=/mnt/go-cache\nType=tmpfs\nOptions=size=1G\n",
    good: "[Mount]\nWhat=tmpfs\nWhere=/mnt/go/cache\nType=tmpfs\nOptions=size=1G,mode=0750,uid=app\n",
    exampleFile: "mnt-go-cache.mount",
    check: checkMountName,
  },
  {
    id: "SD073",
    severity: "warn",
    over: "unit",
    title: "A tmpfs without a size",
    explain:
      "A tmpfs takes up to half of the memory unless size= says otherwise: a cache that grows pushes " +
      "programs out or has them killed.",
    bad: "[Mount]\nWhat=tmpfs\nWhere=/mnt/cache\nType=tmpfs\nOptions=mode=0750\n",
    good: "[Mount]\nWhat=tmpfs\nWhere=/mnt/cache\nType=tmpfs\nOptions=size=1G,mode=0750,uid=app\n",
    exampleFile: "mnt-cache.mount",
    check: (unit) => [...checkTmpfs(unit), ...checkTmpfsOwner(unit)],
  },
  {
    id: "SD075",
    severity: "warn",
    over: "unit",
    title: "A service whose files lie under a mount that it does not name",
    explain:
      "Without RequiresMountsFor= the service may start before the mount and work in the directory " +
      "below it; a restart of the mount finds it busy instead of stopping the service first.",
    bad:
      "# app.service\n[Service]\nExecStart=/usr/bin/app --cache /mnt/cache/app\n# mnt-cache.mount\n" +
      "[Mount]\nWhat=tmpfs\nWhere=/mnt/cache\nType=tmpfs\nOptions=size=1G\n",
    good:
      "# app.service\n[Unit]\nRequiresMountsFor=/mnt/cache\n[Service]\n" +
      "ExecStart=/usr/bin/app --cache /mnt/cache/app\n# mnt-cache.mount\n[Mount]\nWhat=tmpfs\n" +
      "Where=/mnt/cache\nType=tmpfs\nOptions=size=1G\n",
    check: checkUnderMount,
  },
  {
    id: "SD090",
    severity: "info",
    over: "unit",
    title: "%I turns dashes into slashes",
    explain:
      "%I is the instance name unescaped: in app@prod-v2.service it is `prod/v2`. %i is the name as written.",
    bad: "[Service]\nExecStart=/usr/bin/app --name %I\n",
    good: "[Service]\nExecStart=/usr/bin/app --name %i\n",
    exampleFile: "app@.service",
    // A project's instances are escaped, so that %I is the name as written.
    check: (unit, host) =>
      (host.managed === null ? execEntries(unit) : [])
        .filter((entry) => /(?<!%)(?:%%)*%I/.test(entry.value))
        .map((entry) => ({
          place: entry.place,
          happens: "An instance named prod-v2 arrives as prod/v2.",
          fix: "Use %i, unless instances are paths.",
        })),
  },
  {
    id: "SD092",
    severity: "warn",
    over: "unit",
    title: "Instances that share a RuntimeDirectory=",
    explain:
      "systemd removes a unit's runtime directory when the unit stops, also in a restart, even while " +
      "other instances use it: a restart of one instance removes the sockets and files of all others. " +
      "RuntimeDirectoryPreserve=restart keeps it over a restart, yes over a stop as well.",
    bad: "[Service]\nExecStart=/usr/bin/app %i\nRuntimeDirectory=app\n",
    good: "[Service]\nExecStart=/usr/bin/app %i\nRuntimeDirectory=app/%i\n",
    exampleFile: "app@.service",
    check: checkSharedRuntime,
  },
  {
    id: "SD102",
    severity: "info",
    over: "unit",
    title: "A slice that no file defines",
    explain:
      "systemd creates a slice that has no file, without any limits. Reported only where the project or " +
      "folder has other units.",
    bad:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\nSlice=pay.slice\n# other.slice\n[Slice]\n" +
      "MemoryMax=1G\n",
    good:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\nSlice=pay.slice\n# pay.slice\n[Slice]\n" +
      "MemoryMax=1G\n",
    check: checkSliceDefined,
  },
];

function checkSharedRuntime(unit: LintUnit): readonly RuleFinding[] {
  const kept = lastOf(unit, "Service", "RuntimeDirectoryPreserve")?.value ?? "no";
  if (!unit.name.endsWith("@.service") || !/^(?:no|false|off|0|n|f|restart)$/i.test(kept)) return [];
  const when = kept === "restart" ? "A stop" : "A restart or stop";
  return wordsOf(unit, "Service", "RuntimeDirectory")
    .filter(({ word }) => !/(?<!%)(?:%%)*%[iIjJnN]/.test(word.split(":")[0] ?? ""))
    .map(({ word, entry }) => ({
      place: entry.place,
      happens: `${when} of one instance removes /run/${word.split(":")[0]} while the others use it.`,
      fix: `Give each its own: RuntimeDirectory=${word.split(":")[0]}/%i.`,
    }));
}

function checkSliceName(unit: LintUnit): readonly RuleFinding[] {
  const entry = lastOf(unit, "Service", "Slice");
  if (entry === null || entry.value.includes("%")) return [];
  if (!/^[^\s/]+\.slice$/.test(entry.value))
    return [
      {
        place: entry.place,
        happens: "systemd ignores the line: the service runs in system.slice, without the slice's limits.",
        fix: `Write Slice=${entry.value.replace(/\s+/g, "-")}.slice.`,
        ...(/^[A-Za-z0-9:_.-]+$/.test(entry.value)
          ? { edits: [changeValue(entry, `${entry.value}.slice`)] }
          : {}),
      },
    ];
  if (/--|^-.+\.slice$|-\.slice$/.test(entry.value) && entry.value !== "-.slice")
    return [
      {
        place: entry.place,
        happens: "A slice of this name cannot be made, and the service does not start.",
        fix: "Use single dashes inside the name.",
        severity: "error",
      },
    ];
  return [];
}

function checkSliceDefined(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  const entry = lastOf(unit, "Service", "Slice");
  const others = host.units.filter((other) => other !== unit && other.neighbourhood === unit.neighbourhood);
  if (
    entry === null ||
    others.length === 0 ||
    ["system.slice", "-.slice", "user.slice", "machine.slice"].includes(entry.value)
  )
    return [];
  if (
    !entry.value.endsWith(".slice") ||
    entry.value.includes("%") ||
    neighbour(host, unit, entry.value) !== null
  )
    return [];
  return [
    {
      place: entry.place,
      happens: `systemd makes ${entry.value} without any limit unless a file on the host defines it.`,
      fix: `Define ${entry.value}, or remove Slice=.`,
    },
  ];
}

function checkMountName(unit: LintUnit): readonly RuleFinding[] {
  const where = lastOf(unit, unit.type === "automount" ? "Automount" : "Mount", "Where");
  if (where === null || !["mount", "automount"].includes(unit.type) || where.value.includes("%")) return [];
  const name = mountUnitName(where.value)?.replace(/mount$/, unit.type) ?? null;
  if (name === null || name === unit.name) return [];
  return [
    {
      place: where.place,
      happens: "systemd refuses the unit: Where= does not match its name.",
      fix: `Name the file ${name}.`,
    },
  ];
}

/** Only its owner may write into a tmpfs, and that is root unless uid= or gid= say otherwise. */
function checkTmpfsOwner(unit: LintUnit): readonly RuleFinding[] {
  const what = lastOf(unit, "Mount", "Type") ?? lastOf(unit, "Mount", "What");
  const options = lastOf(unit, "Mount", "Options");
  const mode = /(?:^|,)mode=0?([0-7]{3,4})(?:,|$)/.exec(options?.value ?? "")?.[1];
  if (
    what?.value !== "tmpfs" ||
    options === null ||
    mode === undefined ||
    /(?:^|,)[ug]id=/.test(options.value) ||
    /[2367]$/.test(mode)
  )
    return [];
  return [
    {
      place: options.place,
      happens: "Only root can write there.",
      fix: "Add uid= and gid= of the user whose cache it is.",
      severity: "info",
    },
  ];
}

function checkTmpfs(unit: LintUnit): readonly RuleFinding[] {
  const what = lastOf(unit, "Mount", "Type") ?? lastOf(unit, "Mount", "What");
  if (
    what?.value !== "tmpfs" ||
    /(?:^|,)(?:size|nr_blocks)=/.test(lastOf(unit, "Mount", "Options")?.value ?? "")
  )
    return [];
  return [
    {
      place: (lastOf(unit, "Mount", "Options") ?? what).place,
      happens: "It may fill half of the memory.",
      fix: "Add size= to Options=.",
    },
  ];
}

function checkUnderMount(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  if (!isWholeService(unit)) return [];
  const mounts = host.units.filter(
    (other) => other.type === "mount" && other.neighbourhood === unit.neighbourhood,
  );
  const named = wordsOf(unit, "Unit", "RequiresMountsFor").map(({ word }) => word);
  return mounts.flatMap((mount) => {
    const where = lastOf(mount, "Mount", "Where")?.value;
    const isTold =
      named.some((path) => path === where || path.startsWith(`${where}/`)) ||
      ["Requires", "Requisite", "BindsTo"].some((key) =>
        wordsOf(unit, "Unit", key).some(({ word }) => word === mount.name),
      );
    const entry = where === undefined || where === "/" || isTold ? undefined : entryUnder(unit, where);
    return entry === undefined
      ? []
      : [
          {
            place: entry.place,
            happens: `It may start before ${mount.name}, and keeps it busy when it is restarted.`,
            fix: `Add RequiresMountsFor=${where} to [Unit].`,
            edits: [{ section: "Unit", name: "RequiresMountsFor", from: null, to: where ?? "" }],
          },
        ];
  });
}

function entryUnder(unit: LintUnit, where: string): ReturnType<typeof execEntries>[number] | undefined {
  const isUnder = (text: string) =>
    text.replace(/^[-+=a-zA-Z:]*(?=\/)/, "").startsWith(`${where}/`) || text === where;
  const directory = lastOf(unit, "Service", "WorkingDirectory");
  if (directory !== null && isUnder(directory.value)) return directory;
  return execEntries(unit).find((entry) =>
    parseExecCommands(entry.value).commands.some((command) =>
      command.words.some((word) => isUnder(word.value)),
    ),
  );
}
