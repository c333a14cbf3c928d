import { expect, test } from "vitest";
import { endedBeforeSwap } from "../../src/deploy/swap-state.ts";

const EARLY =
  "the transaction's script ended early; its last words: cp: cannot create /etc/ro/x: Read-only file system";

test.each([
  ["it could not stage its files", EARLY, ["STAGED", "PREPARED", "ROLLINGBACK"], true],
  ["the staging folder is not right", "the staging folder for /etc/x is not root's own", ["PREPARED"], true],
  ["it was heard of while it renamed", EARLY, ["PREPARED", "APPLYING", "ROLLINGBACK"], false],
  ["it complains of a rename", EARLY.replace("cp:", "mv:"), ["PREPARED", "ROLLINGBACK"], false],
  ["a unit did not start", "systemctl start web.service ended with 1", ["PREPARED"], false],
])("%s", (_what, message, heard, expected) => {
  expect(endedBeforeSwap({ status: "rolled-back", message }, new Set(heard))).toBe(expected);
});

test("where the undo failed, everything is shown", () => {
  expect(endedBeforeSwap({ status: "failed", message: EARLY }, new Set(["PREPARED"]))).toBe(false);
});
