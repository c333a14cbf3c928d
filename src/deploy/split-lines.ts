/** Bytes that come in pieces cut anywhere → lines; a line that never ends costs no more than the cap. */

/**
 * The lines without their newline, invalid UTF-8 as U+FFFD; null stands for each line of more than maxBytes,
 * whose bytes are dropped as they come.
 */
export async function* splitLines(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string | null> {
  let open: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      length += end - from;
      yield length > maxBytes ? null : Buffer.concat([...open, piece.subarray(from, end)]).toString("utf8");
      from = end + 1;
      [open, length] = [[], 0];
    }
    length += piece.length - from;
    open = length > maxBytes ? [] : [...open, piece.subarray(from)];
  }
}
