/** What the operand of why names. */
import { expect, test } from "vitest";
import { isAskedFor, serviceAtHost } from "../../../src/core/rollback/service-at-host.ts";

test.each([
  ["web@h1", "web", null, "h1"],
  ["multi@blue@h1", "multi", "blue", "h1"],
  ["multi@a@b@h1", "multi", "a@b", "h1"],
  ["multi@blue@h9", "multi", "blue", "h9"],
  ["web@h9", "web", null, "h9"],
])("%s", (text, service, instance, host) => {
  expect(serviceAtHost(text, ["h1", "h2"])).toEqual({ service, instance, host });
});

test.each(["", "web", "web@", "@h1", "Web@h1", "web@@h1"])("%j names none", (text) => {
  expect(serviceAtHost(text, ["h1"])).toBeNull();
});

test("an instance is asked for by its name or as its unit has it; a service with all of its units", () => {
  const units = ["multi@blue.service", "multi@a\\x2db.service", "multi.slice"];
  const asked = (text: string) =>
    units.filter((unit) =>
      isAskedFor(unit, serviceAtHost(text, ["h1"]) ?? { service: "", instance: "", host: "" }),
    );
  expect(asked("multi@blue@h1")).toEqual(["multi@blue.service"]);
  expect(asked("multi@a-b@h1")).toEqual(["multi@a\\x2db.service"]);
  expect(asked("multi@h1")).toEqual(units);
});
