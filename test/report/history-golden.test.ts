/**
 * The history and a run as a user reads them, whole, at 80 and 120 columns. The files in golden/ are the
 * expectation: look at them when they change.
 */
import { expect, test } from "vitest";
import { mergeHistory } from "../../src/core/history/merge-history.ts";
import { historyJson, showJson } from "../../src/report/history/history-json.ts";
import { historyText } from "../../src/report/history/history-text.ts";
import type { HistoryView } from "../../src/report/history/history-view.ts";
import { showMarkdown } from "../../src/report/history/show-markdown.ts";
import { showText } from "../../src/report/history/show-text.ts";
import { type Line, plainText } from "../../src/report/lines/text.ts";
import { answerOf, idOf, recordedHost, recordedRun, recordOf } from "../core/history/sample-runs.ts";

process.env.TZ = "Europe/Berlin";
const NOW = Date.UTC(2026, 10, 21, 9, 4, 30);
const HOUR = 3_600_000;
const names = (count: number, start = "web"): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${start}${index + 1}`);

const well = recordedRun(
  "5f0c2a1b",
  names(3).map((host) => recordedHost(host)),
);
const failed = recordedHost("web1", {
  status: "rolled-back",
  cause: "unhealthy",
  message: "web.service: exited-at-once; http://127.0.0.1:18080/ready is unhealthy",
  verdicts: [
    {
      unit: "web.service",
      ok: false,
      cause: "exited-at-once",
      isActive: "activating",
      detail: "the main process exited with status 3\nrestarts: 4",
    },
    { unit: "web-cache.mount", ok: true, cause: "running", isActive: "active", detail: "mounted" },
  ],
  health: [
    {
      service: "web",
      check: "http://127.0.0.1:18080/ready",
      role: "ready",
      ok: false,
      detail: "connection refused",
      attempts: 4,
    },
  ],
  journal: [
    {
      unit: "web.service",
      lines: ["web starts, version 1.1", "cannot listen on 18080: Address already in use"],
    },
  ],
});
const undone = recordedRun(
  "a1b2c3d4",
  [
    failed,
    ...["web2", "web3"].map((host) =>
      recordedHost(host, {
        status: "skipped",
        message: "not started: web1 failed (maxFailed 0)",
        changes: 0,
        actions: [],
        transaction: null,
      }),
    ),
  ],
  {
    startedAt: NOW - 3 * HOUR,
    tree: "dirty",
    commandLine: ["apply", "--env", "prod", "--set", "greeting=good morning"],
    end: { durationMilliseconds: 65_000, exitCode: 5 },
    plans: [
      {
        play: "site",
        hosts: names(3),
        lines: [
          "~ file /etc/web/web.conf",
          "    @@ -1 +1 @@",
          "    -version=1.0",
          "    +version=1.1",
          "! restart web.service: /etc/web/web.conf changed",
          "! start web-rollup.service: /etc/web/web.conf, /etc/web/rollup.conf and 3 more files changed, which it reads when it starts, and the secret TOKEN of the service",
        ],
      },
    ],
  },
);
const doubtful = recordedRun(
  "cafe0001",
  [
    recordedHost("web1"),
    recordedHost("web2"),
    recordedHost("web3", {
      status: "unknown",
      cause: "unknown",
      message: "Nobody here knows what became of the change",
    }),
  ],
  {
    startedAt: NOW - 30 * HOUR,
    controller: "a-controller-with-a-long-name",
    user: "somebody",
    end: { durationMilliseconds: 9000, exitCode: 1 },
  },
);
const killed = recordedRun("dead0001", [], { startedAt: NOW - 31 * HOUR, end: null, selected: names(2) });
const fleet = recordedRun(
  "f1ee7000",
  [...names(198), "db1"].map((host, index) =>
    recordedHost(host, index === 41 ? { status: "failed", message: "web42: no space left on device" } : {}),
  ),
  {
    startedAt: NOW - 40 * 24 * HOUR,
    commit: "none",
    tree: "unknown",
    end: { durationMilliseconds: 200_000, exitCode: 1 },
  },
);
const foreign = recordedRun("ee000001", [recordedHost("web1"), recordedHost("web2")], {
  startedAt: NOW - 2 * HOUR,
  user: "ci",
  controller: "runner7",
});
const runs = [well, undone, doubtful, killed, fleet];
const answers = [
  answerOf(
    "web1",
    [
      recordOf(doubtful, "web1", { outcome: "rolled-back" }),
      recordOf(undone, "web1", { outcome: "rolled-back" }),
      recordOf(foreign, "web1"),
      recordOf(well, "web1"),
    ].map((record) => ({ ...record, at: (record.at ?? 0) + 365 * 86_400 })),
    { clockOffset: 365 * 86_400 },
  ),
  answerOf(
    "web2",
    [
      recordOf(foreign, "web2", {
        outcome: "refused",
        detail: "conflict: /etc/web/web.conf is not as it was when the plan was made",
      }),
      recordOf(well, "web2"),
    ],
    {
      unreadable: 2,
    },
  ),
  answerOf(
    "web3",
    [
      recordOf(doubtful, "web3"),
      recordOf(well, "web3"),
      recordOf(recordedRun("0ld", [recordedHost("web3")]), "web3", {
        at: null,
        environment: null,
        command: null,
        transaction: null,
      }),
    ],
    { isCut: true },
  ),
  { host: "db1", result: { kind: "failed" as const, message: "db1 (10.0.0.9:22): connection refused" } },
];
const merged = mergeHistory(runs, answers);
const asked: HistoryView = {
  project: "shop",
  environment: "prod",
  answers,
  trouble: null,
  runs: merged,
  older: 3,
};
const own: HistoryView = {
  project: null,
  environment: null,
  answers: [],
  trouble: null,
  runs: mergeHistory(runs, []),
  older: 0,
};
const nothing: HistoryView = {
  ...own,
  project: "shop",
  runs: [],
  trouble:
    "/home/eve/.local/state/svcdeploy/history.db is damaged; the next apply moves it aside and starts a new one",
};
const runOf = (start: string) => {
  const run = merged.find(({ id }) => id === idOf(start));
  if (run === undefined) throw new Error(start);
  return run;
};

const TEXTS: readonly (readonly [string, (columns: number) => readonly Line[]])[] = [
  ["history-asked", (columns) => historyText(asked, columns, NOW)],
  ["history-own", (columns) => historyText(own, columns, NOW)],
  ["history-nothing", (columns) => historyText(nothing, columns, NOW)],
  ["show-undone", (columns) => showText({ run: runOf("a1b2c3d4"), answers }, columns, NOW)],
  ["show-doubtful", (columns) => showText({ run: runOf("cafe0001"), answers }, columns, NOW)],
  ["show-foreign", (columns) => showText({ run: runOf("ee000001"), answers }, columns, NOW)],
  [
    "show-killed",
    (columns) =>
      showText({ run: mergeHistory([killed], [])[0] ?? runOf("dead0001"), answers: [] }, columns, NOW),
  ],
];

test.each(TEXTS.flatMap(([name, make]) => [80, 120].map((columns) => [name, columns, make] as const)))(
  "%s at %d columns",
  async (name, columns, make) => {
    const text = plainText(make(columns));
    await expect(text).toMatchFileSnapshot(`golden/${name}-${columns}.txt`);
    expect(Math.max(...text.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  },
);

test("Markdown", async () => {
  await expect(showMarkdown({ run: runOf("a1b2c3d4"), answers }, NOW)).toMatchFileSnapshot(
    "golden/show-undone.md",
  );
});

test("JSON names its schema, and says per host what the host says and what is recorded here", () => {
  expect(historyJson(asked)).toMatchObject({
    schema: "svcdeploy.history/1",
    asked: expect.arrayContaining([
      { host: "db1", answered: false, message: "db1 (10.0.0.9:22): connection refused" },
    ]),
    older: 3,
    runs: expect.arrayContaining([
      expect.objectContaining({
        run: idOf("cafe0001"),
        recordedHere: true,
        hosts: expect.arrayContaining([
          expect.objectContaining({
            host: "web1",
            status: "rolled-back",
            word: "differs",
            recorded: { status: "changed", cause: null, message: "" },
          }),
        ]),
      }),
    ]),
  });
  expect(showJson(runOf("a1b2c3d4"), answers)).toMatchObject({
    schema: "svcdeploy.show/1",
    run: { exitCode: 5, plans: undone.plans, hosts: [{ report: failed }, {}, {}] },
  });
});
