/** Colours: which style gets which, and when there are none at all. */
import type { Style } from "./text.ts";

/** Paints a piece of clean text. */
export type Palette = (style: Style, text: string) => string;

/** What decides about colours; the variables as in the environment. */
export type ColourSettings = {
  readonly isTerminal: boolean;
  readonly noColor: string | undefined;
  readonly forceColor: string | undefined;
  readonly cliColorForce: string | undefined;
  readonly term: string | undefined;
};

/**
 * SGR codes. Only the four that read well on dark and light grounds, bold and faint; yellow, blue, black and
 * white vanish on one or the other.
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

/**
 * The palette for these settings. The first that is set decides: NO_COLOR (not empty: none), FORCE_COLOR (0
 * or false: none, else colours), CLICOLOR_FORCE (not empty or 0: colours), TERM=dumb (none); else whether the
 * stream is a terminal. See no-color.org and bixense.com/clicolors.
 */
export function makePalette(settings: ColourSettings): Palette {
  if (!wantsColour(settings)) return (_style, text) => text;
  return (style, text) =>
    style === "plain" || text === "" ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`;
}

function wantsColour(settings: ColourSettings): boolean {
  if (settings.noColor !== undefined && settings.noColor !== "") return false;
  if (settings.forceColor !== undefined)
    return settings.forceColor !== "0" && settings.forceColor !== "false";
  if (settings.cliColorForce !== undefined && settings.cliColorForce !== "" && settings.cliColorForce !== "0")
    return true;
  return settings.isTerminal && settings.term !== "dumb";
}
