/** A terminal's screen as a picture: what is where, in which colour, and legible on both grounds. */
import { expect, test } from "vitest";
import { DARK, drawTerminal, LIGHT, type Theme } from "../../scripts/terminal-svg.ts";

const textsOf = (svg: string): readonly string[] => svg.match(/<text .*<\/text>/g) ?? [];

test("each run of one style is one text where its column is; a style outlives the end of a line", () => {
  const svg = drawTerminal(
    "\u001b[1mweb1\u001b[0m: ok\n\u001b[31m-a <b>\n c\u001b[39m d",
    20,
    LIGHT,
    "A & B",
  );
  expect(textsOf(svg)).toEqual([
    '<text x="18" y="49" textLength="33.6" font-weight="bold">web1</text>',
    '<text x="51.6" y="49" textLength="33.6">: ok</text>',
    '<text x="18" y="69" textLength="50.4" fill="#cf222e">-a &lt;b&gt;</text>',
    '<text x="26.4" y="89" textLength="8.4" fill="#cf222e">c</text>',
    '<text x="43.2" y="89" textLength="8.4">d</text>',
  ]);
  expect(svg).toContain("<title>A &amp; B</title>");
});

test("columns of a table stay columns", () => {
  expect(textsOf(drawTerminal("host  status\nweb1  changed", 20, DARK, "t"))).toEqual([
    '<text x="18" y="49" textLength="33.6">host</text>',
    '<text x="68.4" y="49" textLength="50.4">status</text>',
    '<text x="18" y="69" textLength="33.6">web1</text>',
    '<text x="68.4" y="69" textLength="58.8">changed</text>',
  ]);
});

test("a style that a picture does not have is refused", () => {
  expect(() => drawTerminal("\u001b[7mx", 20, LIGHT, "t")).toThrow("no picture has: 7");
});

/** Relative luminance of WCAG 2.2, of #rrggbb. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test.each<[string, Theme]>([
  ["light", LIGHT],
  ["dark", DARK],
])("every colour is legible on the %s ground", (_name, theme) => {
  const ground = luminance(theme.ground);
  for (const colour of [theme.text, theme.dim, ...Object.values(theme.sgr)]) {
    const [dark = 0, light = 0] = [ground, luminance(colour)].sort((left, right) => left - right);
    expect((light + 0.05) / (dark + 0.05), colour).toBeGreaterThan(4.5);
  }
});
