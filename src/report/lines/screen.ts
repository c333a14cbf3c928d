/**
 * The few control sequences of a live screen (ECMA-48, and xterm's alternate screen); no one else writes any
 * but colours.
 */

/** enter: the alternate screen, without a cursor; leave: the screen and the cursor as they were. */
export type ScreenAct = "enter" | "leave";

/** The sequence for it. Leaving twice does no harm. */
export function screenSequence(act: ScreenAct): string {
  return act === "enter" ? "\u001b[?1049h\u001b[?25l" : "\u001b[?25h\u001b[?1049l";
}

/**
 * A painted line in the place of the one on the cursor's row; the next one takes its place. An empty one
 * wipes the row.
 */
export function rowText(painted: string): string {
  return `\r${painted}\u001b[K`;
}

/**
 * Painted lines as one picture, from the upper left corner on. Each line wipes the rest of its row, so that
 * nothing flickers.
 */
export function screenText(lines: readonly string[]): string {
  return `\u001b[H${lines.map((each) => `${each}\u001b[K`).join("\r\n")}\u001b[J`;
}
