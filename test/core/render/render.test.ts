/**
 * renderService: what is refused and where, what a unit depends on, and that every unit reads back as
 * written.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError, type Problem } from "../../../src/core/errors.ts";
import type { FileResource, Resource, UnitResource } from "../../../src/core/model/resource.ts";
import { type RenderInputs, renderService } from "../../../src/core/render/render.ts";
import { Secret } from "../../../src/core/secret.ts";
import { parseUnitFile } from "../../../src/core/unit-file/parse.ts";
import { printUnitFile } from "../../../src/core/unit-file/print.ts";
import { makeHost, makeService, type ShortService } from "../../golden/make-service.ts";

const INPUTS: RenderInputs = {
  env: "prod",
  values: {},
  secrets: new Map([["TOKEN", new Secret("TOKEN", "hunter2")]]),
  files: new Map(),
  artifact: null,
};
const ACCOUNT = { user: "app", group: "app", groups: [], home: "/nonexistent" };

function render(short: Omit<ShortService, "name">, inputs: Partial<RenderInputs> = {}): readonly Resource[] {
  const hasCommand = Object.keys(short.service ?? {}).some((name) => name.startsWith("Exec"));
  const ours =
    hasCommand && short.service !== undefined ? short.service : { ...short.service, ExecStart: "/bin/app" };
  return renderService(makeService({ name: "app", ...short, service: ours }), makeHost(), {
    ...INPUTS,
    ...inputs,
  });
}

function problemsOf(
  short: Omit<ShortService, "name">,
  inputs: Partial<RenderInputs> = {},
): readonly Problem[] {
  try {
    render(short, inputs);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function fileAt(resources: readonly Resource[], path: string): FileResource & { readonly text: string } {
  const file = resources.find((resource) => resource.kind === "file" && resource.path === path);
  if (file?.kind !== "file") throw new Error(`no file ${path}`);
  return { ...file, text: new TextDecoder().decode(file.content) };
}

function unitOf(resources: readonly Resource[], name = "app.service"): UnitResource {
  const unit = resources.find((resource) => resource.kind === "unit" && resource.unit === name);
  if (unit?.kind !== "unit") throw new Error(`no unit ${name}`);
  return unit;
}

const SERVICE_FILE = "/etc/systemd/system/app.service";

describe("what a format cannot carry is a mistake at its place", () => {
  const cases: readonly (readonly [string, Omit<ShortService, "name">, RegExp])[] = [
    ["no command", { service: { ExecStop: "/bin/app stop" } }, /no ExecStart=/],
    [
      "a line break in a directive",
      { service: { Type: "exec", ExecStart: "/bin/app\nUser=root" } },
      /^ExecStart= cannot be written: .*line break/,
    ],
    ["a control character in a directive", { unit: { Description: "a\u001b[31m" } }, /0x1b/],
    ["a directive's name that is none", { service: { "A=b\nC": "d" } }, /cannot be the name of a directive/],
    ["NUL in a variable", { environment: { A: "a\0" } }, /^A cannot be an environment variable: .*NUL/],
    ["a variable's name", { environment: { "A B": "a" } }, /letters, digits and _/],
    [
      "a variable that is a secret too",
      { environment: { TOKEN: "x" }, secrets: ["TOKEN"] },
      /^TOKEN is set twice/,
    ],
    ["a secret without a value", { secrets: ["OTHER"] }, /^The secret OTHER has no value/],
    ["a time-out", { service: { TimeoutStopSec: "soon" } }, /^TimeoutStopSec=soon is not a time span/],
    [
      "a slice's name",
      { slice: { name: "a--b", directives: { MemoryMax: "1G" } } },
      /"a--b" cannot be a slice/,
    ],
    [
      "Alias= of another type",
      { install: { Alias: "other.socket" } },
      /^Alias=other\.socket has to end in \.service/,
    ],
    [
      "Alias= that is no name",
      { install: { Alias: "a/b.service" } },
      /^Alias=a\/b\.service is not the name of a unit/,
    ],
    [
      "Alias= with a template's name",
      { install: { Alias: "a@.service" } },
      /^Alias=a@\.service has to be a template/,
    ],
    [
      "Also= for units of others",
      { install: { Also: "other.socket" } },
      /^Also=other\.socket would enable a unit that is not of this service/,
    ],
    [
      "DefaultInstance= without a template",
      { install: { DefaultInstance: "a" } },
      /^DefaultInstance= is for templates/,
    ],
    ["a target that is none", { install: { WantedBy: "../../etc" } }, /is not the name of a unit/],
    [
      "a log path",
      { logrotate: { paths: ['/var/log/a"b'], options: [], su: null, postrotate: null } },
      /log path/,
    ],
    [
      "a logrotate script",
      {
        logrotate: {
          paths: ["/var/log/a"],
          options: [{ name: "postrotate", value: null }],
          su: null,
          postrotate: null,
        },
      },
      /postrotate is not supported yet/,
    ],
    [
      "a logrotate value",
      {
        logrotate: {
          paths: ["/var/log/a"],
          options: [{ name: "rotate", value: "7\n}" }],
          su: null,
          postrotate: null,
        },
      },
      /value of the logrotate option rotate/,
    ],
    [
      "a missing source",
      { files: [{ path: "/etc/app/a", from: { kind: "source", source: "nope" } }] },
      /^The source nope is not there/,
    ],
    [
      "a missing template",
      { files: [{ path: "/etc/app/a", from: { kind: "template", template: "nope.hbs" } }] },
      /^The template nope.hbs is not there/,
    ],
    [
      "a missing artifact",
      {
        artifact: {
          source: "dist/app",
          form: "file",
          strip: 0,
          version: null,
          sha256: null,
          signature: null,
          keep: 5,
        },
      },
      /^The artifact dist\/app is not there/,
    ],
  ];
  test.each(cases)("%s", (_name, short, message) => {
    const problems = problemsOf(short);
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
    expect(problems[0]?.place.file).toBe("services/app.yaml");
  });

  test("the line is the directive's own", () => {
    expect(problemsOf({ service: { Type: "exec", ExecStart: "/bin/a\nb" } })[0]?.place.line).toBe(2);
  });

  test("several mistakes come together", () => {
    expect(
      problemsOf({ environment: { "1A": "" }, install: { Also: "x.service" }, secrets: ["NONE"] }),
    ).toHaveLength(3);
  });

  test("a cache with a foreign option, size, mode or path", () => {
    const cache = {
      path: "/var/cache/app",
      size: "4G",
      mode: "0755",
      owner: "app",
      group: "app",
      options: [],
    };
    const bad = [
      { path: "/var/a b" },
      { path: "/var/../x" },
      { size: "4GB" },
      { mode: "rwx" },
      { options: ["a,b"] },
      { options: ["uid=0"] },
      { owner: "a,b" },
    ];
    for (const change of bad)
      expect(problemsOf({ cache: { ...cache, ...change } }), JSON.stringify(change)).toHaveLength(1);
    expect(problemsOf({ cache })).toEqual([]);
  });

  test("a release is described by what its schema knows, whoever signed the artifact", () => {
    const source = { form: "file" as const, path: "/x", strip: 0, sha256: "a".repeat(64), size: 1 };
    const artifact = {
      sha256: "a".repeat(64),
      size: 1,
      source,
      signature: { kind: "ssh" as const, key: "K", says: "" },
    };
    const wanted = {
      source: "dist/app",
      form: "file" as const,
      strip: 0,
      version: "1",
      sha256: null,
      signature: null,
      keep: 5,
    };
    const release = render({ artifact: wanted }, { artifact }).find(({ kind }) => kind === "release");
    expect(Object.keys(release ?? {}).sort()).toEqual([
      "form",
      "id",
      "keep",
      "kind",
      "name",
      "path",
      "service",
      "sha256",
      "size",
      "source",
    ]);
  });

  test("an artifact that is not the one meant", () => {
    const source = { form: "file" as const, path: "/x", strip: 0, sha256: "a".repeat(64), size: 1 };
    const artifact = { sha256: "a".repeat(64), size: 1, source };
    const wanted = {
      source: "dist/a b",
      form: "file" as const,
      strip: 0,
      version: "../1",
      sha256: null,
      signature: null,
      keep: 5,
    };
    const messages = problemsOf({ artifact: wanted }, { artifact }).map((problem) => problem.message);
    expect(messages).toEqual([
      expect.stringContaining("name of an artifact"),
      expect.stringContaining("version"),
    ]);
  });
});

describe("secrets", () => {
  const files = (mode: string) => [
    { path: "/etc/app/a", from: { kind: "content" as const, content: "t: {{secrets.TOKEN}}" }, mode },
  ];

  test("make a config file secret, which everyone may not read", () => {
    const file = fileAt(render({ files: files("0640"), secrets: ["TOKEN"] }), "/etc/app/a");
    expect([file.secret, file.text]).toEqual([true, "t: hunter2"]);
    for (const mode of ["0644", "0660", "0750", "4640"])
      expect(problemsOf({ files: files(mode) })[0]?.message, mode).toContain("wider than 0640");
  });

  test("leave the other lines of a file to be shown", () => {
    const content = "a: 1\nt: {{json secrets.TOKEN}} x\n{{#if secrets.TOKEN}}yes\nno{{/if}} end\nz: 2\n";
    const config = { path: "/etc/app/a", from: { kind: "content" as const, content }, mode: "0640" };
    const rendered = render({ files: [config], secrets: ["TOKEN"], environment: { A: "b" } });
    const hidden = "<secret TOKEN>";
    expect(fileAt(rendered, "/etc/app/a").shown).toEqual([
      ...[null, `t: ${hidden} x`, hidden, `${hidden} end`, null, null],
    ]);
    expect(fileAt(rendered, "/etc/svcdeploy/env/app.env").shown).toEqual([
      null,
      null,
      `TOKEN=${hidden}`,
      null,
    ]);
  });

  test("make the environment file secret", () => {
    expect(fileAt(render({ secrets: ["TOKEN"] }), "/etc/svcdeploy/env/app.env")).toMatchObject({
      secret: true,
      mode: "600",
      owner: "root",
    });
    expect(fileAt(render({ environment: { A: "b" } }), "/etc/svcdeploy/env/app.env").secret).toBe(false);
  });
});

describe("what a running service must have started from", () => {
  const base: Omit<ShortService, "name"> = {
    unit: { Description: "a" },
    service: { ExecStart: "/bin/app", MemoryMax: "1G", Restart: "no" },
    environment: { A: "1" },
  };
  const digest = (short: Omit<ShortService, "name">) => unitOf(render({ ...base, ...short })).restartDigest;
  const config = (content: string, onChange: "restart" | "reload" | "none") => ({
    files: [{ path: "/etc/app/c.yml", from: { kind: "content" as const, content }, onChange }],
  });

  test.each<readonly [string, Omit<ShortService, "name">]>([
    ["a description", { unit: { Description: "b", After: "x.service", StartLimitBurst: "9" } }],
    [
      "limits and what counts at the end",
      {
        service: {
          ...base.service,
          MemoryMax: "2G",
          CPUQuota: "10%",
          Restart: "always",
          TimeoutStopSec: "5",
          ExecReload: "/bin/x",
        },
      },
    ],
    ["enablement", { install: { WantedBy: "graphical.target" } }],
    ["a slice's limits", { slice: null }],
  ])("not %s", (_name, short) => {
    expect(digest(short)).toBe(digest({}));
  });

  test.each<readonly [string, Omit<ShortService, "name">, string]>([
    ["the command", { service: { ...base.service, ExecStart: "/bin/app -v" } }, "ExecStart"],
    ["the environment", { environment: { A: "2" } }, "environment"],
    ["the account", { account: ACCOUNT }, "User"],
    ["the slice", { slice: { name: "s", directives: {} } }, "Slice"],
    ["a shared namespace", { unit: { JoinsNamespaceOf: "x.service" } }, "JoinsNamespaceOf"],
    ["hardening", { hardening: "standard" }, "ProtectSystem"],
    ["a config file", config("x", "restart"), "c.yml"],
  ])("%s", (_name, short, input) => {
    expect(digest(short)).not.toBe(digest({}));
    const before = unitOf(render(base)).restartInputs;
    const after = unitOf(render({ ...base, ...short })).restartInputs;
    expect(Object.keys(after).filter((key) => after[key] !== before[key])).toContain(input);
  });

  test("the order of values counts, the order of directives does not", () => {
    expect(digest({ service: { ExecStart: "/bin/app", MemoryMax: "1G", A: "1", B: "2" } })).toBe(
      digest({ service: { B: "2", A: "1", ExecStart: "/bin/app" } }),
    );
    expect(digest({ service: { ExecStartPre: ["/a", "/b"], ExecStart: "/c" } })).not.toBe(
      digest({ service: { ExecStartPre: ["/b", "/a"], ExecStart: "/c" } }),
    );
  });

  test("a config file counts where its onChange says", () => {
    const reload = [config("x", "reload"), config("y", "reload")].map((short) =>
      unitOf(render({ ...base, ...short })),
    );
    expect(reload[0]?.restartDigest).toBe(reload[1]?.restartDigest);
    expect(reload[0]?.reloadDigest).not.toBe(reload[1]?.reloadDigest);
    const none = unitOf(render({ ...base, ...config("x", "none") }));
    expect([none.restartDigest, none.reloadDigest]).toEqual([digest({}), unitOf(render(base)).reloadDigest]);
  });

  test("two config files of one name are told apart by their paths", () => {
    const files = ["/etc/app/a/c.yml", "/etc/app/b/c.yml"].map((path) => ({
      path,
      from: { kind: "content" as const, content: path },
    }));
    expect(Object.keys(unitOf(render({ files })).restartInputs)).toEqual(
      expect.arrayContaining(["/etc/app/a/c.yml", "/etc/app/b/c.yml"]),
    );
  });

  test("a mount is remounted for its size, made anew for its mode and owner", () => {
    const cache = {
      path: "/var/cache/app",
      size: "4G",
      mode: "0755",
      owner: "app",
      group: "app",
      options: ["noatime"],
    };
    const [first, larger, other, nosuid] = [
      {},
      { size: "5G" },
      { mode: "0700" },
      { options: ["nosuid"] },
    ].map((change) => unitOf(render({ cache: { ...cache, ...change } }), "var-cache-app.mount"));
    expect(first?.restartDigest).toBe(larger?.restartDigest);
    expect(first?.reloadDigest).not.toBe(larger?.reloadDigest);
    expect(first?.reloadDigest).not.toBe(nosuid?.reloadDigest);
    expect(first?.restartDigest).not.toBe(other?.restartDigest);
    expect(first?.reloadDigest).toBe(other?.reloadDigest);
  });
});

describe("the unit resource", () => {
  test.each([
    [{ TimeoutStartSec: "5min 20s" }, 320, 90],
    [{ TimeoutSec: "30" }, 30, 30],
    [{ TimeoutSec: "30", TimeoutStopSec: "2min" }, 30, 120],
    [{ TimeoutStartSec: "infinity", TimeoutStopSec: "0" }, 600, 600],
    [{ Type: "oneshot" }, 600, 90],
    [{ TimeoutStartSec: "1500ms" }, 2, 90],
  ])("%j: starts in %d s, stops in %d s", (service, start, stop) => {
    const unit = unitOf(render({ service: { ExecStart: "/bin/app", ...service } }));
    expect([unit.startTimeoutSeconds, unit.stopTimeoutSeconds]).toEqual([start, stop]);
  });

  test("can reload with ExecReload=, or when it says so by notification", () => {
    const services = [
      {},
      { ExecReload: "/bin/x" },
      { ExecReload: ["/bin/x", ""] },
      { Type: "notify-reload" },
    ];
    expect(
      services.map((service) => unitOf(render({ service: { ExecStart: "/a", ...service } })).canReload),
    ).toEqual([false, true, false, true]);
  });

  test("has systemd's own default for Type=", () => {
    const services = [
      { ExecStart: "/a" },
      { ExecStart: "/a", BusName: "x" },
      { ExecStop: "/a", RemainAfterExit: "yes" },
      { ExecStart: "/a", Type: "exec" },
    ];
    expect(services.map((service) => unitOf(render({ service })).type)).toEqual([
      "simple",
      "dbus",
      "oneshot",
      "exec",
    ]);
  });
});

describe("own directives win", () => {
  test("over the account, hardening and the slice", () => {
    const service = { ExecStart: "/a", User: "other", ProtectSystem: "no", Slice: "mine.slice" };
    const text = fileAt(
      render({ service, account: ACCOUNT, hardening: "strict", slice: { name: "s", directives: {} } }),
      SERVICE_FILE,
    ).text;
    for (const line of ["User=app", "Group=app", "ProtectSystem=strict", "Slice=s.slice", "ReadWritePaths="])
      expect(text).not.toContain(line);
    expect(text).toContain("NoNewPrivileges=yes");
  });

  test("and strict keeps what the service may write to and its ambient capabilities", () => {
    const cache = {
      path: "/var/cache/app",
      size: "4G",
      mode: "0755",
      owner: "app",
      group: "app",
      options: [],
    };
    const directories = [{ path: "/srv/app", mode: "0750", owner: "app", group: "app" }];
    const text = fileAt(
      render({
        service: { AmbientCapabilities: "CAP_NET_BIND_SERVICE" },
        hardening: "strict",
        cache,
        directories,
      }),
      SERVICE_FILE,
    ).text;
    for (const line of [
      "ReadWritePaths=-/var/cache/app",
      "ReadWritePaths=-/srv/app",
      "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
    ])
      expect(text).toContain(`\n${line}\n`);
  });

  test("over an implied directory, and never over the system's", () => {
    const files = ["/etc/app/a", "/etc/ssl/private/key", "/etc/plain", "/var/lib/app/b"].map((path) => ({
      path,
      from: { kind: "content" as const, content: "" },
    }));
    const directories = [{ path: "/etc/app", mode: "0700", owner: "app", group: "app" }];
    const made = render({ files, directories, install: { WantedBy: "" } }).filter(
      (resource) => resource.kind === "directory",
    );
    expect(made.map((directory) => [directory.path, directory.mode, directory.owner])).toEqual([
      ["/etc/app", "700", "app"],
    ]);
  });
});

describe("logrotate's su", () => {
  const su = (path: string, short: Omit<ShortService, "name">) =>
    /su .*/.exec(
      fileAt(
        render({
          ...short,
          logrotate: { paths: [path], options: [], su: short.logrotate?.su ?? null, postrotate: null },
        }),
        "/etc/logrotate.d/app",
      ).text,
    )?.[0] ?? null;
  const owned = (owner: string) => ({
    directories: [{ path: "/var/log/app", mode: "0755", owner, group: "adm" }],
  });

  test.each<readonly [string, string, Omit<ShortService, "name">, string | null]>([
    [
      "a directory of the service's",
      "/var/log/app/a.log",
      { ...owned("app"), account: ACCOUNT },
      "su app adm",
    ],
    ["a directory of root's", "/var/log/app/a.log", { ...owned("root"), account: ACCOUNT }, null],
    ["LogsDirectory= or unknown", "/var/log/app/a.log", { account: ACCOUNT }, "su app app"],
    [
      "unknown, with User= of its own",
      "/var/log/app/a.log",
      { service: { User: "u", Group: "g" } },
      "su u g",
    ],
    ["/var/log itself", "/var/log/a.log", { account: ACCOUNT }, null],
    ["a service of root's", "/srv/a.log", {}, null],
    [
      "as written",
      "/var/log/a.log",
      { logrotate: { paths: [], options: [], su: { user: "x", group: "y" }, postrotate: null } },
      "su x y",
    ],
  ])("%s", (_name, path, short, expected) => {
    expect(su(path, short)).toBe(expected);
  });
});

describe("logrotate's create and postrotate", () => {
  const web = (
    logrotate: Partial<NonNullable<ShortService["logrotate"]>>,
    short: Omit<ShortService, "name"> = {},
  ): Omit<ShortService, "name"> => ({
    account: ACCOUNT,
    ...short,
    logrotate: { paths: ["/var/log/app/a.log"], options: [], su: null, postrotate: null, ...logrotate },
  });
  const create = (value: string | null) => ({ options: [{ name: "create", value }] });
  const signal = { postrotate: { do: "signal", signal: "USR1" } } as const;

  test("a signal and a reload are scripts of ours, run once for all logs", () => {
    const text = fileAt(render(web(signal)), "/etc/logrotate.d/app").text;
    expect(text).toContain(
      "    sharedscripts\n    postrotate\n        if systemctl --quiet is-active app.service; then systemctl kill --kill-who=main --signal=USR1 app.service; fi\n    endscript\n}",
    );
    const reload = render(
      web(
        { postrotate: { do: "reload" } },
        { service: { ExecStart: "/bin/app", ExecReload: "/bin/kill -HUP $MAINPID" } },
      ),
    );
    expect(fileAt(reload, "/etc/logrotate.d/app").text).toContain("then systemctl reload app.service; fi\n");
    const chosen = render(web({ ...signal, options: [{ name: "nosharedscripts", value: null }] }));
    expect(fileAt(chosen, "/etc/logrotate.d/app").text).not.toMatch(/^ *sharedscripts/m);
  });

  test("of several instances those are told that run", () => {
    const instances = [
      {
        name: "blue",
        escaped: "blue",
        unit: "app@blue.service",
        place: { file: "services/app.yaml", line: 2, column: 1 },
      },
    ];
    const text = fileAt(render(web(signal, { instances })), "/etc/logrotate.d/app").text;
    expect(text).toContain("list-units --full --plain --no-legend --state=active 'app@*.service' |");
    expect(text).toContain('if [ $# -gt 0 ]; then systemctl kill --kill-who=main --signal=USR1 -- "$@"; fi');
    expect(text).not.toMatch(/(?:kill|reload) .*\*/);
  });

  test("a reload needs a way to reload", () => {
    expect(problemsOf(web({ postrotate: { do: "reload" } })).map(({ message }) => message)).toEqual([
      "postrotate: reload needs ExecReload= in app",
    ]);
  });

  test.each<readonly [string, Omit<ShortService, "name">, RegExp | null]>([
    ["alone", web(create(null)), null],
    ["a mode", web(create("640")), null],
    ["as the user that logrotate works as", web(create("0640 app app")), null],
    [
      "as another user",
      web(create("0640 root app")),
      /^create for root:app fails: logrotate works there as app:app/,
    ],
    ["in root's own directory", web({ ...create("0640 root adm"), paths: ["/var/log/a.log"] }), null],
    [
      "as root where the service writes",
      web({ ...create("0640 app app"), su: { user: "root", group: "root" } }),
      /^create as root in a directory of app's/,
    ],
    [
      "without a group, which 3.22 takes for the user",
      web(create("0640 app")),
      /^create takes a mode, or a mode, a user and a group/,
    ],
    ["something else", web(create("now")), /^create takes a mode/],
    [
      "a compressor with options",
      web({ options: [{ name: "compresscmd", value: "/usr/bin/xz -9" }] }),
      /^compresscmd takes the path of a program/,
    ],
  ])("create %s", (_name, short, message) => {
    expect(problemsOf(short).map((problem) => problem.message)).toEqual(
      message === null ? [] : [expect.stringMatching(message)],
    );
  });
});

describe("every unit reads back as written", () => {
  const value = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc
      .array(fc.constantFrom("\\", "#", ";", "[", "]", "=", "%", " ", "é", "\t", "x"), { maxLength: 10 })
      .map((parts) => parts.join("")),
  );

  test("or is refused", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), value, (commands, description) => {
        const short: Omit<ShortService, "name"> = {
          unit: { Description: description },
          service: { ExecStartPre: commands, ExecStart: "/bin/app" },
          hardening: "strict",
        };
        if (problemsOf(short).length > 0) return;
        const text = fileAt(render(short), SERVICE_FILE).text;
        const file = parseUnitFile(text);
        expect(file.problems).toEqual([]);
        expect(printUnitFile(file)).toBe(text);
        expect(file.sections.map((section) => section.name)).toEqual(["Unit", "Service", "Install"]);
        expect(
          file.sections[1]?.items.filter((item) => item.kind === "entry" && item.name === "ExecStartPre"),
        ).toHaveLength(commands.length);
      }),
    );
  });

  test("and the same input makes the same bytes", () => {
    const short: Omit<ShortService, "name"> = {
      account: ACCOUNT,
      hardening: "strict",
      environment: { A: "b" },
      slice: { name: "s", directives: { MemoryMax: "1G" } },
    };
    expect(render(short)).toEqual(render(short));
  });
});
