/**
 * Rules of keys: what systemd does not know, or cannot read as a line. Each is ignored with a line in the
 * journal.
 */
import {
  directiveSince,
  isKnownDirective,
  nearestDirective,
  sectionsWithDirective,
} from "../unit-file/directive-table.ts";
import type { LintHost } from "./lint-host.ts";
import type { LintEntry, LintUnit } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD002, SD019 and SD091. */
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
export function sectionsOf(unit: LintUnit): readonly string[] {
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
