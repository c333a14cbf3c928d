/** How a check says what it found. */
import type { Check } from "./checks.ts";

/** A check of this name; false: that is not wrong. */
export const say = (name: string, ...found: readonly (string | false)[]): Check => ({
  name,
  wrong: found.flatMap((each) => (each === false ? [] : [`${name}: ${each}`])),
});
