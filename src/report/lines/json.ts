/**
 * JSON for machines: whole values, with what a terminal or a CI log would take for a command written as \u
 * escapes.
 */

/**
 * One JSON text ended by a newline; several lines with spaces set. Parsing it gives back exactly the value.
 */
export function formatJson(value: unknown, spaces: 0 | 2 = 2): string {
  const text = JSON.stringify(value, null, spaces).replace(
    HOSTILE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text.replace(/##(?=[A-Za-z]{0,16}\[)/g, "#\\u0023")}\n`;
}

/**
 * DEL, C1, bidi controls, and the two separators that JavaScript once took for line ends; C0 and lone
 * surrogates JSON.stringify escapes itself.
 */
const HOSTILE = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
