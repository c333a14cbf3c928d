/** Rules of what becomes of a program's output. */
import type { LintHost } from "./lint-host.ts";
import { directoriesOf, type LintUnit, lastOf, listOf } from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD080 and SD081. */
export const OUTPUT_RULES: readonly UnitRule[] = [
  {
    id: "SD080",
    severity: "info",
    over: "unit",
    title: "SYSTEMD_LOG_LEVEL= is for systemd's own programs",
    explain:
      "It does not make journald read JSON or levels: a line on stdout is one MESSAGE with PRIORITY 6. " +
      "A level is set by `<3>` at the start of a line, or by the journal's native protocol.",
    bad: "[Service]\nExecStart=/usr/bin/app\nEnvironment=SYSTEMD_LOG_LEVEL=5\n",
    good: "[Service]\nExecStart=/usr/bin/app\nLogLevelMax=info\n",
    check: (unit) =>
      listOf(unit, "Service", "Environment")
        .filter(
          (entry) =>
            /(?:^|["' ])SYSTEMD_LOG_LEVEL=/.test(entry.value) && !/ExecStart=\S*systemd/.test(entry.value),
        )
        .map((entry) => ({
          place: entry.place,
          happens: "It changes nothing in what the journal makes of the program's output.",
          fix: "Remove it; start lines with <3> for errors, or use the native protocol.",
        })),
  },
  {
    id: "SD081",
    severity: "warn",
    over: "unit",
    title: "A log file in a directory that may be missing",
    explain:
      "StandardOutput=file: or append: opens the file as root before the program starts; when its " +
      "directory is missing the start fails with 209/STDOUT.",
    bad: "[Service]\nExecStart=/usr/bin/app\nStandardOutput=append:/var/log/app/out.log\n",
    good:
      "[Service]\nExecStart=/usr/bin/app\nLogsDirectory=app\n" +
      "StandardOutput=append:/var/log/app/out.log\n",
    check: checkOutput,
  },
];

function checkOutput(unit: LintUnit, host: LintHost): readonly RuleFinding[] {
  return ["StandardOutput", "StandardError"].flatMap((name) => {
    const entry = lastOf(unit, "Service", name);
    const directory = /^(?:file|append|truncate):(\/.*)\/[^/]+$/.exec(entry?.value ?? "")?.[1];
    if (
      entry === null ||
      directory === undefined ||
      /^\/(?:dev|var\/log|tmp|var\/tmp|run|root|srv|etc)$/.test(directory) ||
      directory.includes("%")
    )
      return [];
    if (
      host.managed?.paths.has(directory) === true ||
      directoriesOf(unit).some(({ path }) => path === directory)
    )
      return [];
    return [
      {
        place: entry.place,
        happens: `Where ${directory} is missing every start fails with 209/STDOUT.`,
        fix: "Make it with LogsDirectory= or directories:, or log to the journal.",
      },
    ];
  });
}
