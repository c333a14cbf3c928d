/**
 * What a user reads, whole, at 80 and 120 columns. The files in golden/ are the expectation: look at them
 * when they change.
 */
import { expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { workIn } from "../../src/core/plan/work.ts";
import { configProblems } from "../../src/report/config-problems.ts";
import { driftMarkdown } from "../../src/report/drift/drift-json.ts";
import { driftText } from "../../src/report/drift/drift-text.ts";
import type { DriftView } from "../../src/report/drift/drift-view.ts";
import { type Line, plainText } from "../../src/report/lines/text.ts";
import { planMarkdown } from "../../src/report/plan/plan-markdown.ts";
import { planText } from "../../src/report/plan/plan-text.ts";
import { finalText } from "../../src/report/run/run-output.ts";
import { verifyText } from "../../src/report/run/verify-text.ts";
import {
  DRIFT_CLOCK,
  emptyPlan,
  IGNORED,
  plannedHost,
  RULE_NOTES,
  sampleFailure,
  sampleFindings,
  samplePlan,
  samplePlay,
  sampleReport,
  sampleView,
} from "./samples.ts";

const drifted: DriftView = {
  environment: "prod",
  health: "with",
  rules: RULE_NOTES,
  hosts: [
    {
      host: "db1",
      play: "stores",
      services: ["etcd"],
      findings: sampleFindings(),
      ignored: [],
      clock: DRIFT_CLOCK,
      error: null,
    },
    {
      host: "db2",
      play: "stores",
      services: ["etcd"],
      findings: [],
      ignored: [IGNORED],
      clock: null,
      error: null,
    },
    {
      host: "db3",
      play: "stores",
      services: ["etcd"],
      findings: [],
      ignored: [],
      clock: null,
      error: plannedHost("db3", null).error,
    },
  ],
};

const mistakes = new ConfigError([
  {
    place: { file: "services/etcd.yaml", line: 7, column: 3 },
    message: 'unknown key "sevice"',
    hint: "Did you mean service?",
    excerpt: "  7 | sevice:\n    |   ^^^^^^",
  },
  {
    place: { file: "playbooks/a/path/that/is/rather/long/for/one/line/site.yaml", line: 1200, column: 14 },
    message:
      "plays must name services that exist; there is no service prometheos in services/, and none of its files failed to load",
    hint: null,
    excerpt: "",
  },
]);

const calm = {
  environment: "prod",
  plays: [
    {
      play: samplePlay("stores"),
      hosts: [plannedHost("db1", emptyPlan("db1")), plannedHost("db2", emptyPlan("db2"))],
    },
  ],
};

const TEXTS: readonly (readonly [string, (columns: number) => readonly Line[]])[] = [
  ["plan", (columns) => planText(sampleView(), columns)],
  ["plan-empty", (columns) => planText(calm, columns)],
  ["drift", (columns) => driftText(drifted, columns)],
  [
    "final",
    (columns) =>
      finalText(
        [
          sampleReport("db1"),
          sampleFailure("db2"),
          sampleReport("db3", {
            status: "skipped",
            durationMilliseconds: 0,
            message: "not started: db2 failed (maxFailed 0)",
          }),
        ],
        [workIn(samplePlan("db1"))],
        columns,
      ),
  ],
  [
    "verify",
    (columns) =>
      verifyText(
        [{ ...sampleFailure("db1"), status: "failed" }, sampleReport("db2", { status: "unchanged" })],
        columns,
      ),
  ],
  ["problems", (columns) => configProblems(mistakes, columns)],
];

for (const columns of [80, 120]) {
  test.each(TEXTS)(`%s at ${columns} columns`, async (name, linesAt) => {
    const text = plainText(linesAt(columns));
    for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(columns);
    await expect(text).toMatchFileSnapshot(`golden/${name}-${columns}.txt`);
  });
}

test("markdown", async () => {
  await expect(planMarkdown(sampleView())).toMatchFileSnapshot("golden/plan.md");
  await expect(driftMarkdown(drifted)).toMatchFileSnapshot("golden/drift.md");
});
