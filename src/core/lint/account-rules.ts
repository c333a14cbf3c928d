/** Rules of accounts, and of capabilities that no process can use. */
import type { LintHost, LintManaged } from "./lint-host.ts";
import {
  dropWord,
  isOn,
  isRoot,
  isWholeService,
  type LintUnit,
  lastOf,
  listOf,
  userOf,
  wordsOf,
} from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD062 and SD063. */
export const ACCOUNT_RULES: readonly UnitRule[] = [
  {
    id: "SD062",
    severity: "warn",
    over: "unit",
    title: "A user or group that may not exist",
    explain:
      "User= and Group= are looked up when the program starts: with an unknown name every start fails " +
      "with 217/USER (216/GROUP), although `systemctl start` of a Type=simple service returned 0. " +
      "`systemd-analyze verify` says nothing. A project is checked against its own `account:` blocks " +
      "and the users that every Debian has; a package may create others, so this is a warning. A name " +
      "with `:` or `/` in it, as in User=app:app, is not valid: systemd 247 to 257 refuse the unit, " +
      "which is an error in named files as well.",
    bad: "[Service]\nUser=app:app\nExecStart=/usr/bin/app\n",
    good: "[Service]\nUser=app\nExecStart=/usr/bin/app\n",
    check: checkAccounts,
  },
  {
    id: "SD063",
    severity: "info",
    over: "unit",
    title: "A capability that nothing can use",
    explain:
      "With User= and NoNewPrivileges=yes a process never gets more than its ambient capabilities: " +
      "neither setuid programs nor file capabilities give it others. What CapabilityBoundingSet= holds " +
      "beyond AmbientCapabilities= is then of no use, and a risk at the next edit.",
    bad:
      "[Service]\nUser=app\nNoNewPrivileges=yes\nExecStart=/usr/bin/app\n" +
      "CapabilityBoundingSet=CAP_SYS_CHROOT\n",
    good: "[Service]\nUser=app\nNoNewPrivileges=yes\nExecStart=/usr/bin/app\nCapabilityBoundingSet=\n",
    check: checkUnusable,
  },
];

/** Users and groups of base-passwd, and those that systemd and sshd make; the same on Debian 11 to 13. */
const DISTRIBUTION = new Set([
  "nobody",
  ..."root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc".split(" "),
  ..."gnats nogroup _apt adm tty disk kmem dialout fax voice cdrom floppy tape sudo audio".split(" "),
  ..."dip operator src shadow utmp video sasl plugdev staff users input kvm render sgx".split(" "),
  ..."crontab messagebus sshd systemd-network systemd-resolve systemd-timesync".split(" "),
  ..."systemd-journal systemd-coredump".split(" "),
]);

/**
 * What systemd refuses; it takes everything else, and says so where the name is odd (tried on 247, 252 and
 * 257).
 */
const REFUSED = /[/:]|^\.{1,2}$|^-\d+$|^(?:65535|4294967295)$/;

function checkAccounts(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  if (unit.type !== "service" || isOn(unit, "DynamicUser")) return [];
  return (["User", "Group"] as const).flatMap((key) => {
    const entry = lastOf(unit, "Service", key);
    const happens = entry === null ? null : missingAccount(key, entry.value, host.managed);
    return entry === null || happens === null ? [] : [{ place: entry.place, ...happens }];
  });
}

function missingAccount(
  key: "User" | "Group",
  name: string,
  managed: LintManaged | null,
): Pick<RuleFinding, "happens" | "fix" | "severity"> | null {
  if (REFUSED.test(name))
    return {
      happens: `systemd refuses the unit: ${name} cannot be the name of a ${key.toLowerCase()}.`,
      fix: "User= takes one user; set its group with Group=.",
      severity: "error",
    };
  if (name.includes("%") || /^\d+$/.test(name) || DISTRIBUTION.has(name)) return null;
  const step = key === "User" ? "217/USER" : "216/GROUP";
  const known = key === "User" ? managed?.users : managed?.groups;
  if (known === undefined || known.has(name)) return null;
  return {
    happens: `Unless something else has made ${name} on the host, every start fails with ${step}.`,
    fix: "Make it with account:, or ignore this rule and say which package makes it.",
  };
}

/** SD061 speaks of the port's capability. `!` and `+` run a line with the manager's own rights. */
function checkUnusable(unit: LintUnit): readonly RuleFinding[] {
  if (!isWholeService(unit) || isRoot(userOf(unit)) || !isOn(unit, "NoNewPrivileges")) return [];
  const bounding = listOf(unit, "Service", "CapabilityBoundingSet");
  const hasPrivilegedLine = unit.entries.some(
    (entry) => entry.name.startsWith("Exec") && /^[-@:]*[!+]/.test(entry.value),
  );
  if (hasPrivilegedLine || bounding.some((entry) => entry.value.startsWith("~"))) return [];
  const ambient = new Set(
    wordsOf(unit, "Service", "AmbientCapabilities").map(({ word }) => word.toUpperCase()),
  );
  return wordsOf(unit, "Service", "CapabilityBoundingSet")
    .filter(({ word }) => !ambient.has(word.toUpperCase()) && word.toUpperCase() !== "CAP_NET_BIND_SERVICE")
    .map(({ word, entry }) => ({
      place: entry.place,
      happens:
        `${userOf(unit)} never gets ${word}: it is not ambient, and NoNewPrivileges= blocks every other ` +
        "way to get it.",
      fix:
        `Take ${word} out of CapabilityBoundingSet=, or add it to AmbientCapabilities= when the program ` +
        "needs it.",
      ...(/[ \t]/.test(entry.value) ? { edits: [dropWord(entry, word)] } : {}),
    }));
}
