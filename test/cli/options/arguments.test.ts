/** What yargs parsed becomes values of the types that the options declare, or a usage error. */
import { expect, test } from "vitest";
import { command } from "../../../src/cli/command.ts";
import { argumentsOf, type OptionTable, type RawArguments } from "../../../src/cli/options/arguments.ts";
import { flag, optionalWord, outputOption, word, words } from "../../../src/cli/options/option.ts";

const TABLE = {
  "dry-run": flag("a switch"),
  limit: word("a word"),
  project: { ...word("one with a default"), default: "." },
  service: words("several words"),
  watch: optionalWord("one that may do without its word"),
  output: outputOption("text", "json"),
} as const satisfies OptionTable;

const DEFAULTS = { _: ["plan"], project: ".", output: "text" };

test("what was not given is off, null, empty or the default", () => {
  expect(argumentsOf(TABLE, DEFAULTS)).toEqual({
    options: { "dry-run": false, limit: null, project: ".", service: [], watch: null, output: "text" },
    operands: [],
  });
});

test("what was given, and the words that belong to no option", () => {
  const raw = {
    "dry-run": true,
    limit: "web1",
    project: "/p",
    service: ["a", "b"],
    watch: "",
    output: "json",
  };
  expect(argumentsOf(TABLE, { _: ["plan", "web", 9], ...raw, help: false })).toEqual({
    options: raw,
    operands: ["web", "9"],
  });
});

test.each([
  [{ limit: ["a", "b"] }, "--limit was given 2 times; it takes one value"],
  [{ watch: ["", "5s"] }, "--watch was given 2 times; it takes one value"],
  [{ output: ["text", "json"] }, "--output was given 2 times; it takes one value"],
  [{ limit: "" }, "--limit needs a value"],
  [{ service: ["a", ""] }, "--service needs a value"],
])("%j is a usage error", (raw, message) => {
  expect(() => argumentsOf(TABLE, { ...DEFAULTS, ...raw })).toThrow(
    expect.objectContaining({ code: "usage", message }),
  );
});

test("a value that the option does not declare is our mistake, not the user's", () => {
  expect(() => argumentsOf(TABLE, { ...DEFAULTS, output: "xml" })).toThrow(/does not declare/);
  expect(() => argumentsOf(TABLE, { _: ["plan"], output: "text" })).toThrow(/does not declare/);
});

test("the compiler knows each option's name and type", () => {
  const { options } = argumentsOf(TABLE, DEFAULTS);
  const output: "text" | "json" = options.output;
  const project: string = options.project;
  const limit: string | null = options.limit;
  // @ts-expect-error An option that may be missing is null then.
  const sure: string = options.limit;
  // @ts-expect-error There is no option of that name.
  expect([output, project, limit, sure, options.limits]).toEqual(["text", ".", null, null, undefined]);
});

test("a command's work takes the options that the command declares, and no other", () => {
  const about = { name: "x", describe: "X", example: "svcdeploy x", options: TABLE };
  const made = [
    command({
      ...about,
      load:
        async () =>
        async ({ options }) =>
          options.service.length,
    }),
    command({
      ...about,
      // @ts-expect-error The command declares no option of that name.
      load: async () => async (given: { readonly options: { readonly forks: string } }) =>
        given.options.forks.length,
    }),
    // @ts-expect-error What yargs gives is not what a command gets.
    command({ ...about, load: async () => async (raw: RawArguments) => raw._.length }),
  ];
  expect(made.map(({ name }) => name)).toEqual(["x", "x", "x"]);
});
