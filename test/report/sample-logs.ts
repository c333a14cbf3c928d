/** One log of each way in which a command may end, for the tests of the report files. */
import type { DeployEvent } from "../../src/core/model/run.ts";
import type { RunLog } from "../../src/report/files/run-log.ts";
import {
  DRIFT_CLOCK,
  IGNORED,
  plannedHost,
  RULE_NOTES,
  sampleFailure,
  sampleFindings,
  sampleReport,
  sampleView,
} from "./samples.ts";

/** The commit that every report must name. */
export const COMMIT = "c0ffee0123456789c0ffee0123456789c0ffee01";

const base: RunLog = {
  command: "plan",
  project: "shop",
  environment: "prod",
  origin: { run: "ab".repeat(16), commit: COMMIT, tree: "dirty" },
  folder: "deploy/",
  startedAt: Date.UTC(2025, 0, 1, 12, 0, 0),
  durationMilliseconds: 1234,
  exitCode: 0,
  events: [],
  plan: null,
  drift: null,
  error: null,
};

const reports = [
  sampleReport("db1"),
  sampleFailure("db2"),
  sampleReport("db3", {
    status: "skipped",
    durationMilliseconds: 0,
    message: "not started: db2 failed (maxFailed 0)",
  }),
  sampleReport("db4", {
    status: "unreachable",
    cause: "unreachable",
    message: "db4 (10.0.0.9:22): connection refused",
  }),
];
const events: readonly DeployEvent[] = [
  {
    type: "run-started",
    run: "ab".repeat(16),
    environment: "prod",
    commit: COMMIT,
    tree: "dirty",
    hosts: ["db1", "db2"],
    plays: ["stores"],
  },
  ...reports.map((report): DeployEvent => ({ type: "host-finished", report })),
  { type: "run-finished", reports, exitCode: 3 },
];

/** By the name of what happened. */
export const LOGS = {
  plan: { ...base, plan: sampleView(), exitCode: 3 },
  apply: { ...base, command: "apply", plan: sampleView(), events, exitCode: 3 },
  verify: { ...base, command: "verify", events: events.slice(1, 3), exitCode: 5 },
  drift: {
    ...base,
    command: "drift",
    exitCode: 3,
    drift: {
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
    },
  },
  mistake: {
    ...base,
    project: null,
    exitCode: 65,
    error: {
      code: "config",
      message: "2 mistakes in the project's files",
      hint: null,
      problems: [
        {
          place: { file: "services/etcd.yaml", line: 7, column: 3 },
          message: 'unknown key "sevice": 100% <wrong>, sorry',
          hint: 'did you mean "service"?',
          excerpt: "sevice:\n^",
        },
        {
          place: { file: "values/prod.yaml", line: 1, column: 1 },
          message: "not a map",
          hint: null,
          excerpt: "",
        },
      ],
    },
  },
} as const satisfies Readonly<Record<string, RunLog>>;
