/** Notes on hosts where all is well. */
import { expect, it } from "vitest";
import type { HealthResult, Verdict } from "../../src/core/model/verify.ts";
import { plainText } from "../../src/report/lines/text.ts";
import { notesText } from "../../src/report/run/notes-text.ts";
import { sampleReport } from "./samples.ts";

const unit: Verdict = {
  unit: "app.service",
  ok: true,
  cause: "running",
  isActive: "active",
  detail: "running",
};
const passed: HealthResult = {
  service: "app",
  check: "tcp 127.0.0.1:80",
  role: "ready",
  ok: true,
  detail: "connected",
  attempts: 2,
};

it("says each note once, with its hosts, and nothing where there is none", () => {
  const held = { ...passed, note: "port 80 is held by other.service" };
  const reports = [
    sampleReport("web1", { verdicts: [{ ...unit, note: "another process" }], health: [held] }),
    sampleReport("web2", { verdicts: [unit], health: [held, passed] }),
    sampleReport("web3", { verdicts: [unit], health: [passed] }),
  ];
  expect(plainText(notesText(reports, 120))).toBe(
    "note: web1: app.service: another process\n" +
      "note: web1, web2: app, tcp 127.0.0.1:80: port 80 is held by other.service\n",
  );
  expect(notesText(reports.slice(2), 120)).toEqual([]);
});
