/** Units of a host become service files that render to the same units. */
import { describe, expect, test } from "vitest";
import { adopt } from "../../../src/core/adopt/adopt.ts";
import type { AdoptFacts, LiveUnit } from "../../../src/core/adopt/host-facts.ts";
import { refuseUnit } from "../../../src/core/adopt/refuse-unit.ts";
import { oldHost } from "../../support/live-host.ts";
import { randomServices } from "../../support/random-services.ts";

const FOLDER = "/etc/systemd/system";
const host = oldHost;
const context = { host, env: "prod", values: {} };

type Files = Readonly<Record<string, string>>;

function factsOf(
  unit: string,
  files: Files,
  live: Partial<LiveUnit> = {},
): AdoptFacts & { readonly live: LiveUnit } {
  const file = unit.replace(/@.+\./, "@.");
  const made: LiveUnit = {
    unit,
    loadState: "loaded",
    activeState: "active",
    unitFileState: "enabled",
    fragment: `${FOLDER}/${file}`,
    dropIns: Object.keys(files).filter((path) => /\.service\.d\/|\/service\.d\//.test(path)),
    triggeredBy: [],
    ...live,
  };
  const contents = Object.entries(files).map(
    ([path, text]) => [path, new TextEncoder().encode(text)] as const,
  );
  return {
    live: made,
    units: [made],
    beside: new Map(),
    files: new Map(contents),
    links: new Map(),
    unread: new Map(),
    owners: new Map(),
    accounts: [
      { user: "root", uid: 0, gid: 0, group: "root", home: "/root" },
      { user: "web", uid: 105, gid: 110, group: "web", home: "/srv/web" },
      { user: "anna", uid: 1000, gid: 1000, group: "anna", home: "/home/anna" },
    ],
  };
}

function adopted(files: Files, unit = "web.service") {
  const facts = factsOf(unit, files);
  return adopt([facts.live], facts, null, context);
}

const service = (...lines: readonly string[]): string =>
  ["[Service]", "ExecStart=/usr/bin/web", ...lines, "[Install]", "WantedBy=multi-user.target", ""].join("\n");

describe("round trips", () => {
  const cases: readonly (readonly [string, Files])[] = [
    ["a plain unit", { [`${FOLDER}/web.service`]: service("Restart=always") }],
    [
      "templates' braces",
      { [`${FOLDER}/web.service`]: service('ExecStartPre=/bin/docker ps --format "{{.Names}} {{x}}"') },
    ],
    [
      "texts that YAML reads otherwise",
      {
        [`${FOLDER}/web.service`]: service(
          "UMask=0077",
          "LimitNOFILE=1e3",
          "PrivateTmp=yes",
          "SyslogIdentifier=null",
          "ExecStop=/bin/sh -c 'a: b # c'",
        ),
      },
    ],
    [
      "drop-ins that reset and override",
      {
        [`${FOLDER}/web.service`]: service("Restart=always", "Environment=A=1"),
        [`${FOLDER}/web.service.d/10.conf`]:
          "[Service]\nExecStart=\nExecStart=/usr/bin/other\nRestart=\nRestart=on-failure\nEnvironment=\nEnvironment=B=2\n",
        "/etc/systemd/system.control/web.service.d/50-CPUWeight.conf": "[Service]\nCPUWeight=20\n",
      },
    ],
    ["no capability at all", { [`${FOLDER}/web.service`]: service("CapabilityBoundingSet=") }],
    [
      "a time-out that a later one takes over",
      {
        [`${FOLDER}/web.service`]: service("TimeoutSec=9", "TimeoutStartSec=30"),
        [`${FOLDER}/web.service.d/a.conf`]: "[Service]\nTimeoutSec=5\n",
      },
    ],
    ["a system account", { [`${FOLDER}/web.service`]: service("User=web") }],
    ["a person's account", { [`${FOLDER}/web.service`]: service("User=anna", "Group=web") }],
    ["no [Install]", { [`${FOLDER}/web.service`]: "[Service]\nExecStart=/usr/bin/web\n" }],
    [
      "a drop-in for all services",
      { [`${FOLDER}/web.service`]: service(), [`${FOLDER}/service.d/all.conf`]: "[Service]\nNice=5\n" },
    ],
  ];

  test.each(cases)("%s", (_name, files) => {
    const { gaps, adopted: result } = adopted(files);
    expect({ gaps, obstacles: result.obstacles }).toEqual({ gaps: [], obstacles: [] });
  });

  test("any mix of directives", () => {
    for (const { text } of randomServices(150))
      expect(adopted({ [`${FOLDER}/web.service`]: text }).gaps).toEqual([]);
  });
});

test("empty values that say something, and the order of time-outs, stand in the text", () => {
  const capability = adopted({ [`${FOLDER}/web.service`]: service("CapabilityBoundingSet=") });
  expect(capability.text).toContain('CapabilityBoundingSet: ""');
  const timeouts = adopted({
    [`${FOLDER}/web.service`]: service("TimeoutSec=9", "TimeoutStartSec=30"),
    [`${FOLDER}/web.service.d/a.conf`]: "[Service]\nTimeoutSec=5\n",
  });
  expect(timeouts.text).toMatch(/TimeoutStartSec: 30\n {2}TimeoutSec: 5\n/);
  expect(timeouts.adopted.merged).toEqual([`${FOLDER}/web.service.d/a.conf`]);
});

test("secrets are named and their values are nowhere", () => {
  const {
    text,
    gaps,
    adopted: result,
  } = adopted({
    [`${FOLDER}/web.service`]: service(
      'Environment=A=1 "API_TOKEN=from-the-unit"',
      "EnvironmentFile=/etc/default/web",
    ),
    "/etc/default/web": "PORT=80\nDB_PASSWORD='from the file'\nDATABASE_URL=postgres://u:in-the-url@db/x\n",
  });
  expect(gaps).toEqual([]);
  expect([...result.secrets.keys()]).toEqual(["API_TOKEN", "DB_PASSWORD", "DATABASE_URL"]);
  expect(text + result.notes.join("\n")).not.toMatch(/from-the-unit|from the file|in-the-url/);
  expect(text).toContain("DB_PASSWORD:\n    env: DB_PASSWORD");
  expect(result.secrets.get("DB_PASSWORD")?.from).toBe("/etc/default/web:2");
});

test("secrets by other names and by their values are in no file", () => {
  const variables = [
    "PGPASS=s3cr-a",
    "PW=s3cr-b",
    "SIGNING=s3cr-c",
    "AWS_ACCESS_KEY_ID=s3cr-d",
    "DSN=app:s3cr-e@tcp(db)/x",
    "SENTRY_DSN=https://s3cr-f@sentry.io/1",
  ];
  for (const variable of variables) {
    const inFile = adopted({
      [`${FOLDER}/web.service`]: service("EnvironmentFile=/etc/default/web"),
      "/etc/default/web": `${variable}\n`,
    });
    const inUnit = adopted({ [`${FOLDER}/web.service`]: service(`Environment=A=1 ${variable}`) });
    for (const { text, gaps, adopted: result } of [inFile, inUnit]) {
      expect({ gaps, secrets: [...result.secrets.keys()] }).toEqual({
        gaps: [],
        secrets: [variable.slice(0, variable.indexOf("="))],
      });
      expect(text + result.notes.join()).not.toContain("s3cr");
    }
  }
});

test.each([
  'ExecStartPre=/usr/bin/curl -u admin:s3cr "Authorization: Bearer s3cr" https://x',
  'ExecStartPre=/usr/bin/mysql "-ps3cr" -u root',
  "Environment=my-token=s3cr",
  "ExecStart=/usr/bin/mysql --execute 'x' -ps3cr",
  "SetCredential=token:s3cr",
  `ExecStop="\\x2d-password" s3cr`,
])("%s is neither written nor printed", (directive) => {
  const { text, gaps, adopted: result } = adopted({ [`${FOLDER}/web.service`]: service(directive) });
  expect(result.obstacles.join()).toContain("looks like a secret");
  expect(text + JSON.stringify([gaps, result.notes, result.obstacles])).not.toContain("s3cr");
});

test("a secret on a command line keeps the file from being written", () => {
  const { adopted: result } = adopted({
    [`${FOLDER}/web.service`]: service("ExecStartPre=/bin/login --password=hunter2"),
  });
  expect(result.obstacles).toHaveLength(1);
  expect(result.obstacles.join()).not.toContain("hunter2");
});

test("a file that may be missing, and those before it, stay directives: what svcdeploy writes is read last", () => {
  const { text, gaps } = adopted({
    [`${FOLDER}/web.service`]: service(
      "EnvironmentFile=/etc/a",
      "EnvironmentFile=-/etc/b",
      "EnvironmentFile=/etc/c",
    ),
    "/etc/a": "X=1\n",
    "/etc/b": "X=2\n",
    "/etc/c": "X=3\n",
  });
  expect(gaps).toEqual([]);
  expect(text).toMatch(/EnvironmentFile:\n {4}- \/etc\/a\n {4}- "-\/etc\/b"\n/);
  expect(text).toContain("environment:\n  X: 3\n");
});

test("slice, cache and logrotate become keys where they say the same", () => {
  const {
    text,
    gaps,
    adopted: result,
  } = adopted({
    [`${FOLDER}/web.service`]: `[Unit]\nRequiresMountsFor=/var/cache/web\n${service("User=web", "Slice=money.slice")}`,
    [`${FOLDER}/money.slice`]: "[Unit]\nDescription=Money\n[Slice]\nMemoryMax=1G\n",
    [`${FOLDER}/var-cache-web.mount`]:
      "[Mount]\nWhat=tmpfs\nWhere=/var/cache/web\nType=tmpfs\nOptions=size=16m,mode=0750,uid=105,gid=110\n",
    "/etc/logrotate.d/web-logs":
      "/var/log/web/*.log {\n  daily\n  rotate 3\n  copytruncate\n  su web web\n}\n",
  });
  expect(gaps).toEqual([]);
  expect(text).toContain("slice:\n  name: money\n  MemoryMax:");
  expect(text).toContain(
    'cache:\n  path: /var/cache/web\n  size: 16M\n  mode: "0750"\n  owner: web\n  group: web\n',
  );
  expect(text).toContain("logrotate:\n  paths:\n    - /var/log/web/*.log\n  daily: true\n");
  expect(result.merged).toContain("/etc/logrotate.d/web-logs");
});

test("more of a mount unit goes along, or its mount stays", () => {
  const mounted = (more: string) =>
    adopted({
      [`${FOLDER}/web.service`]: `[Unit]\nRequiresMountsFor=/var/cache/web\n${service()}`,
      [`${FOLDER}/var-cache-web.mount`]: `[Unit]\nAfter=zfs.target\n[Mount]\nWhat=tmpfs\nWhere=/var/cache/web\nType=tmpfs\nOptions=size=16m\n${more}`,
    });
  expect(mounted("TimeoutSec=10s\n").gaps).toEqual([]);
  expect(mounted("TimeoutSec=10s\n").text).toContain(
    "  group: root\n  Unit:\n    After: zfs.target\n  Mount:\n    TimeoutSec: 10s\n",
  );
  expect(mounted("Bogus=1\n").text).toContain(
    "# /etc/systemd/system/var-cache-web.mount stays on the host as it is: cache:",
  );
});

test("what a service file cannot say stays on the host, with the reason", () => {
  const { text, gaps } = adopted({
    [`${FOLDER}/web.service`]: `${service("Bogus=1")}[X-Own]\nA=b\n`,
    "/etc/logrotate.d/web": "/var/log/web/*.log {\n  daily\n  postrotate\n    kill 1\n  endscript\n}\n",
  });
  expect(gaps).toEqual([]);
  expect(text).toContain("# /etc/logrotate.d/web stays on the host as it is: it runs a script as root");
  expect(text).toContain("# Bogus= in [Service] is left out");
  expect(text).toContain("# Section [X-Own] is left out");
  expect(text).not.toContain("logrotate:");
});

test("instances of a template", () => {
  const facts = factsOf("web@blue.service", { [`${FOLDER}/web@.service`]: service("Environment=WHO=%i") });
  const green = { ...facts.live, unit: "web@green.service" };
  const { text, gaps } = adopt([facts.live, green], facts, null, context);
  expect(gaps).toEqual([]);
  expect(text).toContain("instances:\n  - blue\n  - green\n");
});

test.each([
  [{ fragment: "/usr/lib/systemd/system/web.service" }, "shadow"],
  [{ loadState: "masked" }, "masked"],
  [{ loadState: "not-found", fragment: "" }, "no such unit"],
])("%o is refused", (live, reason) => {
  const facts = factsOf("web.service", { [`${FOLDER}/web.service`]: service() }, live);
  expect(refuseUnit(facts.live, facts)).toContain(reason);
});

test("what svcdeploy has already is refused by the project's name", () => {
  const facts = factsOf("web.service", { [`${FOLDER}/web.service`]: service() });
  expect(
    refuseUnit(facts.live, { ...facts, owners: new Map([[`${FOLDER}/web.service`, "shop/web"]]) }),
  ).toContain("shop/web");
});

test("a job of a timer and a name that no service can have are obstacles", () => {
  const timed = factsOf(
    "web.service",
    { [`${FOLDER}/web.service`]: service() },
    { triggeredBy: ["web.timer"] },
  );
  expect(adopt([timed.live], timed, null, context).adopted.obstacles.join()).toContain("timer");
  const named = factsOf("Web_1.service", { [`${FOLDER}/Web_1.service`]: service() });
  expect(adopt([named.live], named, null, context).adopted.obstacles.join()).toContain("--name");
  expect(adopt([named.live], named, "web-1", context).gaps).toEqual([]);
});

test("control characters of a host reach neither the text nor its comments as they are", () => {
  const { text } = adopted({
    [`${FOLDER}/web.service`]: `[Unit]\nDescription=a\u009b31m\u202eb\n${service()}[X-\u001b[31m\u202e]\nA=b\n`,
  });
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});
