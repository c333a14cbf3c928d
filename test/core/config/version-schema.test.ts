/** artifact.version: a text, or how the program is asked. */
import { expect, test } from "vitest";
import { artifactVersion } from "../../../src/core/config/version-schema.ts";

const problemsOf = (value: unknown): readonly string[] => {
  const read = artifactVersion.safeParse(value);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
};

test("a text, and a command with a pattern", () => {
  expect(artifactVersion.parse("1.2")).toBe("1.2");
  const asked = { command: ["bin/app", "--version"], match: "v([0-9.]+)" };
  expect(artifactVersion.parse(asked)).toEqual(asked);
});

test.each<[unknown, readonly string[]]>([
  [1.1, [': a version is a text: write "1.1" in quotes']],
  [{ command: [], match: "x" }, ["command: a command needs a program"]],
  [{ command: "app", match: "x" }, ["command: a command is a list: the program, then its arguments"]],
  [
    { command: ["app", "$(id)"], match: "(?<=x)y" },
    [
      'command.1: "$(id)": a word of this command has letters, digits and . _ @ : + = , / % - alone',
      'match: "(?<=x)y": as a pattern looks ahead and behind, and names of groups, are not known here: ( ) and (?: ) are',
    ],
  ],
])("%j is refused", (value, expected) => {
  expect(problemsOf(value)).toEqual(expected);
});
