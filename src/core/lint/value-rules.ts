/** Rules of values: what systemd cannot read, or takes for something else. */
import { nearestName } from "../errors.ts";
import { badValue, isTyped } from "../unit-file/value-type.ts";
import { sectionsOf } from "./key-rules.ts";
import { exampleName, knownNames } from "./known-names.ts";
import { changeValue, type LintEntry, type LintUnit, lastOf, serviceType } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD026 to SD029. */
export const VALUE_RULES: readonly UnitRule[] = [
  {
    id: "SD026",
    severity: "error",
    over: "unit",
    title: "A comment behind a value is part of the value",
    explain:
      "A comment needs a line of its own. `Restart=always # note` sets the value `always # note`, which " +
      "Restart= does not know: the line is ignored and Restart=no stays.",
    bad: "[Service]\nExecStart=/usr/bin/app\nRestart=always # keep it up\n",
    good: "[Service]\nExecStart=/usr/bin/app\n# keep it up\nRestart=always\n",
    check: (unit) =>
      unit.entries
        .filter((entry) => hasComment(entry))
        .map((entry) => ({
          place: entry.place,
          happens: `systemd cannot use the value ${JSON.stringify(entry.value)} and ignores the line.`,
          fix:
            "Put the comment on a line of its own, and write " +
            `${entry.name}=${entry.value.replace(COMMENT, "")}.`,
          edits: [changeValue(entry, entry.value.replace(COMMENT, ""))],
        })),
  },
  {
    id: "SD027",
    severity: "error",
    over: "unit",
    title: "A value that systemd cannot read",
    explain:
      "systemd warns once, ignores the line and keeps the default: `MemoryMax=2GB` means no limit at " +
      "all, `Restart=on-failer` means no restart, `Type=notfy` means simple. `systemd-analyze verify` " +
      "returns 0.",
    bad: "[Service]\nExecStart=/usr/bin/app\nMemoryMax=2GB\n",
    good: "[Service]\nExecStart=/usr/bin/app\nMemoryMax=2G\n",
    check: checkValues,
  },
  {
    id: "SD028",
    severity: "error",
    over: "unit",
    title: "A capability, address family or signal that does not exist",
    explain:
      "An unknown capability is dropped without any message, an unknown address family or signal with a " +
      "line in the journal.",
    bad: "[Service]\nExecStart=/usr/bin/app\nCapabilityBoundingSet=CAP_NET_BIND\n",
    good: "[Service]\nExecStart=/usr/bin/app\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n",
    check: checkNames,
  },
  {
    id: "SD029",
    severity: "error",
    over: "unit",
    title: "Type=dbus without BusName= crashes systemd 247",
    explain:
      "systemd 252 and 257 refuse such a unit. On 247 `systemctl start` of it aborts PID 1 (an " +
      "assertion in unit.c): the host is down until someone resets it. `systemd-analyze verify` of 247 " +
      "aborts as well.",
    bad: "[Service]\nType=dbus\nExecStart=/usr/bin/app\n",
    good: "[Service]\nType=dbus\nBusName=org.example.App\nExecStart=/usr/bin/app\n",
    check: checkBusName,
  },
];

const COMMENT = /[ \t]+[#;].*$/;

function hasComment(entry: LintEntry): boolean {
  return COMMENT.test(entry.value) && isTyped(entry.section, entry.name);
}

function checkValues(unit: LintUnit): readonly RuleFinding[] {
  return unit.entries.flatMap((entry) => {
    const bad =
      hasComment(entry) || !sectionsOf(unit).includes(entry.section)
        ? null
        : badValue(entry.section, entry.name, entry.value);
    if (bad === null) return [];
    const happens =
      `systemd cannot read ${JSON.stringify(entry.value)} as ${bad.expected}, ignores the line and keeps ` +
      "its default.";
    const meant = meantValue(entry);
    const edits =
      meant === null || badValue(entry.section, entry.name, meant) !== null
        ? {}
        : { edits: [changeValue(entry, meant)] };
    const nearest = nearestName(entry.value, bad.words ?? []);
    const fix =
      nearest === null
        ? `Write it like ${entry.name}=${bad.example}.`
        : `Did you mean ${entry.name}=${nearest}?`;
    return [{ place: entry.place, happens, fix, ...edits }];
  });
}

/** What can only have been meant: 2GB is 2G, a CPUQuota= of 75 is 75%. Null for anything else. */
function meantValue({ name, value }: LintEntry): string | null {
  const size = /^(\d+(?:\.\d+)?) ?([KMGTPE])i?B$/i.exec(value);
  if (size !== null) return `${size[1]}${size[2]?.toUpperCase()}`;
  return name === "CPUQuota" && /^\d+$/.test(value) && Number(value) > 1 ? `${value}%` : null;
}

function checkNames(unit: LintUnit): readonly RuleFinding[] {
  return unit.entries.flatMap((entry) => {
    const isKnown = knownNames(entry);
    const words = entry.value.replace(/^~/, "").split(/[ \t]+/);
    const wrong =
      isKnown === null ? [] : words.filter((word) => word !== "" && !word.includes("%") && !isKnown(word));
    return wrong.map((word) => ({
      place: entry.place,
      happens: `There is no ${word}: systemd drops it from ${entry.name}=, and the rest of the line applies.`,
      fix: `Write a name that exists, e.g. ${entry.name}=${exampleName(entry.name)}.`,
    }));
  });
}

function checkBusName(unit: LintUnit): readonly RuleFinding[] {
  const type = lastOf(unit, "Service", "Type");
  if (
    unit.known !== "whole" ||
    serviceType(unit) !== "dbus" ||
    type === null ||
    lastOf(unit, "Service", "BusName") !== null
  )
    return [];
  return [
    {
      place: type.place,
      happens: "systemd 252 and 257 refuse the unit; on 247 starting it aborts PID 1, and the host with it.",
      fix: "Add BusName=, or use Type=exec.",
    },
  ];
}
