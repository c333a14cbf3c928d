import fc from "fast-check";
import { expect, test } from "vitest";
import { parseNotifyTarget } from "../../../src/core/notify/target.ts";

test.each([
  ["https://hooks.example.org/drift?x=1", "signed", "https://hooks.example.org/…"],
  ["slack+https://hooks.slack.com/services/T0/B0/abc", "slack", "slack+https://hooks.slack.com/…"],
  ["http://127.0.0.1:8080/x", "signed", "http://127.0.0.1:8080/…"],
  ["http://[::1]/x", "signed", "http://[::1]/…"],
  ["slack+http://localhost/x", "slack", "slack+http://localhost/…"],
  ["http://0x7f.1/x", "signed", "http://127.0.0.1/…"],
])("%s", (text, form, shown) => {
  expect(parseNotifyTarget(text)).toMatchObject({ form, shown });
});

test.each([
  ["", /not a URL/],
  ["hooks.example.org", /not a URL/],
  ["ftp://example.org/", /neither https/],
  ["file:///etc/passwd", /neither https/],
  ["http://hooks.example.org/x", /in the clear/],
  ["http://127.0.0.1.example.org/x", /in the clear/],
  ["http://localhost.example.org/", /in the clear/],
  ["slack+http://hooks.slack.com/services/x", /in the clear/],
  ["https://user:pass@example.org/", /user name or password/],
  ["slack+slack+https://example.org/", /neither/],
])("%s is refused", (text, problem) => {
  const target = parseNotifyTarget(text);
  expect("problem" in target ? target.problem : target).toMatch(problem);
});

test("neither what is shown nor why it is refused holds the path, which may be a secret", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        "https://h.example/",
        "slack+https://h.example/",
        "http://h.example/",
        "https://u:p@h.example/",
      ),
      (start) => {
        const target = parseNotifyTarget(`${start}canary-path?canary-query`);
        expect(JSON.stringify(target)).not.toContain("canary");
      },
    ),
  );
});
