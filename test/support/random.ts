/** Numbers that look like chance and come again from the same seed. */

/** The next whole number from 0 to one below the given one. */
export type Random = (below: number) => number;

/** A small generator of its own (mulberry32), so that a seed means the same everywhere. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
