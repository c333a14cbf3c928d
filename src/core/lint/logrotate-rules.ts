/**
 * Rules of logrotate files and of files that lie in a folder of configuration without being read. Each was
 * tried with logrotate 3.18, 3.21 and 3.22.
 */
import { nearestName } from "../errors.ts";
import type { LintDirectory, LintHost, LintLogrotate, LintLogrotateOption } from "./lint-host.ts";
import { type LintUnit, listOf, serviceType } from "./lint-unit.ts";
import type { HostRule, RuleFinding } from "./rule.ts";

/** SD082 to SD084. */
export const LOGROTATE_RULES: readonly HostRule[] = [
  {
    id: "SD082",
    severity: "error",
    over: "host",
    title: "logrotate refuses a log directory that others can write to",
    explain:
      "When a log's directory is writable by everyone, or by a group that is not root, logrotate skips " +
      "the log with `parent directory has insecure permissions` and returns 1, unless the block has `su " +
      "USER GROUP`: root must not rename and create files where another user can plant links. The log " +
      "grows until the disk is full.",
    bad:
      "# app.service\n[Service]\nUser=app\nExecStart=/usr/bin/app\nLogsDirectory=app\n" +
      "LogsDirectoryMode=0775\n# app.logrotate\n/var/log/app/*.log {\n  daily\n  missingok\n" +
      "  copytruncate\n}\n",
    good:
      "# app.service\n[Service]\nUser=app\nExecStart=/usr/bin/app\nLogsDirectory=app\n" +
      "LogsDirectoryMode=0775\n# app.logrotate\n/var/log/app/*.log {\n  su app app\n  daily\n  missingok\n" +
      "  copytruncate\n}\n",
    check: checkWritable,
  },
  {
    id: "SD083",
    severity: "error",
    over: "host",
    title: "size and daily in one block: the last one wins",
    explain:
      "`size` rotates by size alone, `daily` and its like by time alone; of the two the last one counts " +
      "and the other is silently ignored. `maxsize` rotates before the time when the log is larger, " +
      "`minsize` not before it has that size.",
    bad: "# app.logrotate\n/var/log/app.log {\n  daily\n  size 100M\n  missingok\n}\n",
    good: "# app.logrotate\n/var/log/app.log {\n  daily\n  maxsize 100M\n  missingok\n}\n",
    check: (host) => host.logrotate.flatMap(checkCriteria),
  },
  {
    id: "SD084",
    severity: "warn",
    over: "host",
    title: "A logrotate block that is silently not what it says",
    explain:
      "logrotate returns 0 after an option that it does not know and after a block without its closing " +
      "brace, and 1 when a log is missing and `missingok` is not there. Without `copytruncate`, and " +
      "without a postrotate script that makes the program reopen its log, a running program keeps " +
      "writing into the renamed file.",
    bad: "# app.logrotate\n/var/log/app.log {\n  dayly\n  missingok\n}\n",
    good: "# app.logrotate\n/var/log/app.log {\n  daily\n  missingok\n}\n",
    check: (host) =>
      host.logrotate.flatMap((block) => [
        ...checkOptions(block),
        ...checkEnd(block),
        ...checkMissing(block),
        ...checkReopen(block, host),
      ]),
  },
];

function checkWritable(host: LintHost): readonly RuleFinding[] {
  return host.logrotate.flatMap((block) => {
    if (optionOf(block, "su") !== null) return [];
    const folders = new Set(block.paths.map((path) => path.slice(0, path.lastIndexOf("/"))));
    const open = host.directories.find((directory) => folders.has(directory.path) && isInsecure(directory));
    if (open === undefined) return [];
    const who = /[2367]$/.test(open.mode) ? "everybody" : `the group ${open.group}`;
    return [
      {
        place: block.place,
        happens:
          `logrotate skips these logs and returns 1: ${open.path} has mode ${open.mode}, so ${who} can ` +
          "write to it.",
        fix: `Add su with the user and group of ${open.path}, or take the right to write from the group.`,
      },
    ];
  });
}

/** As logrotate judges it: others may write, or a group other than root's. */
function isInsecure({ mode, group }: LintDirectory): boolean {
  return /[2367]$/.test(mode) || (group !== "root" && /[2367].$/.test(mode));
}

const PERIODS = ["hourly", "daily", "weekly", "monthly", "yearly"];

function checkCriteria(block: LintLogrotate): readonly RuleFinding[] {
  const size = optionOf(block, "size");
  const period = block.options.findLast(({ name }) => PERIODS.includes(name));
  if (size === null || period === undefined) return [];
  const [lost, wins] =
    block.options.indexOf(size) < block.options.indexOf(period) ? [size, period] : [period, size];
  return [
    {
      place: lost.place,
      happens: `${wins.name} comes last, so it alone counts; ${lost.name} is ignored.`,
      fix:
        `Write maxsize ${size.value ?? ""} for whichever comes first, minsize for both, or leave one of ` +
        "them out.",
    },
  ];
}

function checkOptions(block: LintLogrotate): readonly RuleFinding[] {
  return block.options
    .filter(({ name }) => !OPTIONS.includes(name))
    .map(({ name, place }) => {
      const nearest = nearestName(name, OPTIONS);
      return {
        place,
        happens: `logrotate ignores ${name}, which it does not know, and returns 0.`,
        fix: nearest === null ? "Remove it." : `Did you mean ${nearest}?`,
      };
    });
}

function checkEnd(block: LintLogrotate): readonly RuleFinding[] {
  if (block.end === "there") return [];
  return [
    {
      place: block.place,
      happens: "The block has no closing brace: what follows in the file becomes part of it.",
      fix: "Close it with a } on a line of its own.",
    },
  ];
}

function checkMissing(block: LintLogrotate): readonly RuleFinding[] {
  if (block.options.some(({ name }) => name === "missingok")) return [];
  return [
    {
      place: block.place,
      happens: "While a log is missing, logrotate exits with 1 and logrotate.service is failed.",
      fix: "Add missingok.",
      severity: "info",
    },
  ];
}

/**
 * create alone is right for programs that open the log each time; of the others only those are judged that
 * are known to run on.
 */
function checkReopen(block: LintLogrotate, host: LintHost): readonly RuleFinding[] {
  if (
    block.options.some(({ name }) =>
      ["copytruncate", "copy", "postrotate", "lastaction", "nocreate"].includes(name),
    )
  )
    return [];
  const who = keeperOf(block, host);
  if (who === null) return [];
  return [
    {
      place: block.place,
      happens:
        `${who} keeps its log open: after a rotation it keeps writing into the renamed file, and the new ` +
        "one stays empty.",
      fix:
        "Add copytruncate, or a postrotate that makes it reopen its log (in a service file: postrotate: " +
        "reload); nocreate if it reopens the log on its own.",
    },
  ];
}

/**
 * Who holds a log of the block open: systemd for a unit's standard output; in a project, the service that the
 * block is of.
 */
function keeperOf(block: LintLogrotate, host: LintHost): string | null {
  const outputs = (unit: LintUnit) =>
    ["StandardOutput", "StandardError"].flatMap((key) => listOf(unit, "Service", key));
  const isLogged = (unit: LintUnit) =>
    outputs(unit).some(({ value }) =>
      block.paths.some((path) => isOneOf(path, value.replace(/^(?:append|file|truncate):/, ""))),
    );
  const logged = host.units.find(isLogged);
  if (logged !== undefined) return `systemd, for ${logged.name},`;
  const own =
    host.managed === null
      ? undefined
      : host.units.find((unit) =>
          [`${block.service}.service`, `${block.service}@.service`].includes(unit.name),
        );
  return own === undefined || serviceType(own) === "oneshot" ? null : own.name;
}

/** True when a path of a block, which may have * and ?, names the file. */
function isOneOf(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
  return new RegExp(`^${source}$`).test(path);
}

function optionOf(block: LintLogrotate, name: string): LintLogrotateOption | null {
  return block.options.findLast((option) => option.name === name) ?? null;
}

/** Options of logrotate 3.22 (logrotate(8)); older ones know a few less. */
const OPTIONS: readonly string[] = (
  "addextension allowhardlink compress compresscmd compressext compressoptions copy copytruncate create " +
  "createolddir dateext dateformat datehourago dateyesterday delaycompress errors extension firstaction " +
  "hourly daily weekly monthly yearly ifempty ignoreduplicates include lastaction mail mailfirst " +
  "maillast maxage maxsize minage minsize missingok noallowhardlink nocompress nocopy nocopytruncate " +
  "nocreate nocreateolddir nodateext nodelaycompress nomail nomissingok noolddir norenamecopy " +
  "nosharedscripts noshred notifempty olddir postrotate preremove prerotate renamecopy rotate " +
  "sharedscripts shred shredcycles size start su tabooext taboopat uncompresscmd"
).split(" ");
