/** File modes as they are compared and as they are shown. */

/** A mode as `stat -c %a` prints it: "0640" → "640", "0000" → "0". */
export function plainMode(mode: string): string {
  return mode.replace(/^0+(?=.)/, "");
}

/** A mode as it is written in a service file: "0755", whatever the number of leading zeros. */
export function writtenMode(mode: string): string {
  return /^[0-7]{1,3}$/.test(mode) ? mode.padStart(4, "0") : mode;
}
