import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeHost } from "../../src/core/check/judge-host.ts";
import { SvcdeployError } from "../../src/core/errors.ts";
import type { Host } from "../../src/core/model/declared.ts";
import { checkQuestion } from "../../src/host/check-answer.ts";
import { checkText } from "../../src/report/check-text.ts";
import { plainText } from "../../src/report/lines/text.ts";
import { answerOf, inputOf } from "../support/answers.ts";
import { processorTime } from "../support/processor-time.ts";

const facts = [
  "fact\tmachine-id\t0123456789abcdef0123456789abcdef",
  "fact\tboot-id\t01234567-89ab-cdef-0123-456789abcdef",
];
const body = [
  ...facts,
  "fact\tVersion\t252.39-1",
  "fact\tclock\t1700000000",
  "fact\tmissing\tflock",
  "fact\treboot\trequired",
  "fact\treboot\tnext week",
  "space\t/opt\tyes\t/dev/my disk 1000 400 600 40% /srv/my opt\t/dev/my disk 100 90 10 90% /srv/my opt",
  "space\t/etc\tno\tbtrfs 1000 400 600 40% /\tbtrfs 0 0 0 - /",
  "space\t/run\tyes\t\t",
  "lock\t/var/lib/dpkg/lock\t12\tapt-get",
  "lock\t/run/x.pid\t-\t",
  "process\t12\tapt-get",
  "failed\ta.service",
  "transaction\t0123456789abcdef0123456789abcdef\tAWAIT\tactive\t7\t8\tme@here\tdemo",
];
const decode = (stdout: string, stderr = "") => answerOf(checkQuestion, new Set(), stdout, stderr);
const answer = (lines: readonly string[]): string =>
  `Last login: today\nN begin\n${lines.join("\n")}\nN end\n`;

test("an answer is decoded", () => {
  const seen = decode(answer(body));
  expect(seen.facts).toMatchObject({ systemd: 252, clock: 1700000000, missing: ["flock"] });
  expect(seen.reboots).toEqual(["required"]);
  expect(seen.spaces).toEqual([
    { folder: "/opt", mount: "/srv/my opt", writable: true, freeKib: 600, freeInodes: 10 },
    { folder: "/etc", mount: "/", writable: false, freeKib: 600, freeInodes: null },
    { folder: "/run", mount: "/run", writable: true, freeKib: null, freeInodes: null },
  ]);
  expect(seen.locks).toEqual([
    { path: "/var/lib/dpkg/lock", pid: 12, program: "apt-get" },
    { path: "/run/x.pid", pid: null, program: "" },
  ]);
  expect(seen.processes).toEqual([{ pid: 12, program: "apt-get" }]);
  expect(seen.failedUnits).toEqual(["a.service"]);
  expect(seen.transactions.map(({ owner }) => owner)).toEqual(["me@here"]);
});

test.each([
  ["no end", answer(body).replace("N end", "")],
  ["another nonce", answer(body).replaceAll("N ", "M ")],
  ["no machine-id", answer(body.filter((text) => !text.includes("machine-id")))],
  ["nothing", ""],
])("an answer with %s is refused, with what the host said", (_, output) => {
  expect(() => decode(output, "sh: 1: date: not found\n")).toThrow(/^h: .*date: not found/);
});

const host: Host = {
  name: "h",
  address: "h",
  port: 22,
  user: "root",
  become: "none",
  identity: null,
  knownHosts: null,
  connectTimeoutSeconds: 10,
  groups: [],
  vars: {},
  labels: {},
  systemd: 247,
  required: false,
  place: { file: "inventory/prod.yaml", line: 1, column: 1 },
};

test("a hostile answer never breaks decoder, judgement or text, passes no control character, and puts nothing of its own into a command", () => {
  const piece = fc.oneof(
    fc.constantFrom(...body),
    fc.string({ unit: "binary" }),
    fc
      .tuple(
        fc.constantFrom("fact", "space", "lock", "process", "failed", "transaction"),
        fc.array(fc.string({ unit: "binary" }), { maxLength: 8 }),
      )
      .map(([kind, fields]) => [kind, ...fields].join("\t")),
    fc.constantFrom(
      "N begin",
      "N end",
      "lock\t/x\t1;reboot\t$(reboot)",
      "process\t1`reboot`\tapt",
      "\u001b]0;x\u0007",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (lines) => {
      try {
        const check = judgeHost(host, decode(answer([...facts, ...lines])), {
          sent: 0,
          answered: 0,
        });
        const [commands, texts] = [
          check.findings.flatMap((finding) => finding.commands),
          plainText(checkText([check], 80)),
        ];
        for (const command of commands) expect(command).toMatch(/^[\w/. |,()&#'-]+=?[\w/. |,()&#'-]*$/);
        expect(commands.join("\n")).not.toContain("reboot");
        expect(texts).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      } catch (error) {
        if (!(error instanceof SvcdeployError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

test("a line of any length is decoded at once", () => {
  const started = processorTime();
  decode(answer([...facts, `space\t/opt\tyes\t${"1 ".repeat(500_000)}\t${" ".repeat(500_000)}x`]));
  expect(processorTime() - started).toBeLessThan(1000);
});

test("the question is five lines", () => {
  expect(inputOf(checkQuestion, new Set())).toBe("N\n/var/lib/svcdeploy\n--system\n\n\n");
  expect(inputOf(checkQuestion, new Set(["trees"]))).toBe("N\n/var/lib/svcdeploy\n--system\ntrees\n\n");
  expect(inputOf(checkQuestion, new Set(["encrypted credentials"]))).toBe(
    "N\n/var/lib/svcdeploy\n--system\n\nencrypted\n",
  );
});

test("check.sh looks for exactly the commands that probe.sh looks for", () => {
  const loops = (name: string): readonly string[] =>
    readFileSync(new URL(`../../src/host/${name}`, import.meta.url), "utf8").match(
      /^(?:if \[ -n "\$(?:trees|encrypted)" \]; then| *for command in [^;]+;| *command -v systemd-creds .*)/gm,
    ) ?? [];
  expect(loops("check.sh")).toEqual(loops("probe.sh"));
  expect(loops("check.sh")).toEqual([
    expect.stringContaining("flock"),
    'if [ -n "$trees" ]; then',
    expect.stringContaining("setpriv"),
    'if [ -n "$encrypted" ]; then',
    expect.stringContaining("missing systemd-creds"),
  ]);
});
