/** supervisord's programs become services that say what it did. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readSupervisorFile } from "../../../src/core/adopt/supervisor-file.ts";
import { adoptProgram } from "../../../src/core/adopt/supervisor-program.ts";
import { formatCommand, readPairs, splitShellWords } from "../../../src/core/adopt/supervisor-text.ts";
import { expandArguments, readExecLine } from "../../../src/core/unit-file/exec-line.ts";
import { processorTime } from "../../support/processor-time.ts";

function program(lines: string, name = "web", shared = "") {
  const { sections } = readSupervisorFile(`[program:${name}]\n${lines}\n`);
  return adoptProgram({
    program: name,
    values: sections[0]?.values ?? new Map(),
    shared,
    file: "/etc/supervisor/conf.d/web.conf",
  });
}

function service(lines: string): Readonly<Record<string, unknown>> {
  const block = program(lines).blocks.get("service");
  return block instanceof Map ? Object.fromEntries(block) : {};
}

test("the file: comments behind a blank, values over several lines, names in lower case, the last one holds", () => {
  const { sections, strange } = readSupervisorFile(
    "; head\nstray\n[program:a] ; x\nCommand = /bin/a;b  ; c\nenvironment=A=1,\n  B=2\nuser=x\nuser: y\n[group:g]\nprograms=a\n[program:a]\numask=022\n",
  );
  expect(sections.map(({ name }) => name)).toEqual(["program:a", "group:g"]);
  expect([...(sections[0]?.values ?? [])]).toEqual([
    ["command", "/bin/a;b"],
    ["environment", "A=1,\nB=2"],
    ["user", "y"],
    ["umask", "022"],
  ]);
  expect(strange).toEqual([2]);
});

test("words are those of a shell", () => {
  const text = `a "b c" 'd "e' f\\ g "h\\"i\\\\j" k"l"'m' ''`;
  const shell = execFileSync("sh", ["-c", `printf '%s\\n' ${text}`], { encoding: "utf8" })
    .split("\n")
    .slice(0, -1);
  expect(splitShellWords(text)).toEqual(shell);
  expect(splitShellWords("a 'b")).toBeNull();
  expect(splitShellWords("a \\")).toBeNull();
});

test("a command's words are the same under systemd", () => {
  const word = fc.string({
    unit: fc.constantFrom("a", " ", "%", "$", '"', "'", "\\", ";", "{", "é", "\t"),
    maxLength: 8,
  });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const read = readExecLine(formatCommand(["/bin/x", ...words]), {
        resolve: (each) => each.replaceAll("%%", "%"),
      });
      expect(read).toMatchObject({ problem: null, commands: [{ path: "/bin/x" }] });
      expect(expandArguments(read.commands[0]?.argv ?? [], new Map()).argv).toEqual(["/bin/x", ...words]);
    }),
  );
});

test("pairs", () => {
  expect(readPairs(`A="1,2", B='x y',C=plain`)).toEqual([
    ["A", "1,2"],
    ["B", "x y"],
    ["C", "plain"],
  ]);
  expect(readPairs("A=1 2")).toBeNull();
});

test.each([
  ["autorestart=true", { Restart: "always" }],
  ["autorestart=false", { Restart: "no" }],
  ["", { Restart: "on-failure" }],
  ["exitcodes=0,2", { Restart: "on-failure", SuccessExitStatus: "2" }],
  ["exitcodes=3", { Restart: "always", RestartPreventExitStatus: "3" }],
  ["stopsignal=INT\nstopwaitsecs=20", { KillSignal: "SIGINT", TimeoutStopSec: "20s", KillMode: "mixed" }],
  [
    "stdout_logfile=/var/log/a.log\nredirect_stderr=true",
    { StandardOutput: "append:/var/log/a.log", StandardError: "inherit" },
  ],
  ["stdout_logfile=/var/log/a.log", { StandardOutput: "append:/var/log/a.log", StandardError: "journal" }],
  ["stdout_logfile=NONE\nstderr_logfile=NONE", { StandardOutput: "null" }],
  ["directory=%(here)s/x\numask=027", { WorkingDirectory: "/etc/supervisor/conf.d/x", UMask: "027" }],
])("%s", (lines, expected) => {
  expect(service(`command=/bin/web\n${lines}`)).toMatchObject(expected);
});

test.each([
  ["", true],
  ["exitcodes=0,2", false],
  ["autorestart=true", false],
  ["autorestart=false", false],
])("which exit codes were expected by default is said where it counts: %s", (lines, isSaid) => {
  expect(program(`command=/bin/web\n${lines}`).notes.some((note) => note.includes("supervisord 3"))).toBe(
    isSaid,
  );
});

test("stopasgroup signals all, as systemd does anyway", () => {
  expect(service("command=/bin/web\nstopasgroup=true")).not.toHaveProperty("KillMode");
});

test("processes become instances", () => {
  const { blocks } = program("command=/bin/web --port=80%(process_num)02d\nnumprocs=2\nnumprocs_start=9");
  expect(blocks.get("instances")).toEqual(["09", "10"]);
  expect(service("command=/bin/web --port=80%(process_num)02d")).toMatchObject({
    ExecStart: "/bin/web --port=80%i",
  });
});

test("secrets are named and their values are nowhere", () => {
  const { blocks, secrets, notes } = program(
    `command=/bin/web\nenvironment=DB_PASSWORD="hunter2",A="1"`,
    "web",
    "REGION=eu,A=0",
  );
  expect([...secrets.keys()]).toEqual(["DB_PASSWORD"]);
  expect(blocks.get("environment")).toEqual(
    new Map([
      ["REGION", "eu"],
      ["A", "1"],
    ]),
  );
  const plain =
    JSON.stringify([...blocks], (_key, value) => (value instanceof Map ? [...value] : value)) + notes.join();
  expect(plain).not.toContain("hunter2");
});

test.each([
  ["command=/bin/web %(ENV_HOME)s", "ENV_HOME"],
  ["command=bin/web", "relative"],
  ["command=/bin/web --token abcdef", "secret"],
  ["command=/bin/web 'x", "command cannot be read"],
  ["command=/bin/web\nenvironment=A=1 2", "is not a list"],
  ["command=/bin/web %(process_num)d %(process_num)02d", "several ways"],
])("%s is an obstacle", (lines, reason) => {
  expect(program(lines).obstacles.join()).toContain(reason);
  expect(JSON.stringify(service(lines))).not.toContain("abcdef");
});

test("what has no counterpart is said", () => {
  const notes = program(
    "command=/bin/web\npriority=1\nmem_limit=5\nserverurl=AUTO\nautostart=false",
  ).notes.join("\n");
  for (const text of [
    "priority is left out: no order",
    "mem_limit is left out: supervisord does not know this key",
    "serverurl is left out: systemd",
    "autostart is left out: it was false",
  ])
    expect(notes).toContain(text);
});

test("a host's file that wants to be read forever is read at once", () => {
  const long = 100_000;
  const start = processorTime();
  const lines = [
    `a${" ".repeat(long)}b`,
    `command=/bin/x ${"a.".repeat(long / 2)}`,
    `directory=${"eyJ-".repeat(long / 4)}`,
    `environment=A="${"x".repeat(long)}`,
  ];
  for (const line of lines) expect(program(`${line}\n${"[".repeat(1000)}`)).toBeDefined();
  expect(program(`command=/bin/x ${"eyJ-".repeat(long / 4)}`).obstacles).toEqual([]);
  // It takes half a second; with a pattern that backtracks, half a minute.
  expect(processorTime() - start).toBeLessThan(10_000);
});
