/**
 * The transaction's lines have one table of columns: the scripts that read them give each column the name
 * that it has there, and carry out every act that a plan may have.
 */
import { describe, expect, test } from "vitest";
import { TRANSACTION_LINES } from "../../src/core/model/transaction-line.ts";
import { HOST_VERBS, UNIT_VERBS, unitVerbs } from "../../src/core/model/verb.ts";
import { scripts, transactionFiles } from "../../src/host/scripts.ts";

const readers = [...transactionFiles, scripts.generations].filter(({ text }) => text.includes("read -r op "));
const lines: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(TRANSACTION_LINES));

/** Arms such as `link) key=$c1 path=$c2 new=$c3 old=$c4`: the line's word → names by the column's number. */
function namesIn(text: string): ReadonlyMap<string, readonly (readonly [number, string])[]> {
  const arms = text.matchAll(/^\s*([a-z]+)\)((?: [a-z0-9_]+=\$c\d)+)/gm);
  return new Map(
    [...arms].map(([, word = "", names = ""]) => [
      word,
      [...names.matchAll(/([a-z0-9_]+)=\$c(\d)/g)].map(
        ([, name = "", number]) => [Number(number), name] as const,
      ),
    ]),
  );
}

test("journal.sh names every column of every line as the table does", () => {
  const journal = readers.find(({ name }) => name === "journal.sh");
  const names = namesIn(journal?.text ?? "");
  const table = [...lines].map(
    ([word, columns]) => [word, columns.map((column, index) => [index + 1, column] as const)] as const,
  );
  expect(Object.fromEntries(names)).toEqual(Object.fromEntries(table));
});

test("whatever else reads the plan's lines calls its columns the same", () => {
  const generations = readers.find(({ name }) => name === "generations.sh");
  const named = [...namesIn(generations?.text ?? "")];
  expect(named.map(([word]) => word)).toEqual(["action", "target"]);
  for (const [word, names] of named)
    for (const [number, name] of names) expect(name, word).toBe(lines.get(word)?.[number - 1]);
});

test("no script reads a plan's line with names of its own", () => {
  const own = readers.flatMap(({ name, text }) =>
    [...text.matchAll(/read -r op ([a-z0-9_ ]+)/g)].flatMap(([, names = ""]) => {
      const columns = names
        .trim()
        .split(" ")
        .filter((each) => each !== "_");
      if (columns.every((each, index) => each === `c${index + 1}`)) return [];
      const action = TRANSACTION_LINES.action.map((column) => `its_${column}`);
      return columns.every((each, index) => each === action[index]) ? [] : [`${name}: ${names}`];
    }),
  );
  expect(own).toEqual([]);
});

describe("apply.sh", () => {
  const text = transactionFiles
    .filter(({ name }) => name.startsWith("apply"))
    .map((each) => each.text)
    .join("");
  const act = /^act\(\) \{\n([\s\S]*?)^\}/m.exec(text)?.[1] ?? "";

  test.each(HOST_VERBS)("carries out %s", (verb) => {
    expect(act).toContain(`"$verb" = ${verb} `);
  });

  test("notes before the first rename what each act that leaves a record owes", () => {
    const owed =
      /case \$verb in\n\s+([a-z |]+)\) replace "\$base\/units\/\$on" 'pending/.exec(text)?.[1] ?? "";
    expect(owed.split(" | ")).toEqual(UNIT_VERBS.filter((verb) => unitVerbs[verb].leaves === "inputs"));
  });
});
