/** What an error of many problems says in one line: a server that is down is no mistake in the project. */
import { expect, test } from "vitest";
import { ConfigError, type Problem } from "../../src/core/errors.ts";

const mistake: Problem = {
  place: { file: "services/web.yaml", line: 1, column: 1 },
  message: "wrong",
  hint: null,
  excerpt: "",
};
const unfetched: Problem = { ...mistake, fault: "fetch" };

test.each<[readonly Problem[], string]>([
  [[mistake], "1 mistake in the project's files"],
  [[mistake, mistake], "2 mistakes in the project's files"],
  [[unfetched], "1 file could not be fetched"],
  [[unfetched, mistake, unfetched], "1 mistake in the project's files, and 2 files could not be fetched"],
])("%#: whose fault they are", (problems, said) => {
  expect(new ConfigError(problems).message).toBe(said);
});
