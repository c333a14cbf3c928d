/** The sink: the only way out lets through neither controls nor secrets, and a closed pipe stops nothing. */
import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import { formatJson } from "../../../src/report/lines/json.ts";
import { type ColourSettings, makePalette } from "../../../src/report/lines/palette.ts";
import { makeSink, type Sink } from "../../../src/report/lines/sink.ts";
import { line, type Style, styled } from "../../../src/report/lines/text.ts";

function collect(colours: "on" | "off"): { sink: Sink; read: () => Promise<string> } {
  const stream = new PassThrough();
  const palette = makePalette({
    isTerminal: colours === "on",
    noColor: undefined,
    forceColor: undefined,
    cliColorForce: undefined,
    term: "xterm",
  });
  const sink = makeSink({ stream, palette, columns: 80 });
  const read = async (): Promise<string> => {
    await sink.flush();
    return String(stream.read() ?? "");
  };
  return { sink, read };
}

test("our colours come through, a host's do not", async () => {
  const { sink, read } = collect("on");
  sink.print([line("a ", styled("bad", "b\u001b[2Jc"), "\u009b31md")]);
  expect(await read()).toBe("a \u001b[1;31mbc\u001b[0md\n");
});

test("an escape sequence spread over spans is not put together", async () => {
  const { sink, read } = collect("off");
  sink.print([line("x\u001b", "[2J")]);
  expect(await read()).not.toContain("\u001b");
});

test("secrets are redacted in lines, also across spans, in raw text and in JSON", async () => {
  const { sink, read } = collect("on");
  sink.protect([new Secret("TOKEN", 'can"ary-1')]);
  sink.print([line("x can", styled("good", '"ary-1'), " y")]);
  sink.write(formatJson({ text: 'can"ary-1' }, 0));
  expect(sink.clean('can"ary-1\nz')).toBe("<secret TOKEN> z");
  expect(await read()).toBe('x <secret TOKEN> y\n{"text":"<secret TOKEN>"}\n');
});

test("a stream that breaks is quiet, and flush still ends", async () => {
  const broken = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error("broken pipe"), { code: "EPIPE" })),
  });
  const sink = makeSink({ stream: broken, palette: (_style, text) => text, columns: 80 });
  sink.write("one\n");
  await sink.flush();
  sink.print([line("two")]);
  await sink.flush();
});

test("JSON comes back as it was, with nothing in it that a terminal or a CI log obeys", () => {
  const value = {
    a: "\u001b[31m\u009b\u202e\u007f",
    b: "##vso[task]x ##[command] ##",
    c: ["\ud83d\ude00", null, 1.5],
  };
  const text = formatJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]|##[a-z]*\[/);
});

const terminal: ColourSettings = {
  isTerminal: true,
  noColor: undefined,
  forceColor: undefined,
  cliColorForce: undefined,
  term: "xterm-256color",
};
test.each<[string, Partial<ColourSettings>, boolean]>([
  ["a terminal", {}, true],
  ["a pipe", { isTerminal: false }, false],
  ["TERM=dumb", { term: "dumb" }, false],
  ["NO_COLOR", { noColor: "1" }, false],
  ["an empty NO_COLOR", { noColor: "" }, true],
  ["FORCE_COLOR in a pipe", { isTerminal: false, forceColor: "1" }, true],
  ["FORCE_COLOR set to nothing, in a pipe", { isTerminal: false, forceColor: "" }, true],
  ["FORCE_COLOR=3 in a dumb terminal", { forceColor: "3", term: "dumb" }, true],
  ["FORCE_COLOR=true in a pipe", { isTerminal: false, forceColor: "true" }, true],
  ["FORCE_COLOR=false", { forceColor: "false" }, false],
  ["NO_COLOR set to nothing", { noColor: "" }, true],
  ["CLICOLOR_FORCE in a pipe", { isTerminal: false, cliColorForce: "1" }, true],
  ["CLICOLOR_FORCE=0 in a pipe", { isTerminal: false, cliColorForce: "0" }, false],
  ["CLICOLOR_FORCE and FORCE_COLOR=0", { cliColorForce: "1", forceColor: "0" }, false],
  ["CLICOLOR_FORCE and NO_COLOR", { cliColorForce: "1", noColor: "1" }, false],
  ["FORCE_COLOR=0", { forceColor: "0" }, false],
  ["NO_COLOR and FORCE_COLOR", { noColor: "1", forceColor: "1" }, false],
])("colours for %s", (_name, settings, coloured) => {
  expect(makePalette({ ...terminal, ...settings })("good", "x") !== "x").toBe(coloured);
});

test("no style uses a colour that vanishes on a dark or on a light ground", () => {
  const styles: readonly Style[] = [
    "plain",
    "strong",
    "dim",
    "added",
    "removed",
    "hunk",
    "good",
    "bad",
    "warn",
  ];
  const codes = styles.flatMap((style) =>
    [...makePalette(terminal)(style, "x").matchAll(/\u001b\[([0-9;]+)m/g)].flatMap((match) =>
      (match[1] ?? "").split(";"),
    ),
  );
  for (const code of codes) expect(["0", "1", "2", "31", "32", "35", "36"]).toContain(code);
});
