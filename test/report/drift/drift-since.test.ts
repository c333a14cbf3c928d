/** The words for who moved and since when, and drift that reads the same folded into one. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DriftHost } from "../../../src/core/drift/host-drift.ts";
import type { Finding } from "../../../src/core/model/plan.ts";
import { foldDrift } from "../../../src/report/drift/drift-fold.ts";
import { countOrigins, formatAge, originPhrase, sincePhrase } from "../../../src/report/drift/drift-since.ts";
import { driftBody, driftText } from "../../../src/report/drift/drift-text.ts";
import { plainText } from "../../../src/report/lines/text.ts";
import { DRIFT_CLOCK } from "../samples.ts";

const finding = (
  kind: Finding["kind"],
  since: number | null,
  origin: Finding["origin"] = "host",
): Finding => ({
  kind,
  service: "app",
  subject: "/etc/a",
  text: "differs",
  origin,
  since,
  change: null,
});
const host = (name: string, findings: readonly Finding[], clock: number | null = DRIFT_CLOCK): DriftHost => ({
  host: name,
  play: "p",
  services: [],
  findings,
  ignored: [],
  clock,
  error: null,
});

test.each<[Finding["kind"], number, string]>([
  ["content", 0, "last touched 0 s ago (08:00 UTC)"],
  ["content", 59, "last touched 59 s ago (07:59 UTC)"],
  ["not-running", 130, "since 2 min (07:57 UTC)"],
  ["not-running", 7800, "since 2 h 10 min (05:50 UTC)"],
  ["missing", 7200, "missing for at least 2 h (06:00 UTC)"],
  ["stale-process", 90_000, "its inputs last touched 1 d 1 h ago (2027-01-14 07:00 UTC)"],
  ["content", -3, "last touched 0 s ago (08:00 UTC)"],
  ["content", -31_536_000, "last touched 2028-01-15 08:00 UTC: in the future by the host's clock"],
  ["not-running", -3600, "since 09:00 UTC: in the future by the host's clock"],
])("%s, %i s ago", (kind, age, text) => {
  expect(sincePhrase(finding(kind, DRIFT_CLOCK - age), DRIFT_CLOCK)).toBe(text);
});

test("without a time nothing is claimed", () => {
  expect(sincePhrase(finding("content", null), DRIFT_CLOCK)).toBeNull();
  expect(sincePhrase(finding("content", 1), null)).toBeNull();
});

test("who moved, one by one and together", () => {
  expect(originPhrase(finding("content", null))).toBe("changed on the host");
  expect(originPhrase(finding("not-running", null))).toBe("happened on the host");
  expect(originPhrase(finding("content", null, "project"))).toContain("pending");
  expect(originPhrase(finding("content", null, "conflict"))).toContain("conflict");
  const some = (["host", "project", "project", "conflict"] as const).map((origin) => ({ origin }));
  expect(countOrigins(some)).toBe("1 on the host, 2 pending, 1 in conflict");
  expect(countOrigins([])).toBe("");
});

test("an age is short and never negative", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), (seconds) =>
      /^\d+ (s|min|h|d)( \d+ (min|h))?$/.test(formatAge(seconds)),
    ),
  );
});

test("hosts that drifted alike are one, whatever the time; the oldest is told", () => {
  const hosts = Array.from({ length: 200 }, (_, index) =>
    host(`web${index}`, [finding("content", DRIFT_CLOCK - 60 * (index + 1))], DRIFT_CLOCK + index),
  );
  const text = plainText(
    driftText({ environment: "prod", health: "with", hosts, rules: { expired: [], unmatched: [] } }, 80),
  );
  expect(text.split("\n").length).toBeLessThanOrEqual(10);
  expect(text.replaceAll(/\s+/g, " ")).toContain(
    "last touched 3 h 23 min ago (04:36 UTC), the first of them",
  );
  const groups = foldDrift(
    [host("a", [finding("content", 1)]), host("b", [finding("mode", 1)]), host("c", [])],
    (one) => driftBody(one, 80),
  );
  expect(groups.map(({ names }) => names)).toEqual([["a"], ["b"], ["c"]]);
});
