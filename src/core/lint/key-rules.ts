/**
 * Rules of keys and values: what systemd does not know, cannot read, or takes for something else. Each is
 * ignored with a line in the journal.
 */
import {
  directiveSince,
  isKnownDirective,
  nearestDirective,
  sectionsWithDirective,
} from "../unit-file/directive-table.ts";
import { badValue, isTyped } from "../unit-file/value-type.ts";
import { exampleName, knownNames } from "./known-names.ts";
import type { LintHost } from "./lint-host.ts";
import { changeValue, type LintEntry, type LintUnit, lastOf, serviceType } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD002, SD019, SD026 to SD029 and SD091. */
export const KEY_RULES: readonly UnitRule[] = [
  {
    id: "SD002",
    severity: "error",
    over: "unit",
    title: "A key that systemd does not know in this section",
    explain:
      "An unknown key or section is ignored: the service starts without what was meant. " +
      "`systemd-analyze verify` prints a warning and returns 0. The table behind this rule is `systemd " +
      "--dump-configuration-items` of 247, 252 and 257.",
    bad: "[Service]\nExecStart=/usr/bin/app\nLimitCPUs=2\n",
    good: "[Service]\nExecStart=/usr/bin/app\nCPUQuota=200%\n",
    check: checkKeys,
  },
  {
    id: "SD019",
    severity: "error",
    over: "unit",
    title: "A line that systemd cannot read",
    explain:
      "A line without `=`, one before the first section, or a section header without its bracket is " +
      "skipped. After a broken header systemd stops reading the file.",
    bad: "[Service]\nExecStart=/usr/bin/app\nRestart on-failure\n",
    good: "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\n",
    check: (unit) =>
      unit.problems.map(({ place, message }) => ({
        place,
        happens: `systemd skips it: ${message}.`,
        fix: "Write Name=value below a [Section].",
      })),
  },
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
  {
    id: "SD091",
    severity: "warn",
    over: "unit",
    title: "A directive newer than the host's systemd",
    explain:
      "An older systemd ignores a directive that it does not know, with a line in the journal: there it " +
      "has no effect.",
    bad: "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\nRestartMode=direct\n",
    good: "[Service]\nExecStart=/usr/bin/app\nRestart=on-failure\n",
    check: checkAge,
  },
];

const OWN_SECTION: Readonly<Record<string, string>> = {
  service: "Service",
  socket: "Socket",
  mount: "Mount",
  automount: "Automount",
  swap: "Swap",
  timer: "Timer",
  path: "Path",
  slice: "Slice",
  scope: "Scope",
};

/** Sections that systemd reads in a unit of this type; X- ones belong to others. */
function sectionsOf(unit: LintUnit): readonly string[] {
  const own = OWN_SECTION[unit.type];
  return own === undefined ? ["Unit", "Install"] : ["Unit", own, "Install"];
}

function checkKeys(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  const sections = sectionsOf(unit);
  const strange = unit.sections.filter(({ name }) => !name.startsWith("X-") && !sections.includes(name));
  const unknown = unit.entries.filter((entry) => sections.includes(entry.section) && isUnknown(entry, host));
  return [
    ...strange.map(({ name, place }) => ({
      place,
      happens: `systemd ignores the section [${name}] of a ${unit.type} unit, with all its lines.`,
      fix: `Its sections are ${sections.map((section) => `[${section}]`).join(", ")}.`,
    })),
    ...unknown.map((entry) => ({
      place: entry.place,
      happens: `systemd knows no ${entry.name}= in [${entry.section}] and ignores the line.`,
      fix: fixKey(entry, host),
      ...moveKey(entry, sections, host),
    })),
  ];
}

/** A name that a later version knows is SD091's; the interval in [Service] is SD001's. */
function isUnknown(entry: LintEntry, host: LintHost): boolean {
  if (isKnownDirective(entry.section, entry.name, host.systemd)) return false;
  if (entry.section === "Service" && /^StartLimitIntervalU?Sec$/.test(entry.name)) return false;
  return (directiveSince(entry.section, entry.name) ?? 0) <= host.systemd;
}

function fixKey(entry: LintEntry, host: LintHost): string {
  const elsewhere = sectionsWithDirective(entry.name, host.systemd);
  if (elsewhere.length > 0)
    return `It belongs in ${elsewhere
      .slice(0, 3)
      .map((section) => `[${section}]`)
      .join(", ")}.`;
  const nearest = nearestDirective(entry.section, entry.name, host.systemd);
  return nearest === null ? "Remove it." : `Did you mean ${nearest}=?`;
}

/** Only where one other section of the unit knows the key. */
function moveKey(
  { section, name, value }: LintEntry,
  sections: readonly string[],
  host: LintHost,
): Pick<RuleFinding, "edits"> {
  const [only, other] = sectionsWithDirective(name, host.systemd).filter((each) => sections.includes(each));
  if (only === undefined || other !== undefined) return {};
  return {
    edits: [
      { section, name, from: value, to: null },
      { section: only, name, from: null, to: value },
    ],
  };
}

function checkAge(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  const newer = unit.entries.flatMap((entry) => {
    const since = directiveSince(entry.section, entry.name);
    if (since === null || since <= host.systemd || isKnownDirective(entry.section, entry.name, host.systemd))
      return [];
    return [{ entry, what: `${entry.name}=`, since: `${since} or earlier` }];
  });
  const words = unit.entries.flatMap((entry) =>
    NEW_WORDS.filter(
      ({ name, value, since }) => since > host.systemd && name.test(entry.name) && value.test(entry.value),
    ).map(({ since }) => ({
      entry,
      what: `${entry.name}=${entry.value}`,
      since: String(since),
    })),
  );
  return [...newer, ...words].map(({ entry, what, since }) => ({
    place: entry.place,
    happens: `systemd ${host.systemd} does not know ${what} yet and ignores the line.`,
    fix: `It came with systemd ${since}: leave it out where hosts are older.`,
  }));
}

/** Words that came later than their directive (NEWS of systemd). */
const NEW_WORDS = [
  { name: /^Type$/, value: /^notify-reload$/, since: 253 },
  { name: /^(?:Success|Failure|StartLimit|JobTimeout)Action$/, value: /^soft-reboot/, since: 254 },
  { name: /^(?:Success|Failure|StartLimit|JobTimeout)Action$/, value: /^(?:kexec|halt)/, since: 255 },
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
    return [{ place: entry.place, happens, fix: `Write it like ${entry.name}=${bad.example}.`, ...edits }];
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
