/**
 * Who wins in a service's environment. The cases were seen on real systemd of the three versions;
 * test/e2e/seeing.test.ts looks there again.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type EffectiveEnvironment,
  effectiveEnvironment,
} from "../../../src/core/environment/effective-environment.ts";
import { effectiveUnit } from "../../../src/core/unit-file/effective-unit.ts";
import { formatEnvironmentAssignment } from "../../../src/core/unit-file/quote.ts";

type Given = {
  readonly systemd?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly account?: { readonly user: string; readonly home: string };
  readonly triggers?: readonly string[];
};

function environment(
  lines: string,
  { systemd = 247, files = {}, account, triggers = [] }: Given = {},
): EffectiveEnvironment {
  const unit = "app.service";
  const found = effectiveUnit(unit, [
    { path: `/etc/systemd/system/${unit}`, content: `[Service]\n${lines}\n` },
  ]);
  const service = found.sections.get("Service") ?? new Map();
  const specifiers = { unit, systemd, host: { h: "/root" } };
  return effectiveEnvironment(
    { unit, systemd, service, specifiers, account: account ?? null, triggers },
    (path) => {
      const text = files[path];
      return text === undefined ? null : { text, secrets: ["KEY"] };
    },
  );
}

/** NAME=value of what was written, ? for what only the host knows. */
function written(found: EffectiveEnvironment): readonly string[] {
  return found.variables
    .filter(({ setter }) => setter !== "manager" && setter !== "systemd")
    .map(({ name, value }) => `${name}=${value.kind === "unknown" ? "?" : value.text}`);
}

function implied(found: EffectiveEnvironment): readonly string[] {
  return found.variables
    .filter(({ setter }) => setter === "manager" || setter === "systemd")
    .map(({ name, value }) => `${name}${value.kind === "known" ? `=${value.text}` : ""}`);
}

describe("what is written", () => {
  test.each<[string, string, Given, readonly string[]]>([
    ["the last Environment= wins", "Environment=A=1\nEnvironment=A=2 B=1", {}, ["A=2", "B=1"]],
    ["an empty one forgets those before", "Environment=A=1\nEnvironment=\nEnvironment=B=2", {}, ["B=2"]],
    [
      "a file beats Environment=, whatever the order",
      "EnvironmentFile=/e\nEnvironment=A=unit",
      { files: { "/e": "A=file\n" } },
      ["A=file"],
    ],
    [
      "the last file wins, and its last line",
      "EnvironmentFile=/e\nEnvironmentFile=-/f",
      { files: { "/e": "A=e\n", "/f": "A=f\nA=g\n" } },
      ["A=g"],
    ],
    [
      "quotes, escapes and specifiers of Environment=",
      'Environment="A=two words" B=%n C=%%n \'D=x"y\' E=%h',
      {},
      ["A=two words", "B=app.service", "C=%n", 'D=x"y', "E=/root"],
    ],
    [
      "nothing is expanded in a file",
      "EnvironmentFile=/e",
      { files: { "/e": 'A=$HOME/%n\nB="x y"\nexport C=1\nD\n' } },
      ["A=$HOME/%n", "B=x y"],
    ],
    ["words that are no assignment are dropped", "Environment=A=1 stray B=2 1C=3 =4", {}, ["A=1", "B=2"]],
    ["a specifier that systemd does not know drops its assignment", "Environment=A=%Z B=1", {}, ["B=1"]],
    ["one that the host knows is not guessed", "Environment=A=%H-x", {}, ["A=?"]],
    [
      "UnsetEnvironment= takes away by name, by name and value",
      "Environment=A=1 B=2 C=3\nUnsetEnvironment=A B=2 C=4",
      {},
      ["C=3"],
    ],
    [
      "and what a file sets",
      "EnvironmentFile=/e\nUnsetEnvironment=A",
      { files: { "/e": "A=1\nB=2\n" } },
      ["B=2"],
    ],
    [
      "PassEnvironment= is below Environment=",
      "PassEnvironment=A B LANG\nEnvironment=A=1",
      {},
      ["A=1", "B=?"],
    ],
    [
      "a secret is its name",
      "EnvironmentFile=/e",
      { files: { "/e": 'A="<secret KEY>"\n' } },
      ["A=<secret KEY>"],
    ],
  ])("%s", (_what, lines, given, expected) => {
    expect(written(environment(lines, given))).toEqual(expected);
  });

  test("what was overridden is told, the nearest first, with its line", () => {
    const found = environment("User=app\nEnvironment=HOME=/one\nEnvironment=HOME=/two\nEnvironmentFile=/e", {
      files: { "/e": "\nHOME=/three\n" },
      account: { user: "app", home: "/srv" },
    });
    const home = found.variables.find(({ name }) => name === "HOME");
    expect(home?.line).toEqual({ file: "/e", line: 2 });
    expect(
      home?.over.map(({ value, line }) => [value.kind === "known" ? value.text : "", line?.line]),
    ).toEqual([
      ["/two", 4],
      ["/one", 3],
      ["/srv", 2],
    ]);
  });

  test("files that are not ours are named", () => {
    const found = environment("EnvironmentFile=-/etc/default/%p\nEnvironmentFile=/etc/x", {
      files: { "/etc/y": "" },
    });
    expect(found.foreign.map(({ path, optional }) => [path, optional])).toEqual([
      ["/etc/default/app", "optional"],
      ["/etc/x", "required"],
    ]);
  });

  test("whatever the values: the last of several assignments is what the process gets", () => {
    const name = fc.constantFrom("A", "B", "C");
    const value = fc.string({ unit: fc.constantFrom(..." '\"\\%$=abé\t"), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
        const lines = pairs
          .map(([each, text]) => formatEnvironmentAssignment(each, text))
          .flatMap((quoted) => (quoted.ok ? [`Environment=${quoted.text}`] : []));
        const expected = [...new Map(pairs)]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([each, text]) => `${each}=${text}`);
        expect(written(environment(lines.join("\n")))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe("what systemd sets", () => {
  const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
  const PRESSURE = ["MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE"];
  test.each<[string, string, Given, readonly string[]]>([
    ["247", "", {}, ["INVOCATION_ID", "JOURNAL_STREAM", "LANG", `${PATH}:/sbin:/bin`]],
    [
      "252",
      "",
      { systemd: 252 },
      ["INVOCATION_ID", "JOURNAL_STREAM", "LANG", `${PATH}:/sbin:/bin`, "SYSTEMD_EXEC_PID"],
    ],
    [
      "257",
      "",
      { systemd: 257 },
      ["INVOCATION_ID", "JOURNAL_STREAM", "LANG", ...PRESSURE, PATH, "SYSTEMD_EXEC_PID", "USER=root"],
    ],
  ])("nothing said, systemd %s", (_version, lines, given, expected) => {
    expect(implied(environment(lines, given))).toEqual(expected);
  });

  const BASE = new Set(["INVOCATION_ID", "JOURNAL_STREAM", "LANG", `${PATH}:/sbin:/bin`]);
  test.each<[string, Given, readonly string[]]>([
    [
      "User=app",
      { account: { user: "app", home: "/srv/app" } },
      ["HOME=/srv/app", "LOGNAME=app", "USER=app"],
    ],
    ["User=app", {}, ["HOME", "LOGNAME=app", "SHELL", "USER=app"]],
    ["User=root", {}, ["HOME=/root", "LOGNAME=root", "SHELL", "USER=root"]],
    ["User=1000", {}, ["HOME", "LOGNAME", "SHELL", "USER"]],
    ["DynamicUser=yes", {}, ["LOGNAME=app", "USER=app"]],
    [
      "StateDirectory=a b/c\nRuntimeDirectory=%p",
      {},
      ["RUNTIME_DIRECTORY=/run/app", "STATE_DIRECTORY=/var/lib/a:/var/lib/b/c"],
    ],
    ["Type=notify", {}, ["NOTIFY_SOCKET=/run/systemd/notify"]],
    ["WatchdogSec=1min", {}, ["NOTIFY_SOCKET=/run/systemd/notify", "WATCHDOG_PID", "WATCHDOG_USEC=60000000"]],
    ["WatchdogSec=0", {}, []],
    ["PIDFile=x.pid", {}, ["PIDFILE=/run/x.pid"]],
    ["SetCredential=a:b", {}, ["CREDENTIALS_DIRECTORY=/run/credentials/app.service"]],
    ["LogNamespace=x", {}, ["LOG_NAMESPACE=x"]],
    ["ExecSearchPath=/opt/a:/opt/b", {}, []],
    ["", { triggers: ["app.socket"] }, ["LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID"]],
    ["", { triggers: ["app.timer"] }, []],
  ])("%s %j", (lines, given, expected) => {
    expect(implied(environment(lines, given)).filter((each) => !BASE.has(each))).toEqual(expected);
  });

  test("what came with later versions", () => {
    expect(implied(environment("ExecSearchPath=/opt/a:/opt/b", { systemd: 252 }))).toContain(
      "PATH=/opt/a:/opt/b",
    );
    expect(implied(environment("", { systemd: 252, triggers: ["app.timer"] }))).toContain(
      "TRIGGER_UNIT=app.timer",
    );
    expect(implied(environment("User=app\nSetLoginEnvironment=no", { systemd: 257 }))).not.toContain(
      "LOGNAME=app",
    );
  });

  test.each(["StandardOutput=null", "StandardOutput=file:/x\nStandardError=inherit"])(
    "%s leaves the journal's stream out",
    (lines) => {
      expect(implied(environment(lines))).not.toContain("JOURNAL_STREAM");
    },
  );
});
