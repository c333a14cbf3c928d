/** Rules of mounts, and of services whose files lie under one. */
import { mountUnitName } from "../unit-file/escape.ts";
import { parseExecCommands } from "../unit-file/exec-command.ts";
import type { LintHost } from "./lint-host.ts";
import { execEntries, isWholeService, type LintUnit, lastOf, wordsOf } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD072, SD073 and SD075. */
export const MOUNT_RULES: readonly UnitRule[] = [
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
];

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
