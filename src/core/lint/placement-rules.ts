/** Rules of slices and of template instances. */
import { type LintHost, neighbour } from "./lint-host.ts";
import { changeValue, execEntries, type LintUnit, lastOf, wordsOf } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD070, SD071, SD090, SD092 and SD102. */
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
