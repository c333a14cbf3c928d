import { describe, expect, test } from "vitest";
import type { UnitResource } from "../../../src/core/model/resource.ts";
import type { Verdict } from "../../../src/core/model/verify.ts";
import { judgeProgram, releaseOfProgram, sayOtherRelease } from "../../../src/core/plan/running-program.ts";
import { makeResource } from "./host-builder.ts";

const NEW = "2.3.1-0123456789ab";
const current = `releases/${NEW}`;

test.each([
  [`/opt/app/releases/${NEW}/bin/app`, null],
  ["/opt/app/releases/2.3.0-ba9876543210/bin/app", `it runs 2.3.0-ba9876543210, current is ${NEW}`],
  [
    "/opt/app/releases/2.3.0-ba9876543210/bin/app (deleted)",
    `it runs 2.3.0-ba9876543210 (deleted), current is ${NEW}`,
  ],
  [
    "/opt/app/releases/2.3.0-ba9876543210.going/app (deleted)",
    `it runs 2.3.0-ba9876543210 (deleted), current is ${NEW}`,
  ],
  [`/opt/app/releases/${NEW}/bin/app (deleted)`, `it runs a program of ${NEW} that was deleted since`],
  ["/usr/bin/perl", null],
  ["/usr/lib/jvm/bin/java (deleted)", null],
  ["/opt/other/releases/1.0-ba9876543210/app", null],
  ["/opt/app/releases", null],
  ["/opt/app/releases/\u001b[2J/app", null],
])("%s: %s", (exe, said) => expect(sayOtherRelease("app", exe, current)).toBe(said));

test("without a link, or a program that could be read, nothing is said", () => {
  expect(sayOtherRelease("app", "/opt/app/releases/1-ba9876543210/app", null)).toBeNull();
  expect(sayOtherRelease("app", undefined, current)).toBeNull();
  expect(releaseOfProgram("app", "/opt/app/releases//x")).toBeNull();
});

describe("the verdict", () => {
  const made = makeResource({ kind: "unit", restartInputs: { release: `0123456789ab${"0".repeat(52)}` } });
  const unit = made as UnitResource; // makeResource's kind is the caller's
  const well: Verdict = { unit: "app.service", ok: true, cause: "running", isActive: "active", detail: "" };

  test.each([
    [`/opt/app/releases/${NEW}/app`, "running"],
    [undefined, "running"],
    ["/usr/bin/python3", "running"],
    ["/opt/app/releases/2.3.0-ba9876543210/app", "other-release"],
    [`/opt/app/releases/${NEW}/app (deleted)`, "other-release"],
  ])("of a process that runs %s is %s", (exe, cause) =>
    expect(judgeProgram(unit, well, exe).cause).toBe(cause),
  );

  test("of what is not well anyway stays, and so does that of a unit without a release", () => {
    const bad = { ...well, ok: false, cause: "exited" };
    expect(judgeProgram(unit, bad, "/opt/app/releases/2.3.0-ba9876543210/app")).toBe(bad);
    expect(
      judgeProgram({ ...unit, restartInputs: {} }, well, "/opt/app/releases/2.3.0-ba9876543210/app"),
    ).toBe(well);
  });
});
