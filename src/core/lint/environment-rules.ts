/** Rules of the environment: who wins, what is expanded, and who can read it. */
import { environmentAssignments } from "../unit-file/environment-assignments.ts";
import { parseExecCommands } from "../unit-file/exec-command.ts";
import { specifiersOf } from "../unit-file/specifiers.ts";
import { splitWords } from "../unit-file/words.ts";
import type { LintHost } from "./lint-host.ts";
import { type LintEntry, type LintUnit, lastOf, listOf } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";
import { isSecretVariable } from "./secret-variable.ts";

/** SD010 to SD016. */
export const ENVIRONMENT_RULES: readonly UnitRule[] = [
  {
    id: "SD010",
    severity: "error",
    over: "unit",
    title: "A variable of Environment= that an environment file overrides",
    explain:
      "EnvironmentFile= wins over Environment=, whatever the order of the lines; of several files the " +
      "last wins. In a project, `environment:` and `secrets:` are such a file.",
    bad:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\nEnvironment=LEVEL=debug\n" +
      "EnvironmentFile=/etc/app.env\n# /etc/app.env\nLEVEL=info\n",
    good:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\nEnvironmentFile=/etc/app.env\n# /etc/app.env\n" +
      "LEVEL=info\n",
    check: checkOverridden,
  },
  {
    id: "SD011",
    severity: "warn",
    over: "unit",
    title: "$NAME or %i in an environment file stays as it is",
    explain:
      "Nothing is expanded in an environment file: neither variables nor specifiers. " +
      "`PATH=$PATH:/opt/bin` sets PATH to exactly these characters, and the program is not found.",
    bad:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\nEnvironmentFile=/etc/app.env\n# /etc/app.env\n" +
      "PATH=$PATH:/opt/bin\n",
    good:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\nEnvironmentFile=/etc/app.env\n# /etc/app.env\n" +
      "PATH=/usr/bin:/opt/bin\n",
    check: checkLiteral,
  },
  {
    id: "SD012",
    severity: "warn",
    over: "unit",
    title: "Without its environment file the service cannot start",
    explain:
      "A missing EnvironmentFile= without `-` in front makes the start fail with Result=resources " +
      "before anything runs, also when ExecStartPre= would have written it. lint does not look at the " +
      "host: in a project it warns of files that the project does not deliver; for unit files alone it " +
      "is a note.",
    bad: "[Service]\nExecStart=/usr/bin/app\nEnvironmentFile=/etc/app.env\n",
    good: "[Service]\nExecStart=/usr/bin/app\nEnvironmentFile=-/etc/app.env\n",
    check: checkMissing,
  },
  {
    id: "SD013",
    severity: "warn",
    over: "unit",
    title: "%u, %U and %h are the manager's user, not the service's",
    explain:
      "In a unit of the system manager %u is root, %U is 0 and %h is /root, whatever User= says (tried " +
      "on 247, 252 and 257).",
    bad: "[Service]\nUser=app\nExecStart=/usr/bin/app --state %h/state\n",
    good: "[Service]\nUser=app\nStateDirectory=app\nExecStart=/usr/bin/app --state %S/app\n",
    check: checkUserSpecifiers,
  },
  {
    id: "SD014",
    severity: "warn",
    over: "unit",
    title: "An environment file that ExecStartPre= writes",
    explain:
      "systemd reads environment files before every Exec line, so ExecStart= does see what " +
      "ExecStartPre= wrote; but the very first read finds no file and the start fails, unless the path " +
      "has `-` in front.",
    bad:
      "[Service]\nEnvironmentFile=/run/app.env\nExecStartPre=/usr/bin/make-env /run/app.env\n" +
      "ExecStart=/usr/bin/app\n",
    good:
      "[Service]\nEnvironmentFile=-/run/app.env\nExecStartPre=/usr/bin/make-env /run/app.env\n" +
      "ExecStart=/usr/bin/app\n",
    check: checkWrittenBefore,
  },
  {
    id: "SD015",
    severity: "warn",
    over: "unit",
    title: "Environment= with an unquoted blank loses a part",
    explain:
      "Environment= is a list of assignments separated by blanks. Of `NAME=one two` the variable is " +
      "`one`, and `two` is dropped with a warning.",
    bad: "[Service]\nExecStart=/usr/bin/app\nEnvironment=OPTS=-a -b\n",
    good: '[Service]\nExecStart=/usr/bin/app\nEnvironment="OPTS=-a -b"\n',
    check: checkBlanks,
  },
  {
    id: "SD016",
    severity: "warn",
    over: "unit",
    title: "A secret in Environment= is public on the host",
    explain:
      "`systemctl show` prints Environment= to every user of the host, and unit files are " +
      "world-readable. An EnvironmentFile= with mode 0600 is read by the manager as root, and so is " +
      "what LoadCredential= names; in a project `secrets:` writes either, by `deliver: environment` or " +
      "`deliver: credential`.",
    bad: "[Service]\nExecStart=/usr/bin/app\nEnvironment=DB_PASSWORD=hunter2\n",
    good: "[Service]\nExecStart=/usr/bin/app\nEnvironmentFile=-/etc/app/secrets.env\n",
    check: checkSecrets,
  },
];

type LintedVariable = { readonly name: string; readonly value: string; readonly entry: LintEntry };

function assignmentsOf(unit: LintUnit): readonly LintedVariable[] {
  return listOf(unit, "Service", "Environment").flatMap((entry) =>
    environmentAssignments(entry.value).map((assignment) => ({ ...assignment, entry })),
  );
}

function filesOf(unit: LintUnit, host: LintHost): LintHost["environmentFiles"] {
  const paths = listOf(unit, "Service", "EnvironmentFile").map((entry) => entry.value.replace(/^-/, ""));
  return host.environmentFiles.filter((file) => paths.includes(file.path));
}

function checkOverridden(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  const inFiles = new Map(
    filesOf(unit, host).flatMap((file) =>
      file.variables.map((variable) => [variable.name, { variable, file }] as const),
    ),
  );
  return assignmentsOf(unit).flatMap(({ name, value, entry }) => {
    const winner = inFiles.get(name);
    if (winner === undefined || winner.variable.value === value) return [];
    return [
      {
        place: entry.place,
        happens: `The program gets ${name} from ${winner.file.path}, which wins over this line.`,
        fix: `Set ${name} in one place only.`,
      },
    ];
  });
}

function checkLiteral(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  return filesOf(unit, host).flatMap((file) =>
    file.variables.flatMap(({ name, value, place }) => {
      const literal =
        value === null
          ? undefined
          : /\$\{?[A-Za-z_][A-Za-z0-9_]*\}?|(?<!%)%[a-zA-Z](?![A-Za-z0-9])/.exec(value)?.[0];
      if (literal === undefined) return [];
      return [
        {
          place,
          happens: `${name} holds the characters ${literal}: an environment file expands nothing.`,
          fix: "Write the value out, or make it in the project's values.",
        },
      ];
    }),
  );
}

function checkMissing(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  return listOf(unit, "Service", "EnvironmentFile").flatMap((entry) => {
    if (entry.value.startsWith("-") || host.managed?.paths.has(entry.value) === true) return [];
    const fix = "Deliver the file, or write - in front of its path when the service can do without.";
    const happens = `Where ${entry.value} is missing, every start fails with Result=resources.`;
    return [
      {
        place: entry.place,
        happens,
        fix,
        severity: host.managed === null ? ("info" as const) : ("warn" as const),
      },
    ];
  });
}

function checkUserSpecifiers(unit: LintUnit): readonly RuleFinding[] {
  const user = lastOf(unit, "Service", "User");
  if (unit.manager === "user" || user === null || ["root", "0"].includes(user.value)) return [];
  return unit.entries.flatMap((entry) => {
    const specifier =
      entry.section === "Service" ? specifiersOf(entry.value).find((each) => WHOSE.has(each)) : undefined;
    if (specifier === undefined) return [];
    return [
      {
        place: entry.place,
        happens: `${specifier} is ${WHOSE.get(specifier)} here, not what belongs to ${user.value}.`,
        fix: "Write it out, or use %S, %L, %C and %t with StateDirectory= and its like.",
      },
    ];
  });
}

const WHOSE: ReadonlyMap<string, string> = new Map([
  ["%u", "root"],
  ["%U", "0"],
  ["%h", "/root"],
  ["%s", "root's shell"],
  ["%g", "root"],
  ["%G", "0"],
]);

function checkWrittenBefore(unit: LintUnit): readonly RuleFinding[] {
  const words = listOf(unit, "Service", "ExecStartPre").flatMap((entry) =>
    parseExecCommands(entry.value).commands.flatMap((command) => command.words),
  );
  return listOf(unit, "Service", "EnvironmentFile")
    .filter((entry) => entry.value.startsWith("/") && words.some((word) => word.value.includes(entry.value)))
    .map((entry) => ({
      place: entry.place,
      happens:
        "systemd reads the file before ExecStartPre= has written it, and the first start fails with " +
        "Result=resources.",
      fix: `Write EnvironmentFile=-${entry.value}, or make the file when deploying.`,
    }));
}

function checkBlanks(unit: LintUnit): readonly RuleFinding[] {
  return listOf(unit, "Service", "Environment").flatMap((entry) =>
    splitWords(entry.value)
      .words.filter((word) => !/^[^=]+=/.test(word.value))
      .slice(0, 1)
      .map((word) => ({
        place: entry.place,
        happens: `systemd drops ${JSON.stringify(word.value)}: it is no assignment of its own.`,
        fix: `Put each assignment in quotes: Environment="NAME=with blanks".`,
      })),
  );
}

function checkSecrets(unit: LintUnit): readonly RuleFinding[] {
  return assignmentsOf(unit)
    .filter(({ name, value }) => isSecretVariable(name, value))
    .map(({ name, entry }) => ({
      place: entry.place,
      happens: `Every user of the host reads ${name} with systemctl show ${unit.name}.`,
      fix: "Move it to secrets: (in a project), an EnvironmentFile= with mode 0600, or LoadCredential=.",
    }));
}
