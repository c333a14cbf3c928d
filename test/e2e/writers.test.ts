/**
 * What our writers write, real systemd reads back byte for byte: seen in /proc/PID/cmdline and
 * /proc/PID/environ of a running service.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  formatEnvironmentAssignment,
  formatEnvironmentFileAssignment,
  formatExecArgument,
  formatUnitValue,
  type Quoted,
} from "../../src/core/unit-file/quote.ts";
import { cgroupMode, removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { makeWorkshop } from "../support/workshop.ts";

const nasty = [
  ...[
    "",
    " ",
    "  two  ",
    "\t",
    "\ttab\t",
    "trailing ",
    " leading",
    "a b",
    "'",
    '"',
    "''",
    '""',
    `'"'"'`,
    '"quoted"',
    "'quoted'",
    "it's",
  ],
  ...[
    "\\",
    "\\\\",
    "\\\\\\",
    "ends in \\",
    "\\n",
    "\\t",
    "\\x41",
    "\\x00",
    "\\u0041",
    "\\101",
    "\\s",
    "\\;",
    '\\"',
    "\\'",
    "\\$",
    "a\\ b",
  ],
  ...[
    "%",
    "%%",
    "%%%",
    "%n",
    "%i",
    "%H",
    "%h/x",
    "100%",
    "%s%s%n",
    "%20",
    "50%%",
    "$",
    "$$",
    "$$$",
    "$HOME",
    "\x24{HOME}",
    "$$HOME",
    "$MAINPID",
  ],
  ...[
    "${",
    "$(id)",
    "`id`",
    "`",
    "$((1+1))",
    "; rm -rf /",
    ";",
    "&&",
    "|",
    "||",
    "&",
    ">",
    "<",
    ">>x",
    "*",
    "?",
    "[a-z]",
    "~",
    "~root",
    "!",
  ],
  ...[
    "#",
    "# no comment",
    "; no comment",
    "a # b",
    "a ; b",
    "=",
    "==",
    "a=b",
    "A=B=C",
    "-",
    "--",
    "-n",
    "--help",
    "@",
    "+",
    ":",
    "!!",
    "|-",
  ],
  ...[
    "[Service]",
    "ExecStart=/bin/false",
    "{",
    "}",
    "{a,b}",
    "{{x}}",
    "(",
    ")",
    "^",
    ",",
    "\r",
    "a\rb",
    "\r\r",
    "\u0001",
    "\u0007",
    "\u001b[31m",
  ],
  ...[
    "\u007f",
    "\u0008",
    "\u000b\u000c",
    "\u001f",
    "é",
    "ß",
    "日本語",
    "🦊",
    "e\u0301",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\u00a0",
    "\u0085",
    "\u2028",
  ],
  ...[
    "\ud7ff\ue000",
    "\u{10fffd}",
    "x".repeat(900),
    "\\".repeat(101),
    '"'.repeat(33),
    "%".repeat(51),
    "$".repeat(51),
    "'".repeat(33),
  ],
];
const lineBreaks = [
  "\n",
  "a\nb",
  "\n\n",
  "ends in\n",
  "\nstarts",
  "a\\\nb",
  "a\n# b",
  "a\n;b",
  "a\r\nb",
  'a"\nb',
  "a\nExecStart=/bin/false",
  "a \n b",
];
const pieces = [
  "\\",
  '"',
  "'",
  "$",
  "%",
  "`",
  ";",
  "#",
  " ",
  "\t",
  "\r",
  "\n",
  "{",
  "}",
  "a",
  "7",
  "é",
  "🦊",
  "\u0001",
  "=",
];
const generated = fc.sample(
  fc.oneof(
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 16 }).map((parts) => parts.join("")),
    fc
      .string({ unit: "binary", maxLength: 24 })
      .filter((text) => !text.includes("\0") && !/\p{Noncharacter_Code_Point}/u.test(text)),
  ),
  { seed: 20_261_121, numRuns: 10_000 },
);
const strings = [...nasty, ...lineBreaks, ...generated];
const hosts: TestHost[] = [];

beforeAll(async () => {
  console.log(
    `cgroups: ${cgroupMode()}; ${strings.length} strings for each writer: ${nasty.length + lineBreaks.length} chosen, ${generated.length} generated`,
  );
  hosts.push(
    ...(await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "writers" })))),
  );
});
afterAll(removeHosts);

test.each(systemdVersions)("systemd %i reads back every string", async (systemd) => {
  const host = hosts.find((each) => each.systemd === systemd);
  if (host === undefined) throw new Error(`no host with systemd ${systemd}`);
  await host.exec(
    ["sh", "-c", "cat >/etc/writers.env"],
    strings.map((text, index) => `${written(formatEnvironmentFileAssignment(`V${index}`, text))}\n`).join(""),
  );
  const readArguments = await run(
    host,
    "cmdline",
    `ExecStart=/bin/sh -c "sleep 1000; :" sh ${strings.map((text) => written(formatExecArgument(text))).join(" ")}`,
  );
  const assignments = strings.map(
    (text, index) => `Environment=${written(formatEnvironmentAssignment(`V${index}`, text))}`,
  );
  const readEnvironment = await run(
    host,
    "environ",
    [...assignments, "ExecStart=/bin/sleep 1000"].join("\n"),
  );
  const readFile = await run(host, "environ", "EnvironmentFile=/etc/writers.env\nExecStart=/bin/sleep 1000");
  expect(readArguments.slice(4)).toEqual(strings);
  expect(variables(readEnvironment)).toEqual(strings);
  expect(variables(readFile)).toEqual(strings);
  console.log(
    `systemd ${systemd}: ${strings.length} strings as arguments, in Environment= and in an environment file: all read back`,
  );
});

test("the whole way: from a service file through apply to the process, on every version", async () => {
  const shop = makeWorkshop(hosts);
  try {
    // A text of a service is a template, once; what looks like one comes as a value, which is inert.
    const isTemplate = (text: string): boolean => text.includes("{{");
    const lines = strings.map(
      (text, index) => `  V${index}: ${isTemplate(text) ? `"{{values.v${index}}}"` : yamlText(text)}\n`,
    );
    shop.write(
      "values/test.yaml",
      strings.flatMap((text, index) => (isTemplate(text) ? [`v${index}: ${yamlText(text)}\n`] : [])).join(""),
    );
    shop.write(
      "services/web.yaml",
      `name: writers-way\nservice: { Type: exec, ExecStart: /bin/sleep 1000 }\nsettle: 1s\nenvironment:\n${lines.join("")}`,
    );
    shop.write("playbooks/site.yaml", "- { play: way, hosts: all, services: [writers-way] }\n");
    const applied = await shop.run(["apply", "--env", "test", "--yes", "--output", "json"]);
    expect(applied.code === 0 ? "" : applied.stderr.slice(0, 4000)).toBe("");
    for (const host of hosts) {
      const text = await host.shell(
        'cat "/proc/$(systemctl show -p MainPID --value writers-way.service)/environ"',
      );
      expect(variables(text.split("\0").slice(0, -1))).toEqual(strings);
    }
  } finally {
    shop.remove();
  }
});

test("what the formats cannot carry is refused", () => {
  for (const text of ["a\0b", "\ud800", "a\udc00b", "\uffff", "\ufdd0", "\u{1fffe}"]) {
    expect(formatExecArgument(text)).toMatchObject({ ok: false });
    expect(formatEnvironmentAssignment("V", text)).toMatchObject({ ok: false });
    expect(formatEnvironmentFileAssignment("V", text)).toMatchObject({ ok: false });
  }
  for (const text of lineBreaks) expect(formatUnitValue(`x${text}x`)).toMatchObject({ ok: false });
});

/** Runs a service of these lines and reads one file of its process, split at NUL. */
async function run(host: TestHost, file: "cmdline" | "environ", lines: string): Promise<readonly string[]> {
  await host.exec(
    ["sh", "-c", "cat >/etc/systemd/system/writers.service"],
    `[Service]\nType=exec\n${lines}\n`,
  );
  await host.shell(
    "systemctl daemon-reload && systemctl restart writers.service || { journalctl --no-pager -n 30 >&2; exit 1; }",
  );
  const text = await host.shell(`cat "/proc/$(systemctl show -p MainPID --value writers.service)/${file}"`);
  return text.split("\0").slice(0, -1);
}

/** The values of V0, V1, … of an environment. */
function variables(environment: readonly string[]): readonly (string | undefined)[] {
  const found = new Map(
    environment.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]),
  );
  return strings.map((_, index) => found.get(`V${index}`));
}

/** JSON is YAML, but for what YAML calls unprintable. */
function yamlText(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function written(quoted: Quoted): string {
  if (!quoted.ok) throw new Error(quoted.reason);
  return quoted.text;
}
