/** A machine belongs to the environment under which it was last confirmed, each project for itself. */
import { expect, test } from "vitest";
import { HostError } from "../../../src/core/errors.ts";
import { requireOwn } from "../../../src/core/history/belonging.ts";
import { type HostRecord, parseHostRecord } from "../../../src/core/history/host-record.ts";
import { makeTarget } from "../plan/host-builder.ts";

const record = (environment: string, result = "confirmed", project = "shop"): HostRecord => {
  const line = `run=${"a".repeat(32)} project=${project} env=${environment} at=1 commit=none tree=clean services=one result=${result}`;
  const parsed = parseHostRecord(line);
  if (parsed === null) throw new Error(`no record: ${line}`);
  return parsed;
};
const refusalFor = (records: readonly HostRecord[]): string | null => {
  try {
    requireOwn(makeTarget([]).host, { project: "shop", environment: "staging" }, records);
    return null;
  } catch (error) {
    return error instanceof HostError ? `${error.code}: ${error.message}` : String(error);
  }
};

test.each<[string, readonly HostRecord[], "own" | "refused"]>([
  ["no record", [], "own"],
  ["the same environment", [record("staging")], "own"],
  ["another one", [record("prod")], "refused"],
  ["the last one counts", [record("prod"), record("staging")], "own"],
  ["what was undone does not count", [record("staging"), record("prod", "rolled-back")], "own"],
  ["another project is none", [record("prod", "confirmed", "blog")], "own"],
])("%s: %s", (_name, records, expected) => {
  expect(refusalFor(records) === null ? "own" : "refused").toBe(expected);
});

test("the refusal names both environments", () => {
  expect(refusalFor([record("prod")])).toMatch(/^conflict: .*this machine belongs to prod.*not staging$/);
});
