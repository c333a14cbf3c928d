/** print takes the writer of the format that was asked for, and the compiler wants one for each. */
import { expect, test } from "vitest";
import { asJson, asLines, asText, print } from "../../src/cli/print.ts";
import { makeSurroundings, type Surroundings } from "../../src/cli/surroundings.ts";
import { makeSink } from "../../src/report/lines/sink.ts";
import { line } from "../../src/report/lines/text.ts";

type Named = { readonly name: string };

const WRITERS = {
  text: asLines(({ name }: Named, columns) => [line(`${name} in ${columns} columns`)]),
  json: asJson((view: Named) => view),
  markdown: asText(async ({ name }: Named) => `# ${name}\n`),
};

async function printed(output: "text" | "json" | "markdown"): Promise<string> {
  let text = "";
  const stream = {
    write: (part: string, done: () => void) => {
      text += part;
      done();
      return true;
    },
    on: () => {},
  };
  const palette = (_style: unknown, text: string) => text;
  const stdout = makeSink({ stream, palette, columns: 60 });
  const surroundings: Surroundings = { ...makeSurroundings(process), stdout, pager: null };
  await print({ name: "web" }, WRITERS, output, surroundings);
  await stdout.flush();
  return text;
}

test.each([
  ["text", "web in 60 columns\n"],
  ["json", '{\n  "name": "web"\n}\n'],
  ["markdown", "# web\n"],
] as const)("%s", async (output, text) => {
  expect(await printed(output)).toBe(text);
});

test("a format without a writer, and a writer without a format, are errors of the compiler", () => {
  const { text, json } = WRITERS;
  const offered = (): "text" | "json" => "text";
  const around = makeSurroundings(process);
  const unchecked = [
    // @ts-expect-error The command offers json.
    () => print({ name: "web" }, { text }, offered(), around),
    // @ts-expect-error The command does not offer markdown.
    () => print({ name: "web" }, { text, json, markdown: text }, offered(), around),
  ];
  expect(unchecked).toHaveLength(2);
});
