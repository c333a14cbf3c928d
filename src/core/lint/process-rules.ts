/** Rules of the process that a service starts: shells, daemons, and units that systemd refuses to start. */
import { type ExecCommand, isShell, parseExecCommands, shellScript } from "../unit-file/exec-command.ts";
import { baseName } from "../unit-file/path-name.ts";
import {
  execEntries,
  isWholeService,
  type LintEntry,
  type LintUnit,
  lastOf,
  listOf,
  restartOf,
  serviceType,
} from "./lint-unit.ts";
import type { RuleFinding, UnitRule } from "./rule.ts";

/** SD030 to SD033 and SD035. */
export const PROCESS_RULES: readonly UnitRule[] = [
  {
    id: "SD030",
    severity: "info",
    over: "unit",
    title: "With Type=simple a start succeeds before the program runs",
    explain:
      "systemd says that a Type=simple service is started as soon as it has forked: a missing program, " +
      "user or directory fails a moment later, when `systemctl start` has already returned 0. Type=exec " +
      "(systemd 240) waits for the program to be executed, notify for it to be ready.",
    bad: "[Service]\nExecStart=/usr/bin/app\n",
    good: "[Service]\nType=exec\nExecStart=/usr/bin/app\n",
    check: checkSimple,
  },
  {
    id: "SD031",
    severity: "warn",
    over: "unit",
    title: "A shell runs between systemd and the program",
    explain:
      "SIGTERM, READY=1 and the watchdog concern the main process, which is the shell: it does not pass " +
      "signals on, and on `stop` the program is killed after the time-out or gets no signal at all. " +
      "`exec` in the script's last line makes the program the main process.",
    bad: "[Service]\nExecStart=/bin/sh -c 'cd /opt/app; ./app --port 80'\n",
    good: "[Service]\nExecStart=/bin/sh -c 'cd /opt/app; exec ./app --port 80'\n",
    check: checkShell,
  },
  {
    id: "SD032",
    severity: "error",
    over: "unit",
    title: "The program forks into the background under Type=simple",
    explain:
      "With Type=simple the service is over when its first process ends, and systemd kills whatever it " +
      "left behind: the unit is inactive with Result=success and the daemon is gone.",
    bad: "[Service]\nExecStart=/bin/sh -c 'setsid /usr/bin/app & exit 0'\n",
    good: "[Service]\nExecStart=/usr/bin/app --foreground\n",
    check: checkDaemon,
  },
  {
    id: "SD033",
    severity: "error",
    over: "unit",
    title: "systemd refuses this unit",
    explain:
      "Several ExecStart= without Type=oneshot, none at all, oneshot with Restart=always or on-success, " +
      "or an open quote: the unit is `bad-setting` and `systemctl start` fails.",
    bad: "[Service]\nExecStart=/usr/bin/one\nExecStart=/usr/bin/two\n",
    good: "[Service]\nType=oneshot\nExecStart=/usr/bin/one\nExecStart=/usr/bin/two\n",
    check: checkRefused,
  },
  {
    id: "SD035",
    severity: "error",
    over: "unit",
    title: "A drop-in adds a second ExecStart=",
    explain:
      "ExecStart= is a list: what a drop-in sets is added, and two commands are refused for every type " +
      "but oneshot. An empty ExecStart= before it clears the list.",
    bad:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\n# app.service.d/port.conf\n[Service]\n" +
      "ExecStart=/usr/bin/app --port 80\n",
    good:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\n# app.service.d/port.conf\n[Service]\n" +
      "ExecStart=\nExecStart=/usr/bin/app --port 80\n",
    check: checkDropIn,
  },
];

function checkSimple(unit: LintUnit): readonly RuleFinding[] {
  const [start] = listOf(unit, "Service", "ExecStart");
  if (!isWholeService(unit) || start === undefined || serviceType(unit) !== "simple") return [];
  const happens = "systemctl start returns 0 although the program may be missing or fail at once.";
  return [
    {
      place: (lastOf(unit, "Service", "Type") ?? start).place,
      happens,
      fix: "Use Type=exec, or notify when the program sends READY=1.",
    },
  ];
}

function checkShell(unit: LintUnit): readonly RuleFinding[] {
  if (!isWholeService(unit) || ["oneshot", "forking"].includes(serviceType(unit))) return [];
  return listOf(unit, "Service", "ExecStart").flatMap((entry) => {
    const [command] = parseExecCommands(entry.value).commands;
    const text = command === undefined ? null : sayShell(command);
    return text === null ? [] : [{ place: entry.place, ...text }];
  });
}

function sayShell(command: ExecCommand): Omit<RuleFinding, "place"> | null {
  const script = shellScript(command);
  const path = isShell(command.program) ? (command.words[1]?.value ?? "") : command.program;
  if (script !== null && !/(?:^|[\s;&|({])exec\s/.test(script))
    return {
      happens: "The main process is the shell: SIGTERM reaches it and not the program.",
      fix: "Write exec before the program, or start it without a shell.",
    };
  if (script === null && /\.(?:sh|bash)$/.test(path))
    return {
      happens:
        `Unless ${baseName(path)} ends in exec, the main process is a shell, which SIGTERM reaches ` +
        "instead of the program.",
      fix: "Let the script's last line be exec PROGRAM.",
      severity: "info",
    };
  return null;
}

function checkDaemon(unit: LintUnit): readonly RuleFinding[] {
  if (!isWholeService(unit)) return [];
  const type = serviceType(unit);
  const pidFile = lastOf(unit, "Service", "PIDFile");
  if (type === "forking" && pidFile === null && lastOf(unit, "Service", "BusName") === null)
    return [
      {
        place: lastOf(unit, "Service", "Type")?.place ?? unit.place,
        happens: "systemd guesses which process is the main one, and is wrong when there are several.",
        fix: "Add PIDFile=, or run the program in the foreground with Type=exec.",
        severity: "warn",
      },
    ];
  if (type !== "simple" && type !== "exec") return [];
  return listOf(unit, "Service", "ExecStart")
    .filter(isBackground)
    .map((entry) => ({
      place: entry.place,
      happens:
        "The first process ends at once, so the service is over and systemd kills what it left behind " +
        `(Type=${type}).`,
      fix: "Run the program in the foreground.",
    }));
}

function isBackground(entry: LintEntry): boolean {
  return parseExecCommands(entry.value).commands.some((command) => {
    const script = shellScript(command);
    const leaves =
      script !== null && /(?:^|[^&>])&(?:\s*$|\s*;|\s+(?!&))/.test(script) && !/\bwait\b/.test(script);
    return (
      leaves ||
      /^(?:setsid|daemonize)$/.test(baseName(command.program)) ||
      command.words.slice(1).some((word) => /^--(?:daemon|daemonize|background)$/.test(word.value))
    );
  });
}

function checkRefused(unit: LintUnit): readonly RuleFinding[] {
  const open = execEntries(unit).filter((entry) => parseExecCommands(entry.value).problem !== null);
  const quotes = open.map((entry) => ({
    place: entry.place,
    happens: `systemd refuses the unit: ${parseExecCommands(entry.value).problem}.`,
    fix: "Close the quote; an apostrophe in text needs double quotes around it.",
  }));
  return isWholeService(unit) ? [...quotes, ...checkStarts(unit), ...checkOneshot(unit)] : quotes;
}

function checkStarts(unit: LintUnit): readonly RuleFinding[] {
  const starts = listOf(unit, "Service", "ExecStart");
  const [, second] = starts;
  const type = serviceType(unit);
  if (second !== undefined && type !== "oneshot" && second.place.file === starts[0]?.place.file)
    return [
      {
        place: second.place,
        happens: `systemd refuses the unit: Type=${type} takes one ExecStart=, here are ${starts.length}.`,
        fix: "Keep one, move what runs before it to ExecStartPre=, or use Type=oneshot.",
      },
    ];
  const others =
    listOf(unit, "Service", "ExecStop").length > 0 || lastOf(unit, "Unit", "SuccessAction") !== null;
  if (starts.length > 0 || (others && type === "oneshot")) return [];
  return [
    {
      place: unit.sections.find(({ name }) => name === "Service")?.place ?? unit.place,
      happens: "systemd refuses the unit: a service needs an ExecStart=.",
      fix: "Add ExecStart=.",
    },
  ];
}

function checkOneshot(unit: LintUnit): readonly RuleFinding[] {
  const restart = restartOf(unit);
  const entry = lastOf(unit, "Service", "Restart");
  if (
    serviceType(unit) !== "oneshot" ||
    listOf(unit, "Service", "ExecStart").length === 0 ||
    entry === null ||
    !["always", "on-success"].includes(restart)
  )
    return [];
  return [
    {
      place: entry.place,
      happens: `systemd refuses the unit: Type=oneshot cannot have Restart=${restart}.`,
      fix: "Use Restart=on-failure, or a timer for work that repeats.",
    },
  ];
}

function checkDropIn(unit: LintUnit): readonly RuleFinding[] {
  const starts = listOf(unit, "Service", "ExecStart");
  const [first, second] = starts;
  if (
    first === undefined ||
    second === undefined ||
    !isWholeService(unit) ||
    serviceType(unit) === "oneshot" ||
    second.place.file === first.place.file
  )
    return [];
  return [
    {
      place: second.place,
      happens: "systemd refuses the unit: the drop-in adds a second command to the first.",
      fix: "Write an empty ExecStart= on the line before it.",
    },
  ];
}
