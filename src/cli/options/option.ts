/** The kinds of options, as yargs takes them. */

/** A switch. */
export function flag(describe: string) {
  return { type: "boolean", describe } as const;
}

/** An option with one value. */
export function word(describe: string) {
  return { type: "string", describe, requiresArg: true } as const;
}

/** An option that may do without its value, which is empty then. */
export function optionalWord(describe: string) {
  return { type: "string", describe } as const;
}

/** An option with several values, which may also be given several times. */
export function words(describe: string) {
  return { type: "string", array: true, describe, requiresArg: true } as const;
}

/** --output or --format with these formats, the first being the default. */
export function outputOption<const Formats extends readonly [string, ...string[]]>(...formats: Formats) {
  return { ...word("format of standard output"), choices: formats, default: formats[0] } as const;
}
