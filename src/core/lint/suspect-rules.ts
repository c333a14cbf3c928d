/** Rules of what systemd takes and no one means: misspelt units, limits in bytes, deprecated names. */
import { nearestName } from "../errors.ts";
import { parseSize } from "../unit-file/size.ts";
import { unitType } from "../unit-file/unit-name.ts";
import { type LintHost, neighbour } from "./lint-host.ts";
import { type LintEntry, type LintUnit, wordsOf } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD046, SD036 and SD037. */
export const SUSPECT_RULES: readonly UnitRule[] = [
  {
    id: "SD046",
    severity: "warn",
    over: "unit",
    title: "A unit's name that is misspelt",
    explain:
      "systemd takes any target in WantedBy=, and a target that does not exist is never reached: enabled " +
      "by `multiuser.target` the service starts at no boot, and nothing says so. A dependency on a name " +
      "that ends in no unit type, such as `db.servce`, is ignored with a line in the journal.",
    bad: "[Service]\nExecStart=/usr/bin/app\n\n[Install]\nWantedBy=multiuser.target\n",
    good: "[Service]\nExecStart=/usr/bin/app\n\n[Install]\nWantedBy=multi-user.target\n",
    check: checkNamedUnits,
  },
  {
    id: "SD036",
    severity: "warn",
    over: "unit",
    title: "A directive that systemd is giving up",
    explain:
      "MemoryLimit=, CPUShares= and the BlockIO…= directives are those of cgroup v1. " +
      "systemd.resource-control(5) lists them as deprecated, and a systemd without cgroup v1 ignores them.",
    bad: "[Service]\nExecStart=/usr/bin/app\nMemoryLimit=1G\n",
    good: "[Service]\nExecStart=/usr/bin/app\nMemoryMax=1G\n",
    check: (unit) =>
      unit.entries.flatMap((entry) => {
        const now = DEPRECATED.get(entry.name);
        if (now === undefined) return [];
        const happens = `${entry.name}= is deprecated: later versions of systemd ignore the line.`;
        return [{ place: entry.place, happens, fix: `Write ${now}=.` }];
      }),
  },
  {
    id: "SD037",
    severity: "warn",
    over: "unit",
    title: "A memory limit of a few bytes",
    explain:
      "A number without K, M or G is bytes. No process starts within `MemoryMax=96`: where the kernel " +
      "takes the limit it kills everything in the unit at once, and on cgroup v1 it refuses the limit, so " +
      "that there is none.",
    bad: "[Service]\nExecStart=/usr/bin/app\nMemoryMax=96\n",
    good: "[Service]\nExecStart=/usr/bin/app\nMemoryMax=96M\n",
    check: (unit) => unit.entries.flatMap(checkLimit),
  },
];

const DEPRECATED: ReadonlyMap<string, string> = new Map([
  ["MemoryLimit", "MemoryMax"],
  ["CPUShares", "CPUWeight"],
  ["StartupCPUShares", "StartupCPUWeight"],
  ["BlockIOWeight", "IOWeight"],
  ["StartupBlockIOWeight", "StartupIOWeight"],
  ["BlockIODeviceWeight", "IODeviceWeight"],
  ["BlockIOReadBandwidth", "IOReadBandwidthMax"],
  ["BlockIOWriteBandwidth", "IOWriteBandwidthMax"],
]);

/** One page of a program's code is more than this. */
const SMALLEST_LIMIT = 1024 * 1024;

function checkLimit({ name, value, place }: LintEntry): readonly RuleFinding[] {
  if (!/^Memory(?:Max|High|Limit)$/.test(name)) return [];
  const bytes = parseSize(value);
  if (bytes === null || bytes >= SMALLEST_LIMIT) return [];
  const happens = `${name}=${value} is ${bytes} bytes: no program starts in so little.`;
  return [{ place, happens, fix: `Write the unit, e.g. ${name}=${Number.parseInt(value, 10)}M.` }];
}

const LISTS = {
  Install: ["WantedBy", "RequiredBy", "UpheldBy"],
  Unit: ["After", "Before", "Wants", "Requires", "Requisite", "BindsTo", "PartOf", "Upholds", "Conflicts"],
} as const;

const TYPES = "service socket device mount automount swap target path timer slice scope".split(" ");

function checkNamedUnits(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  return Object.entries(LISTS).flatMap(([section, names]) =>
    names.flatMap((name) =>
      wordsOf(unit, section, name)
        .filter(({ word }) => !word.includes("%"))
        .flatMap(({ word, entry }) => checkNamed(unit, host, word, entry)),
    ),
  );
}

function checkNamed(unit: LintUnit, host: LintHost, word: string, entry: LintEntry): readonly RuleFinding[] {
  const type = word.includes(".") ? unitType(word) : "";
  if (!TYPES.includes(type)) {
    const meant =
      type === "" ? `${word}.service` : word.replace(/[^.]*$/, nearestName(type, TYPES) ?? "service");
    const happens = `${JSON.stringify(word)} is no unit: systemd ignores it in ${entry.name}=.`;
    return [{ place: entry.place, happens, fix: `Did you mean ${meant}?` }];
  }
  if (type !== "target" || TARGETS.includes(word) || neighbour(host, unit, word) !== null) return [];
  const nearest = nearestName(word.replace(/\.target$/, ""), STEMS);
  // Of unit files alone the host's own targets are not known.
  if (nearest === null && host.managed === null) return [];
  const happens =
    entry.section === "Install"
      ? `Where there is no ${word} nothing starts ${unit.name} at boot.`
      : `Where there is no ${word}, ${entry.name}= has no effect.`;
  return nearest === null
    ? [{ place: entry.place, happens, fix: "Make sure that the host has it.", severity: "info" }]
    : [{ place: entry.place, happens, fix: `Did you mean ${nearest}.target?` }];
}

/** systemd.special(7), without those that only systemd's own units use. */
const STEMS = (
  "basic bluetooth boot-complete cryptsetup ctrl-alt-del default emergency exit final " +
  "first-boot-complete getty getty-pre graphical graphical-session graphical-session-pre halt " +
  "hibernate hybrid-sleep initrd initrd-fs initrd-root-device initrd-root-fs initrd-switch-root " +
  "integritysetup kbrequest kexec local-fs local-fs-pre machines multi-user network network-online " +
  "network-pre nss-lookup nss-user-lookup paths poweroff printer reboot remote-cryptsetup remote-fs " +
  "remote-fs-pre remote-veritysetup rescue rpcbind runlevel2 runlevel3 runlevel4 runlevel5 session " +
  "shutdown sigpwr sleep slices smartcard sockets soft-reboot sound ssh-access suspend " +
  "suspend-then-hibernate swap sysinit system-update system-update-pre time-set time-sync timers " +
  "tpm2 umount usb-gadget veritysetup veritysetup-pre cryptsetup-pre"
).split(" ");
const TARGETS: readonly string[] = STEMS.map((name) => `${name}.target`);
