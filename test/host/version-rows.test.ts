/** What programs say of themselves: asked in fields alone, believed in nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeVersions, versionLine } from "../../src/host/version-rows.ts";

const about = { user: "app", release: "/opt/app/releases/1-aaaaaaaaaaaa", match: "version ([^ ]+)" };
const asked = [{ ...about, service: "app", command: ["app", "--version"] }];
const row = (service: string, which: string, text: string): readonly string[] => [
  ...[service, which, Buffer.from(text).toString("base64")],
];

test("a program of the release is named by a path; nothing but fields reaches the host", () => {
  const ask = (...command: readonly string[]): string => versionLine({ ...about, service: "app", command });
  expect(ask("app", "-v")).toBe("version\tapp\tapp\t/opt/app/releases/1-aaaaaaaaaaaa\t./app\t-v\n");
  expect(ask("bin/app")).toMatch(/\tbin\/app\n$/);
  expect(() => ask("app", "$(id)")).toThrow("must not reach a host's script");
});

test("the first group of what is printed; of others nothing is taken", () => {
  const said = (...rows: readonly (readonly string[])[]) => decodeVersions(rows, asked).get("app");
  expect(said(row("app", "current", "app, version 1.2 (x)"))).toEqual({ current: "1.2", release: null });
  expect(said(row("app", "current", "version 1"), row("app", "release", "version 2"))).toEqual({
    ...{ current: "1", release: "2" },
  });
  expect(said(row("app", "current", "version 1"), row("app", "release", "oops"))).toEqual({
    ...{ current: "1", release: null },
  });
  expect(said()).toEqual({ current: null, release: null });
  expect([...decodeVersions([row("evil", "current", "version 1")], asked).keys()]).toEqual(["app"]);
});

test("whatever a program prints: a short line without control characters, or nothing", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string().map((all) => `version \u001b[2J${all}\u202e`.repeat(9)),
  );
  fc.assert(
    fc.property(text, (all) => {
      const { current = null } = decodeVersions([row("app", "current", all)], asked).get("app") ?? {};
      if (current !== null) expect(current).toMatch(/^[^\p{Cc}\p{Bidi_Control}]{1,64}$/u);
    }),
  );
});
