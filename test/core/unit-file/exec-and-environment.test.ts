/** Exec lines, environment files and specifiers, as real processes on systemd 247, 252 and 257 got them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEnvironmentFile } from "../../../src/core/unit-file/environment-text.ts";
import { expandArguments, readExecLine } from "../../../src/core/unit-file/exec-line.ts";
import { expandSpecifiers } from "../../../src/core/unit-file/expand-specifiers.ts";
import { formatEnvironmentFileAssignment, formatExecArgument } from "../../../src/core/unit-file/quote.ts";
import { splitWords } from "../../../src/core/unit-file/words.ts";

describe("Exec lines", () => {
  const argvs = (value: string): unknown => readExecLine(value).commands.map(({ argv }) => argv);

  test.each([
    ["/bin/a b 'c d'", [["/bin/a", "b", "c d"]]],
    ["@/bin/a zero b", [["zero", "b"]]],
    [
      "/bin/a x ; /bin/b y",
      [
        ["/bin/a", "x"],
        ["/bin/b", "y"],
      ],
    ],
    ['/bin/a \\; ";" x;y', [["/bin/a", ";", ";", "x;y"]]],
    ["; /bin/a ; ; /bin/b", [["/bin/a"], ["/bin/b"]]],
    ["/bin/a \"b\"c'd' \\x41\\101\\u00e9\\xc3\\xa9\\s\\q", [["/bin/a", "bcd", "AAéé \\q"]]],
    ["/bin/a \\x00 \\777", [["/bin/a", "\\x00", "\\777"]]],
    ["/bin//./a", [["/bin//./a"]]],
  ])("%s", (value, expected) => {
    expect(argvs(value)).toEqual(expected);
  });

  test("prefixes, each once", () => {
    expect(readExecLine("-:+/bin/a").commands).toMatchObject([
      { path: "/bin/a", ignoresFailure: true, expandsEnvironment: false, privileges: "full" },
    ]);
    expect(readExecLine("!!/bin/a").commands).toMatchObject([{ privileges: "ambient" }]);
    expect(readExecLine("!/bin//a").commands).toMatchObject([{ privileges: "no setuid", path: "/bin/a" }]);
    expect(readExecLine("|/bin/a", { systemd: 258 }).commands).toMatchObject([{ viaShell: true }]);
    for (const bad of ["--/bin/a", "+!/bin/a", "!!!/bin/a", "|/bin/a"])
      expect(readExecLine(bad)).toMatchObject({
        commands: [],
        effect: bad.startsWith("-") ? "command ignored" : "unit refused",
      });
  });

  test.each(["bin/a", "/bin/", "@/bin/a", '/bin/a "open', "+", "/bin/a ; bin/b", "/bin/%Z"])(
    "the unit is refused: %s",
    (value) => {
      const resolve = (word: string): string | null => (word.includes("%Z") ? null : word);
      expect(readExecLine(value, { resolve })).toMatchObject({
        problem: expect.any(String),
        effect: "unit refused",
      });
    },
  );

  test("$ in arguments", () => {
    const environment = new Map([
      ["ONE", "1"],
      ["TWO", 'a  b "c d"'],
      ["EMPTY", ""],
    ]);
    const expanded = expandArguments(
      ["$TWO", "x$ONE", `\${ONE}\${TWO}`, "$EMPTY", `\${EMPTY}`, "$NO", `\${NO}x`, "$$ONE", "$", `\${ONE$$`],
      environment,
    );
    expect(expanded.argv).toEqual(["a", "b", "c d", "x$ONE", '1a  b "c d"', "", "x", "$ONE", `\${ONE$$`]);
    expect(expanded.unset).toEqual(["NO", "NO", ""]);
  });

  test("words say how they were written", () => {
    expect(splitWords('a "b c"').words).toEqual([
      { raw: "a", value: "a", bare: true },
      { raw: '"b c"', value: "b c", bare: false },
    ]);
    expect(splitWords("a 'b").problem).toContain("'b");
  });
});

describe("environment files", () => {
  const pairs = (text: string | Uint8Array, systemd = 257): readonly string[] =>
    readEnvironmentFile(text, "f", systemd).variables.map(
      ({ name, value, place }) => `${place.line} ${name}=${value}`,
    );

  test.each([
    ["A=1\nB=2", ["1 A=1", "2 B=2"]],
    ['A="x\ny"\nB=1', ["1 A=x\ny", "3 B=1"]],
    ["A=x \\\n y\nB=3", ["1 A=x  y", "3 B=3"]],
    ['A=a"b"c', ['1 A=a"b"c']],
    ['A="x" y "z"', ['1 A=xy "z"']],
    ["A='x", ["1 A=x"]],
    [" A = 1 # c ", ["1 A=1 # c"]],
    ['A="\\$\\n\\""', ['1 A=$\\n"']],
    ["A=\\x\\\\", ["1 A=x\\"]],
    ["A=1\rB=2\r\n\n#c\n;d\nC=3", ["1 A=1", "1 B=2", "5 C=3"]],
    ["export A=1\nA-b=1\nA\n=1\n2=1", []],
  ])("%j", (text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  test("a comment that ends in a backslash, by version", () => {
    expect([pairs("#c\\\nA=1\nB=2", 252), pairs("#c\\\nA=1\nB=2", 257)]).toEqual([
      ["3 B=2"],
      ["2 A=1", "3 B=2"],
    ]);
  });

  test("what is left out, and what is refused", () => {
    const effects = (text: string | Uint8Array): readonly string[] =>
      readEnvironmentFile(text, "f").problems.map(({ place, effect }) => `${place.line} ${effect}`);
    expect(effects("A=1\nexport B=1\nnothing\n")).toEqual(["2 line ignored", "3 line ignored"]);
    expect(effects("A=\0")).toEqual(["1 file refused"]);
    expect(effects(Uint8Array.of(0x41, 0x3d, 0xff))).toEqual(["1 file refused"]);
  });
});

describe("what the writers write is read back", () => {
  const value = fc.string({ unit: "grapheme", maxLength: 30 }).filter((each) => !each.includes("\0"));

  test("an argument of an Exec line", () => {
    fc.assert(
      fc.property(value, (argument) => {
        const written = formatExecArgument(argument);
        fc.pre(written.ok);
        const { commands } = readExecLine(`/bin/a ${written.text}`, {
          resolve: (word) => word.replaceAll("%%", "%"),
        });
        expect(commands.map(({ argv }) => expandArguments(argv, new Map()).argv)).toEqual([
          ["/bin/a", argument],
        ]);
      }),
    );
  });

  test("an assignment of an environment file", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (values) => {
        const lines = values.map((each) => formatEnvironmentFileAssignment("A", each));
        fc.pre(lines.every(({ ok }) => ok));
        const text = lines.map((line) => (line.ok ? `${line.text}\n` : "")).join("");
        expect(readEnvironmentFile(text, "f").variables.map((each) => each.value)).toEqual(values);
      }),
    );
  });
});

describe("specifiers", () => {
  test("of the name and the manager", () => {
    const text = "%n|%N|%p|%P|%i|%I|%j|%J|%f|%t|%S|%C|%L|%E|%T|%V|%%|% |%";
    expect(expandSpecifiers(text, { unit: "sp-x@a-b\\x2dc.service" })).toEqual({
      ok: true,
      text: "sp-x@a-b\\x2dc.service|sp-x@a-b\\x2dc|sp-x|sp/x|a-b\\x2dc|a/b-c|x|x|/a/b-c|/run|/var/lib|/var/cache|/var/log|/etc|/tmp|/var/tmp|%|% |%",
    });
    expect(expandSpecifiers("%f %I", { unit: "sp-a.service" })).toEqual({ ok: true, text: "/sp/a " });
  });
  test("of the host, or not known", () => {
    expect(expandSpecifiers("%H:%t", { unit: "a.service", host: { H: "web1", t: "/run/user/1" } })).toEqual({
      ok: true,
      text: "web1:/run/user/1",
    });
    expect(expandSpecifiers("%H", { unit: "a.service" })).toEqual({
      ok: false,
      specifier: "%H",
      reason: "not given",
    });
    expect(expandSpecifiers("%Z", { unit: "a.service" })).toEqual({
      ok: false,
      specifier: "%Z",
      reason: "unknown",
    });
    expect(expandSpecifiers("%D", { unit: "a.service", systemd: 247 })).toMatchObject({ reason: "unknown" });
    expect(expandSpecifiers("%f", { unit: "a@b--c.service" })).toMatchObject({ reason: "not given" });
  });
});
