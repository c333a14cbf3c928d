/** Whole numbers as systemd reads them (parse-util.c, safe_atoi and its relatives). */

/**
 * The number; a leading 0 means octal, so "010" is 8 and "09" is null, as is all that systemd refuses. 0x, 0b
 * and 0o are understood.
 */
export function parseInteger(text: string): number | null {
  const match =
    /^[ \t\n\v\f\r]*([+-]?)(?:0x([0-9a-f]{1,12})|0b([01]{1,48})|0o?([0-7]{1,16})|(0|[1-9]\d{0,14}))$/i.exec(
      text,
    );
  if (match === null) return null;
  const [, sign, hexadecimal, binary, octal, decimal = ""] = match;
  const [digits, base] =
    hexadecimal !== undefined
      ? [hexadecimal, 16]
      : binary !== undefined
        ? [binary, 2]
        : octal !== undefined
          ? [octal, 8]
          : [decimal, 10];
  const value = Number.parseInt(digits, base);
  return sign === "-" && value > 0 ? -value : value;
}
