import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { fileKind, hostOfFiles } from "../../../src/core/lint/from-files.ts";
import { lintHost } from "../../../src/core/lint/lint.ts";
import { RULES } from "../../../src/core/lint/rules.ts";
import { exampleFiles } from "./examples.ts";

describe.each(RULES.filter(({ over }) => over !== "project").map((rule) => [rule.id, rule] as const))(
  "%s",
  (id, rule) => {
    const found = (which: "bad" | "good") => lintHost(hostOfFiles(exampleFiles(rule, which), 252), [rule]);
    it("finds its bad example", () => expect(found("bad").map((finding) => finding.rule)).toContain(id));
    // A slice with a dash and an instance are what they are: the good example of a note says the same in
    // another way.
    if (rule.bad !== rule.good)
      it("finds nothing in its good example", () => expect(found("good")).toEqual([]));
    it("says what happens and what to do, in sentences", () => {
      for (const { happens, fix } of found("bad")) {
        expect(happens).toMatch(/^[A-Z$%0-9a-z].*\.$/);
        expect(fix).toMatch(/[.?]$/);
      }
      expect(rule.explain).toMatch(/\.$/);
      expect(rule.title).not.toMatch(/\.$/);
    });
  },
);

test("ids are unique", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});

test("no text makes the linter throw, and every finding has a line of that text", () => {
  const keys = [
    "ExecStart",
    "Environment",
    "Restart",
    "After",
    "Type",
    "StartLimitBurst",
    "RestartSec",
    "Slice",
    "Where",
    "Options",
    "OnFailure",
  ];
  const line = fc.oneof(
    fc.constantFrom("[Unit]", "[Service]", "[Mount]", "[Install]", "[", "x"),
    fc
      .tuple(
        fc.constantFrom(...keys),
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.string(),
          fc.constantFrom("5", "a.service", "%Z", "$a", "'"),
        ),
      )
      .map(([key, value]) => `${key}=${value}`),
  );
  const names = fc.constantFrom(
    "a.service",
    "a.mount",
    "a@.service",
    "a-b.slice",
    "a.service.d/x.conf",
    "a.socket",
    "a.env",
    "a.logrotate",
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 20 }),
      names,
      fc.constantFrom(247, 252, 257),
      (lines, path, systemd) => {
        const text = lines.join("\n");
        for (const { place } of lintHost(hostOfFiles([{ path, text }], systemd))) {
          expect(place.line).toBeGreaterThan(0);
          expect(place.line).toBeLessThanOrEqual(text.split(/\r\n|\n\r|[\n\r\0]/).length);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  ["/etc/systemd/system/app.service", "unit"],
  ["app@.service", "unit"],
  ["app.service.d/a.conf", "drop-in"],
  ["service.d/a.conf", "drop-in"],
  ["app.service.d/a.conf~", "left-over"],
  ["app.service.d/README", null],
  ["app.conf", null],
  ["logrotate.d/app", "logrotate"],
  ["logrotate.d/app.bak", "left-over"],
  ["app.env", "environment"],
])("%s is a %s", (path, kind) => expect(fileKind(path)).toBe(kind));
