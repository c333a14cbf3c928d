/**
 * A rehearsal's question, and what of a host's answer counts: only what the plan's own files make worse, at
 * the line of the service file.
 */
import { describe, expect, test } from "vitest";
import { placeOfRendered } from "../../../src/core/lint/rendered-unit.ts";
import type { Notice } from "../../../src/core/model/plan.ts";
import type { HostTarget, Resource } from "../../../src/core/model/resource.ts";
import type { Service } from "../../../src/core/model/service.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { judgeRehearsal } from "../../../src/core/rehearsal/judge-rehearsal.ts";
import { type Planned, type RehearsalAnswer, rehearsalOf } from "../../../src/core/rehearsal/rehearsal.ts";
import { renderService } from "../../../src/core/render/render.ts";
import { Secret } from "../../../src/core/secret.ts";
import { makeHost, makeService, type ShortService } from "../../golden/make-service.ts";
import { type HostSpec, makeObservation, makeResource, makeTarget } from "../plan/host-builder.ts";

const SECRETS = new Map([["TOKEN", new Secret("TOKEN", "hunter2")]]);
const ACCOUNT = { user: "app", group: "app", groups: [], home: "/nonexistent" };
const LOGROTATE = {
  paths: ["/var/log/app/*.log"],
  options: [{ name: "hourly", value: null }],
  su: null,
  postrotate: null,
};
const APP: ShortService = {
  name: "app",
  account: ACCOUNT,
  service: { ExecStart: "/opt/app/current/app", MemoryMax: "1G", IOWeight: "100000" },
  secrets: ["TOKEN"],
  logrotate: LOGROTATE,
};

function planOf(short: ShortService, more: readonly Resource[] = [], host: HostSpec = {}): Planned {
  const service: Service = makeService(short);
  const inputs = { env: "prod", values: {}, secrets: SECRETS, files: new Map(), artifact: null };
  const resources = [...renderService(service, makeHost(), inputs), ...more];
  const placeOf: HostTarget["placeOf"] = (file, line) => placeOfRendered(file, service, line);
  const target = { ...makeTarget(resources), placeOf };
  return { target, plan: makePlan(target, makeObservation(host, resources)) };
}

const NOTHING: RehearsalAnswer = { verify: null, rotate: null, lacks: [], named: new Map(), timer: null };
const said = (lines: readonly string[], status = 1) => ({ status, lines });

function judge(planned: Planned, answer: Partial<RehearsalAnswer>): readonly string[] {
  const request = rehearsalOf([planned]);
  if (request === null) throw new Error("nothing to rehearse");
  const notices =
    judgeRehearsal([planned], request, { ...NOTHING, ...answer }, 252).get(planned.target) ?? [];
  return notices.map(({ severity, text }) => `${severity}: ${text}`);
}
const verify = (after: readonly string[], before: readonly string[] | null = null, status = 1) =>
  judge(planOf(APP), {
    verify: { after: said(after, status), before: before === null ? null : said(before) },
  });
const rotate = (after: readonly string[], before: readonly string[] | null = null, planned = planOf(APP)) =>
  judge(planned, { rotate: { after: said(after), before: before === null ? null : said(before) } });

describe("what is asked", () => {
  test("unit and logrotate files, without what holds a secret; new users are root's for once", () => {
    const release = makeResource({
      kind: "file",
      path: "/etc/systemd/system/ssh.service.d/x.conf",
      content: "[Service]\n",
    });
    const secret = makeResource({
      kind: "file",
      path: "/etc/systemd/system/ssh.service.d/y.conf",
      content: "hunter2",
      secret: true,
    });
    const type = makeResource({
      kind: "file",
      path: "/etc/systemd/system/service.d/z.conf",
      content: "[Service]\n",
    });
    const request = rehearsalOf([planOf(APP, [release, secret, type])]);
    expect(request?.units.map(({ name }) => name).sort()).toEqual(["app.service", "ssh.service.d/x.conf"]);
    expect(request?.verify).toEqual(["app.service", "ssh.service"]);
    const text = new TextDecoder().decode(request?.logrotate[0]?.content ?? new Uint8Array());
    expect(text).toContain("    su root root\n");
    expect(JSON.stringify(request)).not.toContain("hunter2");
  });

  test("a user who is there keeps the name", () => {
    const planned = planOf(APP, [], {
      users: { app: { uid: 900, gid: 900 } },
      groups: { app: { gid: 900 } },
    });
    const text = new TextDecoder().decode(rehearsalOf([planned])?.logrotate[0]?.content ?? new Uint8Array());
    expect(text).toContain("    su app app\n");
  });

  test("a logrotate file that goes is told along; alone it is no reason to ask", () => {
    const { target, plan } = planOf(APP);
    const goes = (path: string) => ({
      resource: makeResource({ kind: "file", path }),
      before: {},
      after: null,
      differs: [],
      beforeContent: null,
    });
    const gone = goes("/etc/logrotate.d/old");
    expect(
      rehearsalOf([{ target, plan: { ...plan, changes: [...plan.changes, gone] } }])?.logrotate.at(-1),
    ).toEqual({ name: "old", content: null });
    expect(rehearsalOf([{ target, plan: { ...plan, changes: [gone] } }])).toBeNull();
  });

  test("a plan without such files asks nothing", () => {
    const { target, plan } = planOf(APP);
    expect(rehearsalOf([{ target, plan: { ...plan, changes: [] } }])).toBeNull();
    const other = plan.changes.filter(
      ({ resource }) => !("path" in resource && /systemd|logrotate/.test(resource.path)),
    );
    expect(other.length).toBeGreaterThan(0);
    expect(rehearsalOf([{ target, plan: { ...plan, changes: other } }])).toBeNull();
  });
});

describe("systemd-analyze verify", () => {
  test("a value that it ignores is a warning, at the directive's line", () => {
    const file = new TextDecoder().decode(rehearsalOf([planOf(APP)])?.units[0]?.content ?? new Uint8Array());
    const line = file.split("\n").findIndex((text) => text.startsWith("IOWeight=")) + 1;
    expect(verify([`/etc/systemd/system/app.service:${line}: Invalid weight, ignoring: 100000`])).toEqual([
      `warning: systemd 252 says of app.service:${line} (services/app.yaml:3): Invalid weight, ignoring: 100000`,
    ]);
  });

  test("a unit that it refuses is an error, told once", () => {
    const lines = [
      "app.service: Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.",
      "Unit app.service has a bad unit file setting.",
    ];
    expect(verify(lines)).toEqual([
      expect.stringMatching(
        /^error: systemd 252 says of app\.service \(services\/app\.yaml:1\): Service has no Exec/,
      ),
    ]);
    expect(verify(lines.slice(1))).toEqual([
      expect.stringMatching(/^error: .*: it has a bad unit file setting$/),
    ]);
  });

  test("a unit that requires one that no file makes is an error; a device or a mount may come by itself", () => {
    const needs = (unit: string) =>
      `app.service: Failed to create app.service/start: Unit ${unit} not found.`;
    expect(verify([needs("dead.service")])).toEqual([
      expect.stringMatching(/^error: .*Unit dead\.service not found\.$/),
    ]);
    expect(verify([needs("srv-data.mount")])).toEqual([expect.stringMatching(/^warning: /)]);
  });

  test("what it said before, on whatever line, is not ours", () => {
    const unknown = (line: number) =>
      `/etc/systemd/system/app.service:${line}: Unknown key 'Foo' in section [Service], ignoring.`;
    expect(verify([unknown(12)], [unknown(7)])).toEqual([]);
    expect(verify([unknown(12)], [])).toHaveLength(1);
  });

  test("another's unit is another's, unless it is said because of ours", () => {
    const foreign = "/etc/systemd/system/foreign.service:2: Unknown key 'Bogus' in section [Unit], ignoring.";
    expect(
      verify([foreign, "foreign.service: Command /nope is not executable: No such file or directory"]),
    ).toEqual([]);
    const job =
      "foreign.service: Job app.service/start deleted to break ordering cycle starting with foreign.service/start";
    expect(verify(["foreign.service: Found ordering cycle on app.service/start", job])).toEqual([
      expect.stringContaining(job),
    ]);
  });

  test.each(["i", "test_instance", ""])("a template is tried by an instance, here %j", (instance) => {
    const template = makeResource({
      kind: "file",
      path: "/etc/systemd/system/job@.service",
      content: "[Service]\n",
    });
    const lines = [
      `job@${instance}.service: No. Refusing.`,
      `Unit job@${instance}.service has a bad unit file setting.`,
    ];
    const found = judge(planOf(APP, [template]), { verify: { after: said(lines), before: null } });
    expect(found).toEqual([
      expect.stringMatching(/^error: systemd 252 says of job@\.service .*: No\. Refusing\.$/),
    ]);
  });

  test("a program that the plan brings is no finding, one that it does not bring is", () => {
    const lacks = (path: string) =>
      `app.service: Command ${path} is not executable: No such file or directory`;
    const current = makeResource({ kind: "link", path: "/opt/app/current", target: "releases/1" });
    const answer = {
      verify: { after: said([lacks("/opt/app/current/app"), lacks("/opt/app/currentx")]), before: null },
    };
    expect(judge(planOf(APP, [current]), answer)).toEqual([
      expect.stringContaining("/opt/app/currentx is not executable"),
    ]);
  });

  test("a parser that dies refuses the plan; one that died before does not", () => {
    const lines = ["Assertion 'name' failed at src/core/unit.c:3495. Aborting."];
    expect(verify(lines, [], 134)).toEqual([
      expect.stringMatching(/^error: .*crashed on these unit files \(signal 6\)/),
    ]);
    const both = { after: said(lines, 134), before: said(lines, 134) };
    expect(judge(planOf(APP), { verify: both })).toEqual([]);
    expect(verify([], [], 124)).toEqual([expect.stringMatching(/^warning: .*within 30 s/)]);
  });

  test("of a flood the errors are shown", () => {
    const lines = Array.from(
      { length: 100 },
      (_, index) => `/etc/systemd/system/app.service:4: Nonsense ${index}, ignoring.`,
    );
    const found = verify([...lines, "app.service: Nothing works. Refusing."]);
    expect(found).toHaveLength(21);
    expect(found[0]).toMatch(/^error: /);
    expect(found[20]).toBe("warning: systemd and logrotate report 81 more things about these files");
  });
});

describe("logrotate -d", () => {
  const place = "/etc/logrotate.d/app (services/app.yaml:1)";

  test.each<readonly [string, readonly string[], string]>([
    [
      "3.18 on an option",
      ["error: app:3 unknown option 'dayly' -- ignoring line"],
      `warning: logrotate says of ${place}: unknown option`,
    ],
    [
      "3.22 on an option",
      ["warning: app:3 unknown option 'dayly' -- ignoring line"],
      `warning: logrotate says of ${place}: unknown option`,
    ],
    [
      "a number",
      ["error: app:2 bad rotation count 'x'", "error: found error in file app, skipping"],
      `error: logrotate says of ${place}: bad rotation`,
    ],
    [
      "another file",
      ["error: zz:1 duplicate log entry for /var/log/a"],
      "error: logrotate says of /etc/logrotate.d/zz, because of what this plan writes: d",
    ],
    [
      "a folder that is missing",
      ["error: app:5 error verifying olddir path /x: No such file or directory"],
      "warning: ",
    ],
    [
      "insecure",
      ['error: skipping "/srv/x/a.log" because parent directory has insecure permissions (…)'],
      "error: logrotate says: skipping",
    ],
  ])("%s", (_name, lines, start) => {
    expect(rotate(lines)).toEqual([
      expect.stringMatching(new RegExp(`^${start.replaceAll(/[()./]/g, "\\$&")}`)),
    ]);
    expect(
      rotate(
        lines,
        lines.map((line) => line.replace(/:\d /, ":99 ")),
      ),
    ).toEqual([]);
  });

  test("a log that two files name: the other one by its name", () => {
    const planned = planOf(APP);
    const answer = {
      rotate: { after: said(["error: app:2 duplicate log entry for /var/log/a.log"]), before: said([]) },
      named: new Map([["/var/log/a.log", ["app", "foreign"]]]),
    };
    expect(judge(planned, answer)).toEqual([
      `error: logrotate says of ${place}: duplicate log entry for /var/log/a.log, which is in /etc/logrotate.d/foreign as well: it skips the whole file`,
    ]);
  });

  test("what the transaction puts right, and a log that is not written yet, are no findings", () => {
    const directory = makeResource({ kind: "directory", path: "/srv/x", mode: "755" });
    const planned = planOf(APP, [directory], { paths: { "/srv/x": { type: "directory", mode: "777" } } });
    const insecure = 'error: skipping "/srv/x/a.log" because parent directory has insecure permissions (…)';
    expect(
      rotate(
        [insecure, "error: app:5 error verifying olddir path /srv/x: No such file or directory"],
        null,
        planned,
      ),
    ).toEqual([]);
    expect(rotate(["error: stat of /var/log/app/a.log failed: No such file or directory"])).toEqual([]);
  });

  test("no logrotate, no include, a timer that is too rare: the logs grow", () => {
    expect(judge(planOf(APP), { lacks: ["logrotate"] })).toEqual([
      "warning: logrotate is not installed: nothing will rotate these logs",
    ]);
    expect(judge(planOf(APP), { lacks: ["include", "systemd-analyze"] })).toEqual([
      expect.stringContaining("does not include /etc/logrotate.d"),
    ]);
    expect(judge(planOf(APP), { timer: "*-*-* 00:00:00" })).toEqual([
      expect.stringMatching(/says hourly, but logrotate.timer runs only at \*-\*-\* 00/),
    ]);
    expect(judge(planOf(APP), { timer: "*-*-* *:00:00" })).toEqual([]);
    const daily = planOf({ ...APP, logrotate: { ...LOGROTATE, options: [{ name: "daily", value: null }] } });
    expect(judge(daily, { timer: "*-*-* 00:00:00" })).toEqual([]);
  });
});

test("each play hears of its own files", () => {
  const [one, two] = [planOf(APP), planOf({ ...APP, name: "two", logrotate: null })];
  const request = rehearsalOf([one, two]);
  const lines = ["app.service: A. Refusing.", "two.service: B. Refusing."];
  const answer = { ...NOTHING, verify: { after: said(lines), before: null } };
  const found = judgeRehearsal([one, two], request ?? { units: [], logrotate: [], verify: [] }, answer, 252);
  const codes = (notices: readonly Notice[] | undefined) =>
    (notices ?? []).map(({ code, text }) => `${code} ${text.slice(-12)}`);
  expect(codes(found.get(one.target))).toEqual(["rehearsal A. Refusing."]);
  expect(codes(found.get(two.target))).toEqual(["rehearsal B. Refusing."]);
});
