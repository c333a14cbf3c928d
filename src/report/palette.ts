/** Colours: which style gets which, and when there are none at all. */
import type { Style } from "./text.ts";

/** Paints a piece of clean text. */
export type Palette = (style: Style, text: string) => string;

/** What decides about colours; the variables as in the environment. */
export type ColourSettings = {
  readonly isTerminal: boolean;
  readonly noColor: string | undefined;
  readonly forceColor: string | undefined;
  readonly term: string | undefined;
};

/**
 * SGR codes. Only the four that read well on dark and light grounds, bold and faint; yellow, blue, black and white vanish on one or the other.
 */
const CODES: Readonly<Record<Exclude<Style, "plain">, string>> = {
  strong: "1",
  dim: "2",
  added: "32",
  removed: "31",
  hunk: "36",
  good: "32",
  bad: "1;31",
  warn: "35",
  tint1: "36",
  tint2: "35",
  tint3: "32",
  tint4: "1;36",
  tint5: "1;35",
  tint6: "1;32",
};

/** The palette for these settings: NO_COLOR (any value) wins over FORCE_COLOR (not 0 or false), which wins over what the stream is. */
export function makePalette(settings: ColourSettings): Palette {
  if (!wantsColour(settings)) return (_style, text) => text;
  return (style, text) => (style === "plain" || text === "" ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`);
}

function wantsColour(settings: ColourSettings): boolean {
  if (settings.noColor !== undefined && settings.noColor !== "") return false;
  if (settings.forceColor !== undefined) return settings.forceColor !== "0" && settings.forceColor !== "false";
  return settings.isTerminal && settings.term !== "dumb";
}
