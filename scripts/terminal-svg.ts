/** A terminal's screen as SVG: text with SGR colours in, one text element a run of one style out. */

/** Colours of a picture. sgr: by the codes that svcdeploy uses (src/report/lines/palette.ts). */
export type Theme = {
  readonly ground: string;
  readonly frame: string;
  readonly text: string;
  readonly dim: string;
  readonly sgr: { readonly [code: string]: string };
};

/** On white. Each colour has a contrast of 4.5 or more with the ground (WCAG 2.2 AA). */
export const LIGHT: Theme = {
  ground: "#ffffff",
  frame: "#d1d9e0",
  text: "#1f2328",
  dim: "#59636e",
  sgr: { 31: "#cf222e", 32: "#116329", 35: "#8250df", 36: "#0a6c74" },
};

/** On black, with the same contrast. */
export const DARK: Theme = {
  ground: "#0d1117",
  frame: "#3d444d",
  text: "#f0f6fc",
  dim: "#9198a1",
  sgr: { 31: "#ff7b72", 32: "#56d364", 35: "#d2a8ff", 36: "#56d4dd" },
};

type Style = { readonly isBold: boolean; readonly isDim: boolean; readonly colour: string | null };
type Run = { readonly row: number; readonly column: number; readonly text: string; readonly style: Style };

const PLAIN: Style = { isBold: false, isDim: false, colour: null };
const SIZE = 14;
const WIDTH = 8.4;
const HEIGHT = 20;
const MARGIN = 18;
const BAR = 34;
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** The picture of a screen. columns: how wide the terminal was; title: what it shows, for screen readers. */
export function drawTerminal(screen: string, columns: number, theme: Theme, title: string): string {
  const lines = screen.split("\n");
  const width = Math.ceil(columns * WIDTH + 2 * MARGIN);
  const height = BAR + lines.length * HEIGHT + MARGIN;
  const dots = [0, 1, 2].map((index) => `<circle cx="${MARGIN + 6 + index * 20}" cy="19" r="6"/>`).join("");
  const body = runsOf(screen).map((run) => drawRun(run, theme));
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const frame = `x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
<title>${escapeXml(title)}</title>
<rect ${frame} fill="${theme.ground}" stroke="${theme.frame}"/>
<g fill="${theme.frame}">${dots}</g>
<g font-family="${FONT}" font-size="${SIZE}" fill="${theme.text}">
${body.join("\n")}
</g>
</svg>
`;
}

/** A run where its column is, whatever font the viewer has. */
function drawRun({ row, column, text, style }: Run, theme: Theme): string {
  const inset = text.length - text.trimStart().length;
  const shown = text.trim();
  const x = round(MARGIN + (column + inset) * WIDTH);
  const y = BAR + (row + 1) * HEIGHT - 5;
  const fill = style.colour !== null ? theme.sgr[style.colour] : style.isDim ? theme.dim : undefined;
  const look = `${fill === undefined ? "" : ` fill="${fill}"`}${style.isBold ? ' font-weight="bold"' : ""}`;
  const length = round([...shown].length * WIDTH);
  return `<text x="${x}" y="${y}" textLength="${length}"${look}>${escapeXml(shown)}</text>`;
}

/**
 * Splits at every change of style, at ends of lines, which a style outlives, and at wide gaps, which XML does
 * not keep; blanks alone are left out.
 */
function runsOf(screen: string): readonly Run[] {
  const runs: Run[] = [];
  let style = PLAIN;
  let [row, column] = [0, 0];
  for (const [whole, codes] of screen.matchAll(/\u001b\[([\d;]*)m|\n|[^\u001b\n]+/g)) {
    if (codes !== undefined) style = codes.split(";").reduce(restyle, style);
    else if (whole === "\n") [row, column] = [row + 1, 0];
    else {
      for (const text of whole.split(/( {2,})/)) {
        if (text.trim() !== "") runs.push({ row, column, text, style });
        column += [...text].length;
      }
    }
  }
  return runs;
}

function restyle(style: Style, code: string): Style {
  if (code === "" || code === "0") return PLAIN;
  if (code === "1") return { ...style, isBold: true };
  if (code === "2") return { ...style, isDim: true };
  if (code === "22") return { ...style, isBold: false, isDim: false };
  if (code === "39") return { ...style, colour: null };
  // The ground as it is.
  if (code === "49") return style;
  if (/^3[0-7]$/.test(code)) return { ...style, colour: code };
  throw new Error(`the terminal showed a style that no picture has: ${code}`);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
