/** Which unit another one starts. */
import { expect, test } from "vitest";
import { triggeredUnit } from "../../../src/core/unit-file/triggers.ts";

test.each([
  ["web.socket", {}, "web.service"],
  ["web.socket", { "Socket.Service": "app.service" }, "app.service"],
  ["web.socket", { "Socket.Accept": "yes" }, "web@.service"],
  ["a-b.timer", {}, "a-b.service"],
  ["a.timer", { "Timer.Unit": "b.target" }, "b.target"],
  ["a.path", { "Path.Unit": "c.service" }, "c.service"],
  ["mnt-x.automount", {}, "mnt-x.mount"],
  ["a.service", {}, null],
  ["a.slice", {}, null],
])("%s with %j starts %s", (name, said, expected) => {
  const written: Readonly<Record<string, string>> = said;
  expect(triggeredUnit(name, (section, directive) => written[`${section}.${directive}`] ?? null)).toBe(
    expected,
  );
});
