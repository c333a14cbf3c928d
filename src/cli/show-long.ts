/** Standard output for what may be longer than the screen: through the pager if it is. */
import { stripControls } from "../core/sanitize.ts";
import type { Line } from "../report/lines/text.ts";
import { page } from "./pager.ts";
import type { Surroundings } from "./surroundings.ts";

/** Whether the pager was shown, or the text printed. */
export type ShownBy = "paged" | "printed";

/** Prints lines, through the pager when they are longer than the screen. */
export async function showLines(lines: readonly Line[], surroundings: Surroundings): Promise<ShownBy> {
  if ((await paged(surroundings.stdout.paint(lines), surroundings)) === "paged") return "paged";
  surroundings.stdout.print(lines);
  return "printed";
}

/** The same for text that is complete as it is. */
export async function showText(text: string, surroundings: Surroundings): Promise<ShownBy> {
  if ((await paged(surroundings.stdout.redact(stripControls(text)), surroundings)) === "paged")
    return "paged";
  surroundings.stdout.write(text);
  return "printed";
}

async function paged(text: string, surroundings: Surroundings): Promise<"paged" | "not paged"> {
  if (surroundings.pager === null) return "not paged";
  await surroundings.stdout.flush();
  return await page(text, surroundings.pager, surroundings);
}
