import fc from "fast-check";
import { expect, test } from "vitest";
import { splitLines } from "../../src/deploy/split-lines.ts";
import { collect } from "../support/collect.ts";

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const size of [...sizes, bytes.length]) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

test("lines are the same however the bytes are cut; a last line without its end is none", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", ""))),
      fc.array(fc.nat(9)),
      async (lines, sizes) => {
        const bytes = Buffer.from(`${lines.map((each) => `${each}\n`).join("")}rest`);
        expect(await collect(splitLines(cut(bytes, sizes), 10_000))).toEqual(
          lines.map((each) => Buffer.from(each).toString("utf8")),
        );
      },
    ),
  );
});

test("a line above the cap is a gap, in one piece or in many; the next one is whole again", async () => {
  const bytes = Buffer.from(`ok\n${"x".repeat(50)}\nfine\n`);
  for (const sizes of [[], Array.from({ length: 60 }, () => 1)])
    expect(await collect(splitLines(cut(bytes, sizes), 10))).toEqual(["ok", null, "fine"]);
});
