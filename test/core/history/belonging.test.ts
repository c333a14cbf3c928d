/** A machine belongs to the environment under which it was last confirmed, each project for itself. */
import { expect, test } from "vitest";
import { notOwn, otherOwner } from "../../../src/core/history/belonging.ts";
import { type HostRecord, parseHostRecord } from "../../../src/core/history/host-record.ts";
import { makeTarget } from "../plan/host-builder.ts";

const record = (environment: string, result = "confirmed", project = "shop"): HostRecord => {
  const line = `run=${"a".repeat(32)} project=${project} env=${environment} at=1 commit=none tree=clean services=one result=${result}`;
  const parsed = parseHostRecord(line);
  if (parsed === null) throw new Error(`no record: ${line}`);
  return parsed;
};
const staging = { project: "shop", environment: "staging" };

test.each<[string, readonly HostRecord[], string | null]>([
  ["no record", [], null],
  ["the same environment", [record("staging")], null],
  ["another one", [record("prod")], "prod"],
  ["the last one counts", [record("prod"), record("staging")], null],
  ["what was undone does not count", [record("staging"), record("prod", "rolled-back")], null],
  ["another project is none", [record("prod", "confirmed", "blog")], null],
])("%s: %s", (_name, records, expected) => {
  expect(otherOwner(staging, records)).toBe(expected);
});

test("the refusal names both environments", () => {
  const { code, message } = notOwn(makeTarget([]).host, staging, "prod");
  expect(`${code}: ${message}`).toMatch(/^conflict: .*this machine belongs to prod.*not staging$/);
});
