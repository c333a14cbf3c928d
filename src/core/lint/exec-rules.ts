/** Rules of commands: what ExecStart= and its like do with a line that a shell would read otherwise. */
import { type ExecCommand, isShell, parseExecCommands, shellScript } from "../unit-file/exec-command.ts";
import { baseName } from "../unit-file/path-name.ts";
import { unknownSpecifier } from "../unit-file/specifiers.ts";
import type { Word } from "../unit-file/words.ts";
import type { LintHost } from "./lint-host.ts";
import { execEntries, type LintUnit, lastOf } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD020 to SD025 and SD095. */
export const EXEC_RULES: readonly UnitRule[] = [
  {
    id: "SD020",
    severity: "error",
    over: "unit",
    title: "The program's path is relative or a variable",
    explain:
      "The program is an absolute path or a bare name. `bin/app` and `./app` are refused even with " +
      "WorkingDirectory=, and variables are not expanded in the first word: the unit is `bad-setting` " +
      "and does not start.",
    bad: "[Service]\nExecStart=./app --port 8080\n",
    good: "[Service]\nExecStart=/opt/app/app --port 8080\n",
    check: (unit) =>
      ofCommands(
        unit,
        ({ program }) =>
          /^\$/.test(program) || (/\//.test(program) && !/^[/%]/.test(program))
            ? `systemd refuses the unit: ${JSON.stringify(program)} is neither an absolute path nor the ` +
              "bare name of a program."
            : null,
        "Write the absolute path.",
      ),
  },
  {
    id: "SD021",
    severity: "warn",
    over: "unit",
    title: "A bare program name depends on the version's search path",
    explain:
      "systemd finds a bare name in a fixed path that differs between versions (257 on Debian has no " +
      "/sbin or /bin); `systemd-analyze verify` of 247 takes it for an error.",
    bad: "[Service]\nExecStart=node server.js\n",
    good: "[Service]\nExecStart=/usr/bin/node server.js\n",
    check: (unit) =>
      ofCommands(
        unit,
        ({ program }) =>
          /^[^/$%]+$/.test(program)
            ? `Which ${program} runs depends on the search path that systemd was built with.`
            : null,
        "Write the absolute path.",
      ),
  },
  {
    id: "SD022",
    severity: "error",
    over: "unit",
    title: "WorkingDirectory= that is relative or may be missing",
    explain:
      "A relative WorkingDirectory= makes the unit `bad-setting`. An absolute one that is missing makes " +
      "every start fail with 200/CHDIR, while `systemctl start` of a Type=simple service returns 0. " +
      "With `-` in front a missing directory is no failure: the program then starts in `/`.",
    bad: "[Service]\nWorkingDirectory=app\nExecStart=/opt/app/app\n",
    good: "[Service]\nWorkingDirectory=-/opt/app\nExecStart=/opt/app/app\n",
    check: checkWorkingDirectory,
  },
  {
    id: "SD023",
    severity: "error",
    over: "unit",
    title: "Shell syntax where there is no shell",
    explain:
      "systemd starts the program itself. `>`, `2>&1`, `|` and `&&` are handed to it as arguments; most " +
      "programs stop with a usage error, some ignore them.",
    bad: "[Service]\nExecStart=/usr/bin/app --debug > /var/log/app.log 2>&1\n",
    good:
      "[Service]\nExecStart=/usr/bin/app --debug\nStandardOutput=append:/var/log/app.log\n" +
      "StandardError=inherit\n",
    check: (unit) =>
      ofCommands(
        unit,
        (command) => sayShellSyntax(command),
        "Use StandardOutput= for redirection, or run /bin/sh -c '…' with exec.",
      ),
  },
  {
    id: "SD024",
    severity: "warn",
    over: "unit",
    title: "$VARIABLE inside a word is not expanded",
    explain:
      "`$NAME` is replaced only when it is a whole word (and is then split at blanks); inside a word " +
      `only \`\${NAME}\` is. \`--port=$PORT\` reaches the program literally.`,
    bad: "[Service]\nEnvironment=PORT=80\nExecStart=/usr/bin/app --port=$PORT\n",
    good: `[Service]\nEnvironment=PORT=80\nExecStart=/usr/bin/app --port=\${PORT}\n`,
    check: (unit) =>
      ofCommands(unit, (command) => sayEmbedded(command), `Write \${NAME}, or $$ for a dollar sign.`),
  },
  {
    id: "SD025",
    severity: "error",
    over: "unit",
    title: "An unknown specifier makes the unit refused",
    explain:
      "`%` and a letter is a specifier; a letter that this version of systemd does not know makes the " +
      "unit `bad-setting`. The letters were tried one by one on 247, 252 and 257. A `%` before anything " +
      "else is a plain `%`.",
    bad: "[Service]\nExecStart=/usr/bin/app --format %Z\n",
    good: "[Service]\nExecStart=/usr/bin/app --format %%Z\n",
    check: checkSpecifiers,
  },
  {
    id: "SD095",
    severity: "warn",
    over: "unit",
    title: "A supervisor under a supervisor",
    explain:
      "supervisord, pm2, nohup, setsid, daemonize and their like do what systemd does already: the two " +
      "restart against each other, and systemd sees neither the program's exit status nor its memory as " +
      "one service.",
    bad: "[Service]\nExecStart=/usr/bin/supervisord -n\n",
    good: "[Service]\nExecStart=/usr/bin/app\n",
    check: (unit) =>
      ofCommands(
        unit,
        ({ program }) =>
          SUPERVISORS.test(baseName(program))
            ? `${baseName(program)} supervises the program, and systemd supervises ${baseName(program)}: ` +
              "exit status, restarts and signals stop there."
            : null,
        "Start the program itself, one unit a program.",
        ["ExecStart"],
      ),
  },
];

const SUPERVISORS =
  /^(?:supervisord|pm2|pm2-runtime|nohup|setsid|daemonize|start-stop-daemon|forever|runsvdir|circusd|monit)$/;

type Say = (command: ExecCommand) => string | null;

/** One finding an Exec line, for the first of its commands that there is something to say about. */
function ofCommands(
  unit: LintUnit,
  say: Say,
  fix: string,
  names: readonly string[] | null = null,
): readonly RuleFinding[] {
  return execEntries(unit)
    .filter((entry) => names?.includes(entry.name) ?? true)
    .flatMap((entry) => {
      const happens = parseExecCommands(entry.value)
        .commands.map(say)
        .find((text) => text !== null);
      return happens === undefined ? [] : [{ place: entry.place, happens, fix }];
    });
}

function checkWorkingDirectory(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  const entry = lastOf(unit, "Service", "WorkingDirectory");
  if (entry === null || /^[-~%]/.test(entry.value)) return [];
  if (!entry.value.startsWith("/"))
    return [
      {
        place: entry.place,
        happens: `systemd refuses the unit: ${entry.value} is not an absolute path.`,
        fix: "Write an absolute path, or ~ for the user's home.",
      },
    ];
  if (COMMON_DIRECTORY.test(entry.value) || host.managed?.paths.has(entry.value.replace(/\/+$/, "")) === true)
    return [];
  const happens =
    `Where ${entry.value} is missing every start fails with 200/CHDIR, though systemctl start may return ` +
    "0.";
  return [
    {
      place: entry.place,
      happens,
      fix: "Make sure that something creates it, e.g. directories: or StateDirectory=; or write - in front.",
      severity: host.managed === null ? "info" : "warn",
    },
  ];
}

const COMMON_DIRECTORY =
  /^\/(?:|(?:etc|home|opt|root|run|srv|tmp|usr|var|var\/lib|var\/log|var\/cache|var\/tmp)\/?)$/;

function sayShellSyntax(command: ExecCommand): string | null {
  const found = command.words.slice(1).find((word) => word.bare && SHELL_SYNTAX.test(word.value));
  return found === undefined || shellScript(command) !== null
    ? null
    : `There is no shell here: ${baseName(command.program)} gets ${JSON.stringify(found.value)} as an ` +
        "argument.";
}

const SHELL_SYNTAX = /^(?:[0-9&]?>>?(?:&[0-9-])?|[0-9&]?>>?[/&.].*|<|<<.*|\||\|\||&&|&)$/;

function sayEmbedded(command: ExecCommand): string | null {
  if (!command.expands || isShell(command.program)) return null;
  const name = command.words
    .slice(1)
    .map(embeddedName)
    .find((found) => found !== null);
  return name === undefined
    ? null
    : `${baseName(command.program)} gets $${name} literally: inside a word systemd expands only \${${name}}.`;
}

function embeddedName(word: Word): string | null {
  const text = word.value.replaceAll("$$", "");
  if (/^\$[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return null;
  return /\$([A-Za-z_][A-Za-z0-9_]*)/.exec(text)?.[1] ?? null;
}

function checkSpecifiers(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  return execEntries(unit).flatMap((entry) => {
    const unknown = unknownSpecifier(entry.value, host.systemd);
    if (unknown === null) return [];
    return [
      {
        place: entry.place,
        happens: `systemd ${host.systemd} has no specifier ${unknown} and refuses the unit.`,
        fix: `Write %${unknown} for the characters themselves.`,
      },
    ];
  });
}
