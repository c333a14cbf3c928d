/** What an undone change had done to files, in the signs of the plan. */
import { expect, test } from "vitest";
import type { Difference } from "../../../src/core/model/run.ts";
import { plainText } from "../../../src/report/lines/text.ts";
import { failureText } from "../../../src/report/run/failure-text.ts";
import { sampleReport } from "../samples.ts";

const difference = (
  path: string,
  change: Difference["change"],
  more: Partial<Difference> = {},
): Difference => {
  return { path, change, secret: false, before: null, after: null, ...more };
};

test("made +, changed ~, removed -", () => {
  const differences = [
    difference("/etc/new.conf", "create", { after: "text\n" }),
    difference("/etc/new.secret", "create", { secret: true }),
    difference("/etc/web.conf", "update", { before: "a\n", after: "b\n" }),
    difference("/etc/web.bin", "update"),
    difference("/etc/link", "update", { before: "/old", after: "/new" }),
    difference("/etc/gone.conf", "remove"),
    difference("/etc/gone.secret", "remove", { secret: true }),
    difference("/etc/gone.link", "remove", { before: "/old" }),
  ];
  const text = plainText(
    failureText([sampleReport("web1", { status: "rolled-back", message: "it failed", differences })], 80),
  );
  expect(text.slice(text.indexOf("what had changed"))).toBe(`what had changed, and was restored:
    + /etc/new.conf
    + /etc/new.secret (secret, not shown)
    ~ /etc/web.conf
        @@ -1 +1 @@
        -a
        +b
    ~ /etc/web.bin
    ~ /etc/link: /old → /new
    - /etc/gone.conf
    - /etc/gone.secret (secret, not shown)
    - /etc/gone.link

`);
});
