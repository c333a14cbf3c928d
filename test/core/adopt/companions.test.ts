/** Hand-made sockets, timers and paths become items of the service file, or stay with a reason. */
import { expect, test } from "vitest";
import { type AdoptedText, adopt } from "../../../src/core/adopt/adopt.ts";
import { factsOfFiles, type HostTexts, oldHost } from "../../support/live-host.ts";

const FOLDER = "/etc/systemd/system";
const SERVICE = "[Service]\nExecStart=/usr/bin/web\nUser=web\n[Install]\nWantedBy=multi-user.target\n";

/** units: unit → text. */
function adopted(units: HostTexts, more: HostTexts = {}, asked: string | null = null): AdoptedText {
  const texts = Object.fromEntries(
    Object.entries({ "web.service": SERVICE, ...units }).map(([unit, text]) => [`${FOLDER}/${unit}`, text]),
  );
  const facts = factsOfFiles({ ...texts, ...more }, ["web.service"]);
  const [live] = facts.units;
  if (live === undefined) throw new Error("no unit");
  return adopt([live], facts, asked, { host: oldHost, env: "prod", values: {} });
}

const timer = (...lines: readonly string[]): string =>
  ["[Timer]", "OnCalendar=daily", ...lines, "[Install]", "WantedBy=timers.target", ""].join("\n");
const socket = (...lines: readonly string[]): string =>
  ["[Socket]", ...lines, "[Install]", "WantedBy=sockets.target", ""].join("\n");
const JOB = "[Service]\nType=oneshot\nUser=web\nExecStart=/usr/bin/roll\n";

test("a timer with its job, under the names that they have", () => {
  const {
    text,
    gaps,
    adopted: result,
  } = adopted({
    "web-roll.timer": timer("Persistent=yes"),
    "web-roll.service": `[Unit]\nStartLimitBurst=3\n${JOB}Nice=5\n`,
  });
  expect(gaps).toEqual([]);
  expect(text).toContain(
    "timers:\n  - name: roll\n    OnCalendar: daily\n    Persistent: yes\n    ExecStart: /usr/bin/roll\n    Nice: 5\n    StartLimitBurst: 3\n",
  );
  expect(result).toMatchObject({ merged: [], retired: [], obstacles: [] });
});

test("what a job does without is reset, and what it is by itself is said", () => {
  const { text, gaps } = adopted({
    "web.service": SERVICE.replace("User=web", "User=web\nUMask=0077"),
    "web-roll.timer": timer(),
    "web-roll.service": "[Service]\nExecStart=/usr/bin/roll\n",
  });
  expect(gaps).toEqual([]);
  expect(text).toMatch(/ExecStart: \/usr\/bin\/roll\n {4}User: ""\n {4}UMask: "0022"\n {4}Type: simple\n/);
});

const JOB_OF_FILE = "  - name: roll\n    OnCalendar: daily\n    ExecStart: /usr/bin/roll\n";

test("a sandbox of the service that a job does without is taken back", () => {
  const sandbox = "CapabilityBoundingSet=\nPrivateTmp=yes\nSystemCallFilter=@system-service\n";
  const job = (more: string): string => `[Service]\nType=oneshot\nUser=web\n${more}ExecStart=/usr/bin/roll\n`;
  const beside = (more: string) =>
    adopted({
      "web.service": SERVICE.replace("User=web\n", `User=web\n${sandbox}`),
      "web-roll.timer": timer(),
      "web-roll.service": job(more),
    });
  const without = beside("");
  expect(without.gaps).toEqual([]);
  expect(without.text).toContain(
    `${JOB_OF_FILE}    PrivateTmp: no\n    SystemCallFilter: ""\n    CapabilityBoundingSet: "~"\n`,
  );
  const alike = beside(sandbox);
  expect(alike.gaps).toEqual([]);
  expect(alike.text.endsWith(JOB_OF_FILE)).toBe(true);
});

test("sockets, one of them under another name: its descriptors keep theirs", () => {
  const {
    text,
    gaps,
    adopted: result,
  } = adopted({
    "web.service": SERVICE.replace(
      "[Install]",
      "Sockets=web.socket\n[Install]\nAlso=web.socket other.socket",
    ),
    "web.socket": socket("ListenStream=80"),
    "debug.socket": socket("ListenStream=81", "Service=web.service"),
    "web-admin.socket": socket("ListenStream=82"),
  });
  expect(gaps).toEqual([]);
  expect(text).toContain(
    "sockets:\n  - ListenStream: 80\n  - name: debug\n    ListenStream: 81\n    FileDescriptorName: debug.socket\n",
  );
  expect(result.retired).toEqual(["debug.socket"]);
  expect(result.merged).toEqual([`${FOLDER}/debug.socket`]);
  expect(text).toContain("# Also=other.socket is left out");
  expect(text).not.toContain("admin");
});

test("a socket's [Unit] goes along", () => {
  const { text, gaps } = adopted({
    "web.socket": `[Unit]\nDescription=Door\nAfter=net.target\n${socket("ListenStream=80")}`,
  });
  expect(gaps).toEqual([]);
  expect(text).toContain("sockets:\n  - ListenStream: 80\n    Description: Door\n    After: net.target\n");
});

test("a path of the service itself gets a name", () => {
  const {
    text,
    gaps,
    adopted: result,
  } = adopted({ "web.path": "[Path]\nPathExists=/run/wake\n[Install]\nWantedBy=paths.target\n" });
  expect(gaps).toEqual([]);
  expect(text).toContain("paths:\n  - name: watch\n    PathExists: /run/wake\n");
  expect(result).toMatchObject({ retired: ["web.path"], merged: [`${FOLDER}/web.path`] });
});

test("another name of the service is another name of all", () => {
  const { adopted: result, gaps } = adopted(
    { "web-roll.timer": timer(), "web-roll.service": JOB, "web.socket": socket("ListenStream=80") },
    {},
    "shop",
  );
  expect(gaps).toEqual([]);
  expect(result.companions.flatMap(({ units }) => units.map(({ now }) => now)).sort()).toEqual([
    "shop-roll.service",
    "shop-roll.timer",
    "shop.socket",
  ]);
  expect(result.retired.toSorted()).toEqual(["web-roll.timer", "web.socket"]);
});

test("drop-ins of a companion are merged", () => {
  const { text, adopted: result } = adopted(
    { "web.socket": socket("ListenStream=80") },
    { [`${FOLDER}/web.socket.d/port.conf`]: "[Socket]\nListenStream=\nListenStream=8080\n" },
  );
  expect(text).toContain("  - ListenStream: 8080\n");
  expect(result.merged).toEqual([`${FOLDER}/web.socket.d/port.conf`]);
});

test.each<[string, HostTexts, string]>([
  [
    "[Unit]",
    { "web-roll.timer": `[Unit]\nAfter=x.service\n${timer()}`, "web-roll.service": JOB },
    "has no key for its After=",
  ],
  [
    "[Install]",
    { "web.socket": "[Socket]\nListenStream=80\n[Install]\nWantedBy=multi-user.target\n" },
    "its [Install] is not just WantedBy=sockets.target",
  ],
  ["not enabled", { "web.socket": "[Socket]\nListenStream=80\n" }, "it is static"],
  [
    "another job",
    { "web-roll.timer": timer("Unit=other.service"), "other.service": JOB },
    "it starts other.service",
  ],
  [
    "a job that is a service",
    { "web-roll.timer": timer(), "web-roll.service": `${JOB}[Install]\nWantedBy=multi-user.target\n` },
    "is enabled on its own",
  ],
  [
    "a secret",
    { "web-roll.timer": timer(), "web-roll.service": `${JOB}Environment=API_TOKEN=hunter2hunter2\n` },
    "looks like a secret",
  ],
  ["a name", { "web-ROLL.timer": timer(), "web-ROLL.service": JOB }, "cannot be a name"],
  ["an unknown directive", { "web.socket": socket("ListenStream=80", "Bogus=1") }, "does not know"],
  [
    "Accept",
    { "web.socket": socket("ListenStream=80", "Accept=yes") },
    "it starts web@.service, which is not of this service",
  ],
])("%s: it stays, with the reason", (_name, units, reason) => {
  const { text, gaps, adopted: result } = adopted(units);
  expect(gaps).toEqual([]);
  expect(text).toMatch(/^# \S+ stays on the host as it is: /m);
  expect(result.notes.join("\n")).toContain(reason);
  expect(text).not.toMatch(/^(?:timers|sockets):|hunter2/m);
});

test("a job that would get the service's variables stays: they are not its own", () => {
  const { text, gaps } = adopted(
    {
      "web.service": SERVICE.replace("User", "EnvironmentFile=/etc/default/web\nUser"),
      "web-roll.timer": timer(),
      "web-roll.service": JOB,
    },
    { "/etc/default/web": "PORT=80\n" },
  );
  expect(gaps).toEqual([]);
  expect(text).toContain(
    "# web-roll.timer stays on the host as it is: web-roll.service: the variable PORT would have another value.",
  );
});

test("what a timer or a path starts and what ends is a job", () => {
  for (const unit of ["web.timer", "web.path"]) {
    const text = unit === "web.timer" ? timer() : "[Path]\nPathExists=/x\n[Install]\nWantedBy=paths.target\n";
    expect(adopted({ "web.service": JOB, [unit]: text }).adopted.obstacles.join()).toContain("--into");
  }
});

test("a timer that is not loaded starts its job all the same", () => {
  const facts = factsOfFiles({ [`${FOLDER}/web.service`]: JOB, [`${FOLDER}/web.timer`]: timer() }, [
    "web.service",
  ]);
  const live = facts.units.map((unit) => ({ ...unit, triggeredBy: [] }))[0];
  if (live === undefined) throw new Error("no unit");
  expect(
    adopt([live], facts, null, { host: oldHost, env: "prod", values: {} }).adopted.obstacles.join(),
  ).toContain("web.timer starts it");
});
