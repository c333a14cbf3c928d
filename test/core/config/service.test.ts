/** Service files: the strict schema in its two passes, and the normal form with its defaults. */
import { describe, expect, test } from "vitest";
import { checkTree } from "../../../src/core/config/check.ts";
import { serviceSchema } from "../../../src/core/config/service-schema.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import type { Host } from "../../../src/core/model/declared.ts";
import { anyHost, normaliseText } from "./normalise-text.ts";

function written(text: string): readonly string[] {
  return checkTree(serviceSchema, parseYaml(text, "services/x.yaml"), "written").problems.map(format);
}

function format({ place, message, hint }: ConfigError["problems"][number]): string {
  return `${place.line}:${place.column} ${message}${hint === null ? "" : ` [${hint}]`}`;
}

function mistakes(text: string, on: Host = anyHost): readonly string[] {
  try {
    normaliseText(text, on);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(format);
    throw error;
  }
  return [];
}

describe("defaults", () => {
  test("of a service with a name alone", () => {
    expect(normaliseText("name: x\n")).toEqual({
      name: "x",
      file: "services/x.yaml",
      artifact: null,
      account: null,
      unit: [],
      service: [],
      install: [
        {
          name: "WantedBy",
          value: "multi-user.target",
          place: { file: "services/x.yaml", line: 1, column: 1 },
        },
      ],
      hardening: "off",
      runtime: null,
      timers: [],
      sockets: [],
      instances: [],
      paths: [],
      dropIns: [],
      blockFiles: [],
      environment: [],
      secrets: [],
      files: [],
      slice: null,
      cache: null,
      logrotate: null,
      directories: [],
      health: [],
      settleSeconds: 10,
      lintIgnore: [],
    });
  });

  test("of every part", () => {
    const service = normaliseText(`
name: x
artifact: { source: dist/x }
account: { user: svc }
files: [{ path: /etc/x/a, content: "hello {{secrets.A}}" }]
cache: { path: /var/cache/x, size: 4G }
logrotate: { paths: /var/log/x/*.log, daily: true, rotate: 7 }
directories: [{ path: /var/lib/x }]
health: [{ http: "http://127.0.0.1:8080/ready" }, { tcp: "[::1]:9090" }, { command: [/bin/true], expect: { within: 500ms } }]
`);
    expect(service).toMatchObject({
      artifact: { source: "dist/x", version: null, sha256: null, keep: 5 },
      account: { user: "svc", group: "svc", groups: [], home: "/nonexistent" },
      files: [
        {
          path: "/etc/x/a",
          from: { kind: "content", content: "hello {{secrets.A}}" },
          mode: "0644",
          owner: "root",
          group: "root",
          onChange: "restart",
        },
      ],
      cache: {
        path: "/var/cache/x",
        size: "4G",
        mode: "0755",
        owner: "svc",
        group: "svc",
        options: [],
        unit: [],
        mount: [],
      },
      logrotate: {
        paths: ["/var/log/x/*.log"],
        options: [
          { name: "daily", value: null },
          { name: "rotate", value: "7" },
        ],
        su: null,
        postrotate: null,
      },
      directories: [{ path: "/var/lib/x", mode: "0755", owner: "svc", group: "svc" }],
      health: [
        { kind: "http", role: "ready", via: "forward", status: 200, json: null, withinMilliseconds: 5000 },
        { kind: "tcp", address: "::1", port: 9090, withinMilliseconds: 5000 },
        { kind: "command", command: ["/bin/true"], withinMilliseconds: 500 },
      ],
    });
    expect(service.files[0]?.place).toEqual({ file: "services/x.yaml", line: 5, column: 37 });
  });

  test("directives: lists repeat, truth values are yes and no, the empty text resets", () => {
    const service = normaliseText(
      'name: x\nservice: { ExecStart: ["", /bin/x], NoNewPrivileges: true, LimitNOFILE: 65536, PrivateTmp: false }\nslice: { name: s, IOWeight: 50 }\ninstall: {}\n',
    );
    expect(service.service.map(({ name, value }) => [name, value])).toEqual([
      ["ExecStart", ""],
      ["ExecStart", "/bin/x"],
      ["NoNewPrivileges", "yes"],
      ["LimitNOFILE", "65536"],
      ["PrivateTmp", "no"],
    ]);
    expect(service.service[1]?.place).toEqual({ file: "services/x.yaml", line: 2, column: 28 });
    expect(service.slice).toMatchObject({ name: "s", directives: [{ name: "IOWeight", value: "50" }] });
    expect(service.install).toEqual([]);
  });

  test("numbers and truth values that a template gave as text count", () => {
    expect(
      normaliseText(
        'name: x\nartifact: { source: a, keep: "3" }\nhealth: [{ http: "http://a/", expect: { status: "204" } }]\nsettle: "3"\n',
      ),
    ).toMatchObject({
      artifact: { keep: 3 },
      health: [{ status: 204 }],
      settleSeconds: 3,
      lintIgnore: [],
    });
  });
});

describe("directives go by the host's systemd", () => {
  test("a typing mistake has the nearest name", () => {
    expect(mistakes("name: x\nservice:\n  ExecStrat: /bin/x\n")).toEqual([
      "3:14 systemd 247 knows no ExecStrat= in [Service] [did you mean ExecStart=?]",
    ]);
  });
  test("the wrong section is named", () => {
    expect(mistakes("name: x\nservice: { After: a.service }\n")).toEqual([
      "2:19 systemd 247 knows no After= in [Service] [it belongs in [Unit]]",
    ]);
  });
  test("what came later is refused on an old host only", () => {
    const text = "name: x\nservice: { ExitType: cgroup }\n";
    expect(mistakes(text)[0]).toContain(
      "systemd 247 knows no ExitType= in [Service] [a later systemd has it, 252 or earlier",
    );
    expect(mistakes(text, { ...anyHost, systemd: 252 })).toEqual([]);
  });
});

describe("refused as written", () => {
  test.each([
    ["nmae: x", '1:1 the key "nmae" is not known here [did you mean "name"?]'],
    ["{}", '1:1 "name" is missing'],
    [
      "name: Bad_Name",
      '1:7 "Bad_Name": a name starts with a lower-case letter and continues with lower-case letters, digits and -, 63 in all',
    ],
    ["name: 5", "1:7 a text is expected here, this is the number 5"],
    ["name: x\nservice: [a]", "2:10 a map is expected here, this is a list"],
    ["name: x\nservice: { ExecStart: }", '2:23 a value is expected here; "" resets a directive'],
    ["name: x\nservice: { ExecStart: { a: b } }", "2:23 a text or number is expected here, this is a map"],
    ["name: x\nartifact: { source: ../x }", '2:21 "../x": a path has no . or .. in it'],
    [
      "name: x\nartifact: { source: /x }",
      '2:21 "/x": a path of the project is relative to the project folder',
    ],
    ["name: x\nartifact: { source: a, version: 2 }", '2:33 a version is a text: write "2" in quotes'],
    [
      "name: x\nartifact: { source: a, sha256: abc }",
      '2:32 "abc": a sha256 has 64 hexadecimal digits in lower case',
    ],
    [
      "name: x\naccount: { user: Root }",
      '2:18 "Root": a user or group name has lower-case letters, digits, _ and -, at most 32, and starts with a letter or _',
    ],
    [
      "name: x\nfiles: [{ path: etc/x, content: a }]",
      '2:17 "etc/x": a path on a host is absolute: it starts with /',
    ],
    ["name: x\nfiles: [{ path: /etc/../x, content: a }]", '2:17 "/etc/../x": a path has no . or .. in it'],
    [
      "name: x\nfiles: [{ path: /etc//x, content: a }]",
      '2:17 "/etc//x": a path has no // and does not end in /',
    ],
    [
      'name: x\nfiles: [{ path: "/etc/a b", content: a }]',
      '2:18 "/etc/a b": a path has only letters, digits and . _ @ : + = , - / \\',
    ],
    ["name: x\nfiles: [{ path: /etc/x }]", "2:9 a file has exactly one of template, content and source"],
    [
      "name: x\nfiles: [{ path: /etc/x, content: a, source: b }]",
      "2:9 a file has exactly one of template, content and source",
    ],
    [
      "name: x\nfiles: [{ path: /etc/x, content: a, mode: 755 }]",
      '2:43 a mode is a text: write "0755" in quotes; YAML\'s 0755 is the number 755',
    ],
    [
      'name: x\nfiles: [{ path: /etc/x, content: a, mode: "0999" }]',
      '2:44 a mode such as "0755" is expected here, this is "0999"',
    ],
    [
      "name: x\nfiles: [{ path: /etc/x, content: a, onChange: kill }]",
      '2:47 one of restart, reload, none is expected here, this is "kill"',
    ],
    ["name: x\ncache: { path: /c, size: 4GB }", "2:26 a size such as 512M, 4G or 10% is expected here"],
    [
      "name: x\ncache: { path: /c, size: 4G, options: ['a,b'] }",
      '2:41 "a,b": a mount option is a word, or word=value',
    ],
    ["name: x\nslice: { MemoryMax: 1G }", '2:1 "name" is missing'],
    [
      "name: x\nlogrotate: { paths: [/var/log/x.log], daly: true }",
      '2:45 there is no logrotate option "daly"; did you mean "daily"?',
    ],
    [
      "name: x\nlogrotate: { paths: [/l], compress: false }",
      "2:37 leave the option out, or write its opposite (nocompress: true)",
    ],
    [
      'name: x\nlogrotate: { paths: [/l], maxsize: "1}" }',
      "2:37 an option's value has letters, digits, blanks and . / % : _ + -",
    ],
    [
      "name: x\nlogrotate: { paths: [/l], postrotate: kill }",
      "2:39 reload or { signal: USR1 } is expected here: root's shell on the host runs nothing of a project",
    ],
    [
      "name: x\nlogrotate: { paths: [/l], postrotate: { signal: KILL } }",
      "2:39 a signal after a rotation is HUP, USR1, USR2 or WINCH",
    ],
    [
      'name: x\nlogrotate: { paths: ["/l {\\n}"] }',
      '2:23 "/l {\\n}": a path has only letters, digits and . _ @ : + = , - / \\',
    ],
    ["name: x\nhealth: [{ http: ftp://a/ }]", '2:18 "ftp://a/": only http:// and https:// can be checked'],
    [
      "name: x\nhealth: [{ http: http://u:p@a/ }]",
      '2:18 "http://u:p@a/": a URL of a health check carries no user or password',
    ],
    [
      'name: x\nhealth: [{ http: "http://a/\\nb" }]',
      '2:19 "http://a/\\nb": this is not a URL; write http://HOST:PORT/PATH',
    ],
    ["name: x\nhealth: [{ tcp: a:99999 }]", '2:17 ADDRESS:PORT is expected here, this is "a:99999"'],
    ["name: x\nhealth: [{ command: /bin/x }]", "2:21 a command is a list: the program, then its arguments"],
    ["name: x\nhealth: [{ role: ready }]", "2:10 a check has exactly one of http, tcp and command"],
    ["name: x\nhealth: [{ tcp: 'a:1', via: host }]", "2:10 via, status and json belong to http checks"],
    ["name: x\nsettle: soon", '2:9 a time span such as 10s or 5min is expected here, this is "soon"'],
    ["name: x\nsecrets: { A: {} }", "2:15 a secret has one provider: env, file or exec"],
    ["name: x\nsecrets: { A: { env: X, file: y } }", "2:15 a secret has one provider: env, file or exec"],
    ["name: x\nsecrets: { A: { deliver: credential } }", "2:15 a secret has one provider: env, file or exec"],
    [
      "name: x\nsecrets: { A: { env: X, deliver: mail } }",
      '2:34 one of environment, credential is expected here, this is "mail"',
    ],
    [
      "name: x\ncache: { path: /c, size: 1G, persist: { to: /p, every: 1h } }",
      '2:45 "/p": a folder below /var/lib is expected here',
    ],
    [
      "name: x\ncache: { path: /c, size: 1G, persist: { to: /var/lib/svcdeploy/x, every: 1h } }",
      "this is svcdeploy's own state",
    ],
    ["name: x\ncache: { path: /c, size: 1G, persist: { to: /var/lib/../etc, every: 1h } }", "2:45 "],
    [
      "name: x\ncache: { path: /c, size: 1G, persist: { to: /var/lib/x, every: 1s } }",
      "1s is not between 10s and 2592000s",
    ],
    ["name: x\ncache: { path: /c, size: 1G, persist: { to: /var/lib/x } }", "every"],
    ["name: x\nhardening: max", '2:12 one of off, standard, strict is expected here, this is "max"'],
  ])("%j", (text, problem) => {
    expect(written(text).join("\n")).toContain(problem);
  });

  test.each([
    ["secrets: { A: { age: prod } }", "`age`"],
    ["secrets: { A: { sops: x } }", "`sops`"],
    ["secrets: { A: { ansible-vault: x } }", "`ansible-vault`"],
    ["secrets: { A: { vault: x } }", "`vault`"],
    ["logrotate: { paths: [/l], firstaction: x }", "`firstaction`"],
    ["logrotate: { paths: [/l], prerotate: x }", "`prerotate`"],
  ])("not supported: %s", (line, named) => {
    const found = written(`name: x\n${line}\n`).filter(
      (problem) => problem.includes(named) && /not supported/.test(problem),
    );
    expect(found.length).toBe(1);
  });
});

describe("templates", () => {
  const text =
    'name: x\nartifact: { source: a, keep: "{{values.keep}}" }\nfiles: [{ path: "/etc/{{x}}", content: "{{", mode: "{{m}}" }]\nhealth: [{ http: "{{values.url}}" }]\n';
  test("are left to the second check", () => {
    expect(written(text)).toEqual([]);
  });
  test("which leaves nothing", () => {
    expect(mistakes(text).length).toBe(4);
  });
  test("a missing key is reported at once", () => {
    expect(written('name: x\ncache: { path: "{{p}}" }\n')).toEqual(['2:1 "size" is missing']);
  });
});

test("names of variables", () => {
  expect(
    mistakes("name: x\nenvironment: { A-B: 1 }\nsecrets: { 1A: { env: X }, C: { env: 'a b' } }\n").length,
  ).toBe(3);
  expect(
    mistakes("name: x\nenvironment: { A-B: 1, C: 1 }\nsecrets: { 1A: { env: X }, C: { env: Y } }\n").length,
  ).toBe(3);
});
