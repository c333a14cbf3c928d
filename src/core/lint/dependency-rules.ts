/** Rules of dependencies, ordering and enablement. */
import { type LintHost, neighbour } from "./lint-host.ts";
import { isWholeService, type LintUnit, lastOf, listOf, serviceType, wordsOf } from "./lint-unit.ts";
import { orderingCycles } from "./ordering.ts";
import type { HostRule, Rule, RuleFinding } from "./rule.ts";

const CYCLE: HostRule = {
  id: "SD045",
  severity: "error",
  over: "host",
  title: "Units that wait for each other",
  explain:
    "A cycle of After= and Before= cannot be satisfied: at boot systemd deletes one of the start jobs " +
    "to break it, and that unit does not start. Which one is not defined.",
  bad:
    "# a.service\n[Unit]\nAfter=b.service\n[Service]\nExecStart=/usr/bin/a\n# b.service\n[Unit]\n" +
    "After=a.service\n[Service]\nExecStart=/usr/bin/b\n",
  good:
    "# a.service\n[Unit]\nAfter=b.service\n[Service]\nExecStart=/usr/bin/a\n# b.service\n[Service]\n" +
    "ExecStart=/usr/bin/b\n",
  check: checkCycles,
};

/** SD040 to SD045. */
export const DEPENDENCY_RULES: readonly Rule[] = [
  {
    id: "SD040",
    severity: "info",
    over: "unit",
    title: "Nothing starts this service at boot",
    explain:
      "Without WantedBy= in [Install], `systemctl enable` has nothing to do (`is-enabled` says static) " +
      "and after a reboot the service is down, unless another unit wants it.",
    bad: "[Service]\nExecStart=/usr/bin/app\n",
    good: "[Service]\nExecStart=/usr/bin/app\n\n[Install]\nWantedBy=multi-user.target\n",
    check: checkInstall,
  },
  {
    id: "SD041",
    severity: "warn",
    over: "unit",
    title: "Also= names a unit that is not here",
    explain:
      "When the unit of Also= does not exist, `systemctl enable` of systemd 247 fails and enables " +
      "nothing; 252 and 257 warn and go on. It is a note where only unit files were given, because the " +
      "other unit may be on the host.",
    bad:
      "[Service]\nExecStart=/usr/bin/app\n\n[Install]\nWantedBy=multi-user.target\n" +
      "Also=app-helper.service\n",
    good: "[Service]\nExecStart=/usr/bin/app\n\n[Install]\nWantedBy=multi-user.target\n",
    check: (unit, host) =>
      wordsOf(unit, "Install", "Also")
        .filter(({ word }) => !word.includes("%") && neighbour(host, unit, word) === null)
        .map(({ word, entry }) => ({
          place: entry.place,
          happens: `If ${word} is not on the host, systemctl enable fails on systemd 247.`,
          fix: `Deliver ${word} as well, or remove it.`,
          severity: host.managed === null ? ("info" as const) : ("warn" as const),
        })),
  },
  {
    id: "SD042",
    severity: "warn",
    over: "unit",
    title: "Requires= without After= does not wait",
    explain:
      "Requires= and BindsTo= say what must be there, not in which order. Without After= both start at " +
      "the same time, and the service starts although what it requires fails a moment later.",
    bad: "[Unit]\nRequires=db.service\n[Service]\nExecStart=/usr/bin/app\n",
    good: "[Unit]\nRequires=db.service\nAfter=db.service\n[Service]\nExecStart=/usr/bin/app\n",
    check: checkRequires,
  },
  {
    id: "SD043",
    severity: "info",
    over: "unit",
    title: "Requires= stops and restarts along",
    explain:
      "`systemctl stop` or `restart` of a required unit stops or restarts this one too, and when it " +
      "cannot start this one does not either. Wants= only starts it along. When a required unit dies on " +
      "its own, this one keeps running; with BindsTo= it stops as well.",
    bad: "[Unit]\nRequires=db.service\nAfter=db.service\n[Service]\nExecStart=/usr/bin/app\n",
    good: "[Unit]\nWants=db.service\nAfter=db.service\n[Service]\nExecStart=/usr/bin/app\n",
    check: (unit) =>
      unit.type !== "service"
        ? []
        : wordsOf(unit, "Unit", "Requires")
            .filter(({ word }) => word.endsWith(".service"))
            .map(({ word, entry }) => ({
              place: entry.place,
              happens: `A restart of ${word} by hand restarts ${unit.name} as well.`,
              fix: `Use Wants=${word} if it only has to be started along.`,
            })),
  },
  {
    id: "SD044",
    severity: "warn",
    over: "unit",
    title: "After= a network target that nothing pulls in, or that does not wait",
    explain:
      "network-online.target is only reached at boot when some unit wants it, so After= alone orders " +
      "against nothing. network.target says that the network management has been started, not that " +
      "there is a network.",
    bad: "[Unit]\nAfter=network-online.target\n[Service]\nExecStart=/usr/bin/app\n",
    good:
      "[Unit]\nAfter=network-online.target\nWants=network-online.target\n[Service]\n" +
      "ExecStart=/usr/bin/app\n",
    check: checkNetwork,
  },
  CYCLE,
];

function checkInstall(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  if (
    !isWholeService(unit) ||
    unit.sections.some(({ name }) => name === "Install") ||
    serviceType(unit) === "dbus"
  )
    return [];
  const stem = unit.name.replace(/@?\.service$/, "");
  const wanted = host.units.some(
    (other) => other.neighbourhood === unit.neighbourhood && wantsAnything(other, unit.name),
  );
  if (wanted || ["socket", "timer", "path"].some((type) => neighbour(host, unit, `${stem}.${type}`) !== null))
    return [];
  return [
    {
      place: unit.place,
      happens:
        "systemctl enable has nothing to do, and a reboot leaves the service down unless another unit " +
        "wants it.",
      fix: "Add [Install] with WantedBy=multi-user.target.",
    },
  ];
}

function wantsAnything(unit: LintUnit, name: string): boolean {
  return ["Wants", "Requires", "BindsTo", "Upholds", "OnFailure", "OnSuccess"].some((key) =>
    wordsOf(unit, "Unit", key).some(({ word }) => word === name),
  );
}

function checkRequires(unit: LintUnit): readonly RuleFinding[] {
  if (!isWholeService(unit)) return [];
  const ordered = new Set(
    ["After", "Before"].flatMap((key) => wordsOf(unit, "Unit", key).map(({ word }) => word)),
  );
  const own = unit.name.replace(/\.service$/, "");
  return ["Requires", "BindsTo"].flatMap((key) =>
    wordsOf(unit, "Unit", key)
      .filter(({ word }) => !ordered.has(word) && !isImplied(word, own))
      .map(({ word, entry }) => ({
        place: entry.place,
        happens: `${unit.name} and ${word} start at the same time, so it may start although ${word} fails.`,
        fix: `Add After=${word}.`,
        edits: [{ section: "Unit", name: "After", from: null, to: word }],
      })),
  );
}

/**
 * Ordered by systemd itself: slices, mounts, the early targets (DefaultDependencies=), and the unit's own
 * socket.
 */
function isImplied(name: string, own: string): boolean {
  return (
    /\.(?:slice|mount)$/.test(name) ||
    ["sysinit.target", "basic.target", "shutdown.target", `${own}.socket`].includes(name)
  );
}

function checkNetwork(unit: LintUnit): readonly RuleFinding[] {
  if (unit.type !== "service" || unit.known !== "whole") return [];
  const after = wordsOf(unit, "Unit", "After");
  const online = after.find(({ word }) => word === "network-online.target");
  const pulled = ["Wants", "Requires", "BindsTo"].some((key) =>
    wordsOf(unit, "Unit", key).some(({ word }) => word === "network-online.target"),
  );
  if (online !== undefined && !pulled)
    return [
      {
        place: online.entry.place,
        happens: "Nothing pulls network-online.target in, so at boot this may wait for nothing.",
        fix: "Add Wants=network-online.target.",
        edits: [{ section: "Unit", name: "Wants", from: null, to: "network-online.target" }],
      },
    ];
  const network = after.find(({ word }) => word === "network.target");
  if (network === undefined || online !== undefined) return [];
  return [
    {
      place: network.entry.place,
      happens: "It waits for the network manager to be started, not for addresses.",
      fix:
        "A client that needs the network at its start takes After= and Wants=network-online.target; a " +
        "server needs neither.",
      severity: "info",
    },
  ];
}

function checkCycles(host: LintHost): readonly RuleFinding[] {
  return orderingCycles(host).flatMap((cycle) => {
    const [unit] = cycle;
    if (unit === undefined) return [];
    const names = [...cycle, unit].map((member) => member.name).join(" → ");
    return [
      {
        place: orderingPlace(unit),
        happens: `At boot systemd drops the start of one of them, because each waits for the next: ${names}.`,
        fix: "Remove one of these After= or Before=.",
      },
    ];
  });
}

function orderingPlace(unit: LintUnit): LintUnit["place"] {
  return (
    (
      listOf(unit, "Unit", "After")[0] ??
      listOf(unit, "Unit", "Before")[0] ??
      lastOf(unit, "Unit", "Description")
    )?.place ?? unit.place
  );
}
