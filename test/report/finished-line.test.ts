/** A host's lines in a log: long names and long reasons stay within the columns, and what happened is never cut. */
import { expect, test } from "vitest";
import type { HostReport } from "../../src/core/model/run.ts";
import { plainLine } from "../../src/report/lines/text.ts";
import { doingLine, finishedLine } from "../../src/report/run/finished-line.ts";
import { sampleReport } from "./samples.ts";

const LONG = "a-host-with-a-name-that-is-long.in-a-long-domain.example.org";
const health: HostReport["health"] = [
  { service: "web", check: "/", role: "ready", ok: true, detail: "", attempts: 2 },
];
const end = (host: string, more: Partial<HostReport>, healthyAfter: number | null = 3000): string =>
  plainLine(finishedLine(sampleReport(host, { durationMilliseconds: 6300, ...more }), healthyAfter, 71));

test.each<[Partial<HostReport>, number | null, string]>([
  [{ health }, 3000, "web1: changed, healthy after 3.0 s (6.3 s)"],
  [{ health }, null, "web1: changed (6.3 s)"],
  [{}, 3000, "web1: changed (6.3 s)"],
  [{ status: "unchanged", durationMilliseconds: 400 }, null, "web1: unchanged (0.4 s)"],
  [{ status: "skipped", message: "not started: web0 failed" }, null, "web1: skipped"],
  [{ status: "failed", message: "web1: is locked\nby ci" }, null, "web1: FAILED after 6.3 s: is locked"],
  [
    { status: "unreachable", message: "refused", durationMilliseconds: 0 },
    null,
    "web1: UNREACHABLE: refused",
  ],
])("%#: %j", (more, healthyAfter, text) => {
  expect(end("web1", more, healthyAfter)).toBe(text);
});

test("a long name gives way to what happened, a long reason to the name", () => {
  expect(end(LONG, { status: "rolled-back", message: "no" })).toMatch(
    /^a-host-.*…: ROLLED-BACK after 6\.3 s$/,
  );
  expect(end(LONG, { health })).toMatch(/^a-host-.*…: changed, healthy after 3\.0 s \(6\.3 s\)$/);
  expect(end("web1", { status: "failed", message: "why ".repeat(40) })).toMatch(
    /^web1: FAILED after 6\.3 s: why .*…$/,
  );
  const acts = ["a", "b", "c"].map(
    (name) => ({ verb: "restart", unit: `${name.repeat(30)}.service` }) as const,
  );
  const doing = plainLine(doingLine(LONG, { acts, changes: [] }, 71));
  expect(doing).toMatch(/^a-host-.*…: restarting a+…$/);
  for (const line of [doing, end(LONG, { status: "rolled-back", message: "no" }), end(LONG, { health })])
    expect([...line].length).toBeLessThanOrEqual(71);
});
