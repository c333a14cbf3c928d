/** Exit codes: one line of the contract, one row here. */
import { expect, test } from "vitest";
import { ConfigError, ConnectError, HostError, SvcdeployError, UsageError } from "../../src/core/errors.ts";
import { exitCodeOf, exitCodeOfError, exitCodeOfObservation } from "../../src/core/exit-code.ts";
import type { FailureCause, HostReport, HostStatus } from "../../src/core/model/run.ts";

type End = HostStatus | readonly [HostStatus, FailureCause];

function report(end: End, index: number): HostReport {
  const [status, cause] = typeof end === "string" ? [end, null] : end;
  const empty = {
    services: [],
    durationMilliseconds: 0,
    message: "",
    hint: null,
    verdicts: [],
    health: [],
    differences: [],
    journal: [],
  };
  return {
    ...empty,
    host: `h${index}`,
    play: "p",
    status,
    cause,
    changes: 0,
    actions: [],
    transaction: null,
  };
}

const UNREACHABLE = ["unreachable", "unreachable"] as const;
const REFUSED = ["failed", "refused"] as const;
const LOCKED = ["failed", "locked"] as const;
const BACK = ["rolled-back", "unhealthy"] as const;
const FAILED = ["failed", "host"] as const;

test.each<[number, string, readonly End[]]>([
  [0, "no host", []],
  [0, "all well", ["changed", "unchanged"]],
  [1, "failed", [FAILED]],
  [1, "conflict", [["failed", "conflict"]]],
  [1, "rollback failed", [["failed", "rollback-failed"]]],
  [1, "unknown", [["unknown", "unknown"]]],
  [1, "undone because of a conflict", [["rolled-back", "conflict"]]],
  [1, "not healthy and not put back", [["failed", "unhealthy"]]],
  [3, "one unreachable among good ones", ["changed", UNREACHABLE, "changed"]],
  [3, "failed and unreachable", [FAILED, UNREACHABLE, "changed"]],
  [3, "rolled back and locked", [BACK, LOCKED]],
  [4, "all unreachable", [UNREACHABLE, UNREACHABLE]],
  [4, "all unreachable", [UNREACHABLE, UNREACHABLE]],
  [3, "all that were tried unreachable, others skipped", [UNREACHABLE, "skipped"]],
  [5, "rolled back", [BACK]],
  [5, "the first batch rolled back, the rest skipped", [BACK, "skipped", "skipped"]],
  [5, "one rolled back among good ones", ["changed", BACK]],
  [6, "locked", [LOCKED, "unchanged"]],
  [77, "refused", [REFUSED, REFUSED]],
  [130, "interrupted, whatever else", [FAILED, ["skipped", "interrupted"], BACK]],
])("%i: %s", (code, _name, ends) => {
  expect(exitCodeOf(ends.map(report))).toBe(code);
});

test.each<[number, "none" | "pending", "on" | "off", readonly FailureCause[], number]>([
  [0, "none", "on", [], 2],
  [2, "pending", "on", [], 2],
  [0, "pending", "off", [], 2],
  [3, "none", "on", ["unreachable"], 2],
  [3, "pending", "on", ["unreachable"], 2],
  [4, "none", "on", ["unreachable", "unreachable"], 2],
  [77, "none", "on", ["refused"], 2],
  [3, "none", "off", ["refused", "unreachable"], 2],
  [130, "pending", "on", ["interrupted", "unreachable"], 2],
])(
  "looking gives %i for %s (detailed %s) with failures %j of %i hosts",
  (code, changes, detailed, failures, total) => {
    expect(exitCodeOfObservation({ changes, detailed, failures, total })).toBe(code);
  },
);

test.each<[number, unknown]>([
  [64, new UsageError("x")],
  [64, new SvcdeployError("selection", "x")],
  [65, new ConfigError([])],
  [70, new TypeError("x")],
  [70, "x"],
  [77, new ConnectError("auth", "h", "x")],
  [77, new ConnectError("host-key", "h", "x")],
  [4, new ConnectError("timeout", "h", "x")],
  [6, new HostError("locked", "h", "x")],
  [1, new HostError("conflict", "h", "x")],
  [130, new SvcdeployError("interrupted", "x")],
])("an error that ends the run gives %i", (code, error) => {
  expect(exitCodeOfError(error)).toBe(code);
});
