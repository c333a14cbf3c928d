/** Jobs and drop-ins become items of a service file that is there. */
import { expect, test } from "vitest";
import { adoptInto } from "../../../src/core/adopt/adopt-into.ts";
import type { InsertedText } from "../../../src/core/adopt/try-item.ts";
import { factsOfFiles, type HostTexts, oldHost } from "../../support/live-host.ts";

const FOLDER = "/etc/systemd/system";
const TIMER = "[Timer]\nOnCalendar=03:00\n[Install]\nWantedBy=timers.target\n";
const JOB = "[Unit]\nDescription=Nightly\n[Service]\nType=oneshot\nUser=web\nExecStart=/usr/bin/save\n";
const WEB =
  "name: web # ours\nartifact: { source: dist/web }\naccount: { user: web }\nservice: { ExecStart: /opt/web/current/web }\nsecrets: { DB_PASSWORD: { env: DB_PASSWORD } }\n";
const PLAIN = "name: web\nservice: { ExecStart: /usr/bin/web }\n";

function into(unit: string, files: HostTexts, text: string): InsertedText | string {
  const facts = factsOfFiles(files, [unit]);
  const [live] = facts.units;
  if (live === undefined) throw new Error("no unit");
  return adoptInto(
    live,
    facts,
    { name: "web", file: "services/web.yaml", text },
    { host: oldHost, env: "prod", values: {} },
  );
}

function inserted(unit: string, files: HostTexts, text: string): InsertedText {
  const result = into(unit, files, text);
  if (typeof result === "string") throw new Error(result);
  return result;
}

test("a job with its timer: what the service has too is left out, and the old units go", () => {
  const account = "name: web\naccount: { user: web }\nservice: { ExecStart: /usr/bin/web }\n";
  const { key, whole, gaps, adopted } = inserted(
    "save.service",
    { [`${FOLDER}/save.timer`]: TIMER, [`${FOLDER}/save.service`]: JOB },
    account,
  );
  expect({ key, gaps, obstacles: adopted.obstacles }).toEqual({ key: "timers", gaps: [], obstacles: [] });
  expect(whole).toBe(
    `${account}\ntimers:\n  - name: save\n    OnCalendar: "03:00"\n    ExecStart: /usr/bin/save\n    Description: Nightly\n`,
  );
  expect(adopted).toMatchObject({
    retired: ["save.timer"],
    merged: [`${FOLDER}/save.timer`, `${FOLDER}/save.service`],
  });
});

test("what the service would give the job on top is said", () => {
  const { gaps } = inserted(
    "save.service",
    { [`${FOLDER}/save.timer`]: TIMER, [`${FOLDER}/save.service`]: JOB },
    WEB,
  );
  expect(gaps.map(({ text }) => text)).toEqual([
    "save.service: the variable DB_PASSWORD would have another value",
  ]);
});

test("a job that a path starts", () => {
  const path = "[Path]\nPathExists=/run/x\n[Install]\nWantedBy=paths.target\n";
  const { key, text, gaps } = inserted(
    "save.service",
    { [`${FOLDER}/save.path`]: path, [`${FOLDER}/save.service`]: JOB },
    PLAIN,
  );
  expect({ key, gaps }).toEqual({ key: "paths", gaps: [] });
  expect(text).toContain("User: web");
});

test.each<[string, HostTexts, string, string?]>([
  ["nothing starts it", { [`${FOLDER}/save.service`]: JOB }, "without --into"],
  [
    "two start it",
    {
      [`${FOLDER}/save.service`]: JOB,
      [`${FOLDER}/save.timer`]: TIMER,
      [`${FOLDER}/save.path`]: "[Path]\nPathExists=/x\n",
    },
    "one timer or path",
  ],
  [
    "the timer cannot be said",
    { [`${FOLDER}/save.service`]: JOB, [`${FOLDER}/save.timer`]: `[Unit]\nAfter=x.target\n${TIMER}` },
    "no key for its After=",
  ],
  [
    "a timer of the host's own",
    { [`${FOLDER}/save.service`]: JOB, [`${FOLDER}/save.timer`]: TIMER },
    "name the service that it starts",
    "save.timer",
  ],
  ["a package without drop-ins", { "/usr/lib/systemd/system/save.service": JOB }, "no drop-ins of its own"],
  [
    "a drop-in with a secret",
    {
      "/usr/lib/systemd/system/save.service": JOB,
      [`${FOLDER}/save.service.d/a.conf`]: "[Service]\nEnvironment=API_TOKEN=hunter2\n",
    },
    "looks like a secret",
  ],
])("%s: refused", (_name, files, reason, unit = "save.service") => {
  const result = into(unit, files, PLAIN);
  expect(result).toContain(reason);
  expect(result).not.toContain("hunter2");
});

test("drop-ins of a package's timer", () => {
  const files = {
    "/usr/lib/systemd/system/logrotate.timer":
      "[Unit]\nDescription=Daily\n[Timer]\nOnCalendar=daily\nPersistent=true\n[Install]\nWantedBy=timers.target\n",
    [`${FOLDER}/logrotate.timer.d/10-hourly.conf`]: "[Timer]\nOnCalendar=\nOnCalendar=hourly\n",
  };
  const { key, text, whole, gaps, adopted } = inserted("logrotate.timer", files, PLAIN);
  expect({ key, gaps, obstacles: adopted.obstacles, isWhole: whole !== null }).toEqual({
    key: "dropins",
    gaps: [],
    obstacles: [],
    isWhole: true,
  });
  expect(text).toContain(
    'unit: logrotate.timer\n    name: hourly\n    Timer:\n      OnCalendar:\n        - ""\n        - hourly\n',
  );
  expect(adopted.merged).toEqual([`${FOLDER}/logrotate.timer.d/10-hourly.conf`]);
});

test("drop-ins of a package's unit, in their order and with their resets", () => {
  const files = {
    "/usr/lib/systemd/system/nginx.service":
      "[Unit]\nAfter=network.target\n[Service]\nExecStart=/usr/sbin/nginx\nLimitNOFILE=1024\nEnvironment=A=1\n",
    [`${FOLDER}/nginx.service.d/10-limits.conf`]:
      "[Unit]\nAfter=db.service\n[Service]\nLimitNOFILE=4096\nExecStart=\nExecStart=/usr/sbin/nginx -g x\n",
    [`${FOLDER}/nginx.service.d/20-more.conf`]:
      "[Service]\nLimitNOFILE=65536\nEnvironment=B=2\nEnvironment=C=3\n",
    "/usr/lib/systemd/system/nginx.service.d/vendor.conf": "[Service]\nNice=1\n",
  };
  const { key, text, gaps, adopted } = inserted("nginx.service", files, WEB);
  expect({ key, gaps }).toEqual({ key: "dropins", gaps: [] });
  expect(text).toBe(
    'dropins:\n  - unit: nginx.service\n    name: local\n    Unit:\n      After: db.service\n    Service:\n      LimitNOFILE: 65536\n      ExecStart:\n        - ""\n        - /usr/sbin/nginx -g x\n      Environment:\n        - B=2\n        - C=3\n',
  );
  expect(adopted.merged).toEqual([
    `${FOLDER}/nginx.service.d/10-limits.conf`,
    `${FOLDER}/nginx.service.d/20-more.conf`,
  ]);
});

test("a drop-in whose order counts is not moved", () => {
  const files = {
    "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
    [`${FOLDER}/nginx.service.d/a.conf`]: "[Service]\nNice=5\n",
    "/usr/lib/systemd/system/nginx.service.d/b.conf": "[Service]\nNice=1\n",
  };
  expect(inserted("nginx.service", files, PLAIN).gaps.map(({ text }) => text)).toEqual([
    '[Service] Nice=: "1" on the host, "5" from the service file',
  ]);
});

test("a unit that must not be restarted is left running", () => {
  const files = {
    "/usr/lib/systemd/system/dbus.service": "[Service]\nExecStart=/x\n",
    [`${FOLDER}/dbus.service.d/9-nice.conf`]: "[Service]\nNice=5\n",
  };
  const { text, gaps } = inserted("dbus.service", files, PLAIN);
  expect(gaps).toEqual([]);
  expect(text).toContain("name: nice\n    onChange: none\n");
});

test("where the list stands in one line, the item is for a human to put in", () => {
  const files = { [`${FOLDER}/save.timer`]: TIMER, [`${FOLDER}/save.service`]: JOB };
  const { whole, adopted } = inserted(
    "save.service",
    files,
    `${PLAIN}timers: [{ name: a, OnCalendar: daily, ExecStart: /bin/true }]\n`,
  );
  expect(whole).toBeNull();
  expect(adopted.obstacles.join()).toContain("--stdout");
});

test("a service file that does not render for the host is the refusal", () => {
  expect(
    into("save.service", { [`${FOLDER}/save.timer`]: TIMER, [`${FOLDER}/save.service`]: JOB }, "name: web\n"),
  ).toContain("does not render");
});
