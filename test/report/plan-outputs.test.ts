/**
 * What the plan's other outputs promise: no secret in any of them, a stable schema, and a comment that fits
 * and stays a comment.
 */
import { expect, test } from "vitest";
import type { Change, Notice } from "../../src/core/model/plan.ts";
import type { PlanView } from "../../src/core/plan/planned.ts";
import { formatJson } from "../../src/report/lines/json.ts";
import { plainText } from "../../src/report/lines/text.ts";
import { diffContent, diffText } from "../../src/report/plan/diff.ts";
import { planJson } from "../../src/report/plan/plan-json.ts";
import { planMarkdown } from "../../src/report/plan/plan-markdown.ts";
import { planText } from "../../src/report/plan/plan-text.ts";
import { summarisePlan } from "../../src/report/plan/plan-view.ts";
import { CANARY, emptyPlan, fileChange, plannedHost, samplePlan, samplePlay, sampleView } from "./samples.ts";

function viewOf(changes: readonly Change[], notices: readonly Notice[] = []): PlanView {
  return {
    environment: "prod",
    plays: [
      { play: samplePlay("stores"), hosts: [plannedHost("db1", { ...samplePlan("db1"), changes, notices })] },
    ],
  };
}

function secretHashes(): readonly string[] {
  const files = samplePlan("x").changes.map((change) => change.resource);
  return files.flatMap((file) => (file.kind === "file" && file.secret ? [file.sha256] : []));
}

test("neither a secret nor its hash nor the fingerprint stands in any output", () => {
  const outputs = [
    formatJson(planJson(sampleView())),
    planMarkdown(sampleView()),
    plainText(planText(sampleView(), 120)),
  ];
  expect(secretHashes()).toHaveLength(1);
  for (const output of outputs) {
    expect(output).toContain("/etc/svcdeploy/env/etcd.env");
    for (const hidden of [CANARY, "TOKEN", ...secretHashes(), "f".repeat(64)])
      expect(output).not.toContain(hidden);
  }
});

test("a machine that is taken over is work and has its line, although nothing else changes", () => {
  const hosts = [plannedHost("db1", { ...emptyPlan("db1"), takenFrom: "prod" })];
  const view: PlanView = { environment: "staging", plays: [{ play: samplePlay("stores"), hosts }] };
  expect(plainText(planText(view, 80))).toContain("  the machine is taken over from prod\n");
  expect(planMarkdown(view)).toContain("the machine is taken over from prod");
  expect(formatJson(planJson(view))).toMatch(/"status": "changes",[\s\S]*"takenFrom": "prod"/);
  expect(summarisePlan(view)).toBe("Plan: only svcdeploy's own records on 1 host.");
});

test("hosts that left are a line each, in every output", () => {
  const at = Date.UTC(2026, 10, 27, 12);
  const view: PlanView = {
    ...{
      environment: "prod",
      plays: [{ play: samplePlay("stores"), hosts: [plannedHost("db1", emptyPlan("db1"))] }],
    },
    left: [
      { host: "db8", left: "inventory", services: ["api", "web"], at },
      { host: "db9", left: "plays", services: ["web"], at },
    ],
  };
  const text = plainText(planText(view, 200));
  expect(text).toContain(
    "left: db8 is no longer in inventory/prod.yaml, and api, web (last applied 2026-11-27) were not removed from it\n",
  );
  expect(text).toContain(
    "left: db9 is in no play, and web (last applied 2026-11-27) was not removed from it: svc",
  );
  expect(planMarkdown(view)).toContain("db8 is no longer in");
  expect(JSON.parse(formatJson(planJson(view))).left[0]).toEqual({
    ...{ host: "db8", left: "inventory", services: ["api", "web"], lastApplied: "2026-11-27T12:00:00.000Z" },
  });
});

test("a secret file shows its other lines, its secrets by their names, and nothing of the host that is not declared", () => {
  const now = `A=1\nB=2\nC=${CANARY}\nD=3\n`;
  const shown = [null, null, "C=<secret C>", null, null];
  const change = {
    ...fileChange("/e", "whatever", now, { secret: true, shown }),
    beforeLines: [0, null, 3, null, null],
  };
  const { resource } = change;
  if (resource.kind !== "file") throw new Error("not a file");
  const lines = ["@@ -1,4 +1,4 @@", " A=1", "-<not shown>", "+B=2", "+C=<secret C>", " D=3", "-<not shown>"];
  expect(plainText(diffContent(change, resource))).toBe(`${lines.join("\n")}\n`);
  const view = viewOf([change]);
  const json = formatJson(planJson(view));
  expect(JSON.parse(json).plays[0].hosts[0].changes[0].diff).toBe(`${lines.join("\n")}\n`);
  for (const output of [json, planMarkdown(view), plainText(planText(view, 120))]) {
    expect(output).toContain("C=<secret C>");
    expect(output).not.toContain(CANARY);
  }
});

test("a secret file without lines that may be shown, and one whose old text is unknown, say only that", () => {
  const text = (change: Change): string =>
    change.resource.kind === "file" ? plainText(diffContent(change, change.resource)) : "";
  const update = fileChange("/e", "a\n", "b\n", { secret: true });
  expect(text({ ...update, beforeLines: [null, null] })).toBe("content differs (secret, not shown)\n");
  expect(text(fileChange("/e", "a\n", "b\n", { secret: true, shown: ["x", null] }))).toBe(
    "content differs (secret, not shown)\n",
  );
  expect(text(fileChange("/e", null, "b\nc\n", { secret: true }))).toBe("2 lines (secret, not shown)\n");
  expect(text(fileChange("/e", null, "b\nc\n", { secret: true, shown: ["<secret B>", null, null] }))).toBe(
    "@@ -0,0 +1,2 @@\n+<secret B>\n+c\n",
  );
  expect(text({ ...fileChange("/e", "a\n", "b\n"), beforeContent: null, beforeLines: [null, null] })).toBe(
    "@@ -1 +1 @@\n-<not shown>\n+b\n",
  );
});

test("a secret in a file that the host had before is in no output", () => {
  const old =
    "[Service]\nEnvironment=MODE=prod DB_PASSWORD=hunter2\nExecStop=/bin/x --token hunter2\nRestart=no\n";
  const view = viewOf([
    fileChange(
      "/etc/systemd/system/web.service",
      old,
      "[Service]\nExecStop=/bin/x --token hunter2\nRestart=always\n",
    ),
  ]);
  for (const output of [formatJson(planJson(view)), planMarkdown(view), plainText(planText(view, 120))]) {
    expect(output).toMatch(/- *Environment=MODE=prod DB_PASSWORD=<secret DB_PASSWORD>/);
    expect(output).toMatch(/- *Restart=no/);
    expect(output).not.toContain("hunter2");
  }
});

test("the JSON schema", () => {
  expect(planJson(sampleView())).toMatchObject({
    schema: "svcdeploy.plan/1",
    environment: "prod",
    summary: { hosts: 4, changedHosts: 2, changes: 16, actions: 4, failedHosts: 1, refusals: 0 },
    plays: [
      {
        play: "stores",
        hosts: [
          { host: "db1", status: "changes", services: ["etcd"] },
          { host: "db2" },
          { host: "db3", status: "unchanged", changes: [] },
          { host: "db4", status: "failed", error: { code: "unreachable" } },
        ],
      },
    ],
  });
});

test.each<[string, PlanView]>([
  [
    "No changes: 1 host is as declared.",
    { environment: "e", plays: [{ play: samplePlay("p"), hosts: [plannedHost("a", emptyPlan("a"))] }] },
  ],
  [
    "No host could be checked.",
    { environment: "e", plays: [{ play: samplePlay("p"), hosts: [plannedHost("a", null)] }] },
  ],
  [
    "Nothing would be changed. 1 host will be refused.",
    viewOf([], [{ severity: "error", code: "masked", text: "etcd.service is masked" }]),
  ],
])("summary: %s", (sentence, view) => {
  expect(summarisePlan(view)).toBe(sentence);
});

test.each([
  ["only a daemon-reload", { actions: [{ verb: "daemon-reload", because: "1 unit changed" }] as const }],
  ["only svcdeploy's own records", { records: ["etcd.service"] }],
  ["1 file changed", { changes: [fileChange("/etc/x", "old\n", "new\n")] }],
])("what no operator counts is named: %s", (words, more) => {
  const hosts = [plannedHost("db1", { ...emptyPlan("db1"), ...more }), plannedHost("db2", emptyPlan("db2"))];
  const view = { environment: "prod", plays: [{ play: samplePlay("p"), hosts }] };
  expect(summarisePlan(view)).toBe(`Plan: ${words} on 1 host.`);
  expect(plainText(planText(view, 80))).toContain(`db1: ${words}\n`);
  expect(planMarkdown(view)).toContain(`db1 — ${words}`);
});

test("a host in two plays counts once", () => {
  const plays = ["a", "b"].map((name) => ({
    play: samplePlay(name),
    hosts: [plannedHost("db1", samplePlan("db1", name), name)],
  }));
  expect(summarisePlan({ environment: "prod", plays })).toBe(
    "Plan: 2 restarts, 10 changed, 6 new on 1 host.",
  );
});

test("markdown: at most 60 kB, and says what is missing", () => {
  const hosts = Array.from({ length: 200 }, (_, index) => {
    const content = Array.from({ length: 200 }, (_line, number) => `${index} ${number}`).join("\n");
    return plannedHost(`h${index}`, {
      ...samplePlan(`h${index}`),
      changes: [fileChange("/etc/x", "old\n", content)],
    });
  });
  const markdown = planMarkdown({ environment: "prod", plays: [{ play: samplePlay("p"), hosts }] });
  expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(60_000);
  expect(markdown).toMatch(
    /_\d+ blocks left out, because a comment holds no more than 60 kB; .*svcdeploy plan --env prod_\n$/,
  );
});

test("markdown: content can neither end its fence nor colour itself", () => {
  const hostile = "```\n</details>\n@everyone\n````\n  - item\n";
  const markdown = planMarkdown(viewOf([fileChange("/etc/x", hostile, `${hostile}new\n`)]));
  const fence = /^(`+)diff$/m.exec(markdown)?.[1] ?? "";
  expect(fence).toBe("`````");
  expect(markdown.split("\n").filter((text) => text === fence)).toHaveLength(1);
  expect(markdown).toMatch(/^ +- item$/m);
  expect(markdown).toMatch(/^\+ +new$/m);
});

test.each([
  ["a blank at a line's end is drawn", "a\n", "a \n", "-a\n+a·"],
  ["a tab too", "a\n", "a\t\n", "-a\n+a→"],
  ["a carriage return too", "a\n", "a\r\n", "-a\n+a␍"],
  ["a missing newline is told", "a\n", "a", "-a\n+a\n\\ No newline at end of file"],
])("%s", (_name, before, after, wanted) => {
  expect(plainText(diffText(before, after))).toBe(`@@ -1 +1 @@\n${wanted}\n`);
});

test("a huge difference ends soon and says how large it is", () => {
  const numbered = (word: string): string =>
    Array.from({ length: 20_000 }, (_, index) => `${word} ${index}\n`).join("");
  expect(plainText(diffText(numbered("a"), numbered("b")))).toBe(
    "content differs almost everywhere: 20000 → 20000 lines\n",
  );
  expect(plainText(diffText("", numbered("a"))).split("\n").length).toBeLessThan(1100);
});

test("a diff that a host above had is shown once, in the plan of a terminal", () => {
  const text = Array.from({ length: 9 }, (_, index) => `line ${index}\n`).join("");
  const same = fileChange("/etc/same.conf", null, text);
  const own = (host: string): Change => fileChange("/etc/own.conf", null, `name=${host}\n${text}`);
  const hosts = ["web1", "web2"].map((host) =>
    plannedHost(host, { ...emptyPlan(host), changes: [same, own(host)] }),
  );
  const shown = plainText(planText({ environment: "prod", plays: [{ play: samplePlay("web"), hosts }] }, 80));
  expect(shown.match(/line 8/g)).toHaveLength(3);
  expect(shown).toMatch(/\+ file \/etc\/same\.conf.*\n {6}9 lines, the same as on web1\n/);
  expect(shown).toContain("name=web2");
});
