/** Rules of users, capabilities and what a service may reach. */
import type { LintHost } from "./lint-host.ts";
import {
  isOn,
  isRoot,
  isWholeService,
  type LintUnit,
  lastOf,
  listOf,
  serviceType,
  userOf,
  wordsOf,
} from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD060, SD061, SD064 and SD065. */
export const ACCESS_RULES: readonly UnitRule[] = [
  {
    id: "SD060",
    severity: "warn",
    over: "unit",
    title: "The service runs as root",
    explain:
      "Without User= or DynamicUser= a system service is root: an attacker who takes it over has the " +
      "whole host. In a project `account:` makes a user and sets User=.",
    bad: "[Service]\nExecStart=/usr/bin/app\n",
    good: "[Service]\nUser=app\nExecStart=/usr/bin/app\n",
    check: checkRoot,
  },
  {
    id: "SD061",
    severity: "error",
    over: "unit",
    title: "A capability that the service does not get",
    explain:
      "CapabilityBoundingSet= only takes away. A service with User= has no capability of its own: to " +
      "bind port 80 it needs AmbientCapabilities=CAP_NET_BIND_SERVICE, and the bounding set must hold " +
      "it as well, or it is dropped without a word (both: EACCES, tried).",
    bad: "[Service]\nUser=app\nExecStart=/usr/bin/app\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n",
    good:
      "[Service]\nUser=app\nExecStart=/usr/bin/app\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" +
      "AmbientCapabilities=CAP_NET_BIND_SERVICE\n",
    check: checkCapabilities,
  },
  {
    id: "SD064",
    severity: "error",
    over: "unit",
    title: "RestrictAddressFamilies= shuts out what the service needs",
    explain:
      "A socket of a family that is not listed fails with EAFNOSUPPORT. READY=1 and WATCHDOG=1 need " +
      "AF_UNIX, a port needs AF_INET or AF_INET6.",
    bad: "[Service]\nType=notify\nExecStart=/usr/bin/app\nRestrictAddressFamilies=AF_INET AF_INET6\n",
    good:
      "[Service]\nType=notify\nExecStart=/usr/bin/app\n" +
      "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n",
    check: checkFamilies,
  },
  {
    id: "SD065",
    severity: "warn",
    over: "unit",
    title: "ProtectSystem=strict and nowhere to write",
    explain:
      "ProtectSystem=strict makes the whole file system read-only, /tmp and /var included. " +
      "StateDirectory=, LogsDirectory= and their like are writable, as is what ReadWritePaths= names " +
      "(with `-` in front where it may be missing: else the start fails with 226/NAMESPACE).",
    bad: "[Service]\nExecStart=/usr/bin/app\nProtectSystem=strict\n",
    good: "[Service]\nExecStart=/usr/bin/app\nProtectSystem=strict\nPrivateTmp=yes\nStateDirectory=app\n",
    check: checkStrict,
  },
];

function checkRoot(unit: LintUnit): readonly RuleFinding[] {
  if (
    !isWholeService(unit) ||
    unit.manager === "user" ||
    lastOf(unit, "Service", "User") !== null ||
    userOf(unit) !== "root"
  )
    return [];
  const place = unit.sections.find(({ name }) => name === "Service")?.place ?? unit.place;
  return [
    {
      place,
      happens: "The program has all rights on the host.",
      fix: "Add User=, DynamicUser=yes, or account: in a project; User=root when it is meant.",
    },
  ];
}

function capabilitiesOf(unit: LintUnit, name: string): ReadonlySet<string> {
  return new Set(wordsOf(unit, "Service", name).map(({ word }) => word.toUpperCase()));
}

function checkCapabilities(unit: LintUnit): readonly RuleFinding[] {
  if (!isWholeService(unit) || isRoot(userOf(unit))) return [];
  const [bounding, ambient] = [
    capabilitiesOf(unit, "CapabilityBoundingSet"),
    capabilitiesOf(unit, "AmbientCapabilities"),
  ];
  const [boundingEntry] = listOf(unit, "Service", "CapabilityBoundingSet");
  if (
    boundingEntry === undefined ||
    listOf(unit, "Service", "CapabilityBoundingSet").some((entry) => entry.value.startsWith("~"))
  )
    return [];
  const lost = wordsOf(unit, "Service", "AmbientCapabilities").filter(
    ({ word }) => !word.startsWith("~") && !bounding.has(word.toUpperCase()),
  );
  const dropped = lost.map(({ word, entry }) => ({
    place: entry.place,
    happens: `${word} is not in CapabilityBoundingSet= and is dropped without a word.`,
    fix: `Add ${word} to CapabilityBoundingSet=.`,
  }));
  const port = "CAP_NET_BIND_SERVICE";
  if (!bounding.has(port) || ambient.has(port)) return dropped;
  const happens =
    `${userOf(unit)} does not get ${port} from the bounding set: binding a port below 1024 fails with ` +
    "EACCES.";
  return [
    ...dropped,
    {
      place: boundingEntry.place,
      happens,
      fix: `Add AmbientCapabilities=${port}, or take it out of the set.`,
    },
  ];
}

function checkFamilies(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  const words = wordsOf(unit, "Service", "RestrictAddressFamilies");
  const [first] = words;
  if (first === undefined || !isWholeService(unit) || words.some(({ word }) => word.startsWith("~")))
    return [];
  const allowed = new Set(words.map(({ word }) => word));
  const place = first.entry.place;
  const notifies = serviceType(unit).startsWith("notify") && !allowed.has("AF_UNIX");
  const listens =
    host.ports.some(({ service }) => [`${service}.service`, `${service}@.service`].includes(unit.name)) &&
    !allowed.has("AF_INET") &&
    !allowed.has("AF_INET6");
  return [
    ...(notifies
      ? [
          {
            place,
            happens: "READY=1 cannot be sent without AF_UNIX: every start times out.",
            fix: "Add AF_UNIX.",
            edits: [{ section: "Service", name: "RestrictAddressFamilies", from: null, to: "AF_UNIX" }],
          },
        ]
      : []),
    ...(listens
      ? [
          {
            place,
            happens: "The port that its health check asks cannot be opened: EAFNOSUPPORT.",
            fix: "Add AF_INET and AF_INET6.",
          },
        ]
      : []),
  ];
}

const WRITABLE = [
  "ReadWritePaths",
  "StateDirectory",
  "LogsDirectory",
  "CacheDirectory",
  "RuntimeDirectory",
  "ConfigurationDirectory",
  "BindPaths",
  "TemporaryFileSystem",
];

function checkStrict(unit: LintUnit): readonly RuleFinding[] {
  const entry = lastOf(unit, "Service", "ProtectSystem");
  if (entry?.value !== "strict" || !isWholeService(unit)) return [];
  if (
    isOn(unit, "PrivateTmp") ||
    isOn(unit, "DynamicUser") ||
    WRITABLE.some((name) => listOf(unit, "Service", name).length > 0)
  )
    return [];
  return [
    {
      place: entry.place,
      happens: "The program can write nowhere, not even to /tmp.",
      fix: "Add PrivateTmp=yes, and StateDirectory= or LogsDirectory= for what it keeps.",
    },
  ];
}
