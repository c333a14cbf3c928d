/** Node's SQLite comes without a word on the user's screen, and other warnings keep theirs. */
import { expect, test } from "vitest";
import { openSqlite, SQLITE, sqliteCode, withoutExperimentalWarnings } from "../../src/store/sqlite.ts";

test("only what is said of experimental parts is held back", () => {
  const usual = process.emitWarning;
  const heard: unknown[] = [];
  process.emitWarning = (...words: unknown[]) => void heard.push(words);
  try {
    const value = withoutExperimentalWarnings(() => {
      process.emitWarning("SQLite is an experimental feature", "ExperimentalWarning");
      process.emitWarning("something old", "DeprecationWarning");
      return 7;
    });
    process.emitWarning("later", "ExperimentalWarning");
    expect(value).toBe(7);
    expect(heard).toEqual([
      ["something old", "DeprecationWarning"],
      ["later", "ExperimentalWarning"],
    ]);
  } finally {
    process.emitWarning = usual;
  }
});

test("the code of an error is SQLite's primary one; other errors have none", () => {
  const database = openSqlite(":memory:");
  try {
    database.exec("CREATE TABLE a (b TEXT UNIQUE); INSERT INTO a VALUES ('x')");
    expect(() => database.exec("INSERT INTO a VALUES ('x')")).toThrow(
      expect.toSatisfy((error) => sqliteCode(error) === 19),
    );
  } finally {
    database.close();
  }
  expect(() => openSqlite("/nonexistent/x")).toThrow(
    expect.toSatisfy((error) => sqliteCode(error) === SQLITE.cannotOpen),
  );
  expect(sqliteCode(new Error("x"))).toBeNull();
});
