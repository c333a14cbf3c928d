/** The statuses that systemd itself gives: each has a meaning here, under the name that systemd prints. */
import { expect, test } from "vitest";
import { exitStatuses } from "../../../src/core/unit-file/exit-status.ts";
import { execStatus } from "../../../src/core/verify/exit-status.ts";

const BEFORE_THE_PROGRAM = exitStatuses().filter(({ status }) => status >= 200 && status <= 243);

test("each status before a program runs is explained", () => {
  expect(BEFORE_THE_PROGRAM.length).toBeGreaterThan(40);
  expect(BEFORE_THE_PROGRAM.map(({ status }) => execStatus(status)?.name)).toEqual(
    BEFORE_THE_PROGRAM.map(({ name }) => name),
  );
  expect(execStatus(231)).toEqual({
    name: "APPARMOR",
    meaning: "the AppArmor profile cannot be entered (AppArmorProfile=)",
  });
});

test("a program's own status is not", () => {
  expect([0, 1, 78, 223, 255, 300].map(execStatus)).toEqual([null, null, null, null, null, null]);
});
