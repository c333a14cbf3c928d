/** The texts inside supervisord's values: words as a shell has them, variables, and Python's expansions. */
import { formatExecArgument } from "../unit-file/quote.ts";

/**
 * What supervisord expands. here: the folder of its configuration file; number: systemd's instance stands for
 * the process number.
 */
export type SupervisorContext = { readonly program: string; readonly here: string };
/**
 * A text with systemd's specifiers marked, the formats of the process number, and what cannot be expanded
 * here.
 */
export type SupervisorText = {
  readonly text: string;
  readonly formats: readonly string[];
  readonly unknown: readonly string[];
};

/** Stand for %i and %H until the rest of the text is quoted. */
const [INSTANCE, HOST] = ["\ue000", "\ue001"];

/** Expands `%(name)s` and its like; `%%` is a percent sign. */
export function expandText(text: string, { program, here }: SupervisorContext): SupervisorText {
  const formats: string[] = [];
  const unknown: string[] = [];
  const values = new Map([
    ["program_name", program],
    ["group_name", program],
    ["here", here],
    ["host_node_name", HOST],
  ]);
  const expanded = text.replace(
    /%(?:%|\(([A-Za-z_0-9]+)\)(0?\d*)([sd]))/g,
    (whole, name: string | undefined, width: string, type: string) => {
      if (name === undefined) return "%";
      if (name === "process_num") {
        formats.push(width);
        return INSTANCE;
      }
      const value = type === "s" && width === "" ? values.get(name) : undefined;
      if (value === undefined) unknown.push(whole);
      return value ?? whole;
    },
  );
  return { text: expanded, formats, unknown };
}

/** The marks as systemd's specifiers. */
export function withSpecifiers(text: string): string {
  return text.replaceAll(INSTANCE, "%i").replaceAll(HOST, "%H");
}

/** Whether a text has a mark: then only a unit file can hold it. */
export function hasMark(text: string): boolean {
  return text.includes(INSTANCE) || text.includes(HOST);
}

/**
 * A command's words by the shell's rules for quotes (Python's shlex.split); null for a quote or backslash
 * that nothing ends.
 */
export function splitShellWords(text: string): readonly string[] | null {
  const words: string[] = [];
  const pattern = /\s+|((?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+)|([\s\S])/g;
  for (const [, word, bad] of text.matchAll(pattern)) {
    if (bad !== undefined) return null;
    if (word !== undefined) words.push(unquote(word));
  }
  return words;
}

/** The same command as an ExecStart= of systemd has it. */
export function formatCommand(words: readonly string[]): string {
  return withSpecifiers(words.map(formatWord).join(" "));
}

/** `A="1",B='2'` → names and values; null when it is something else. */
export function readPairs(text: string): readonly (readonly [string, string])[] | null {
  const pairs: (readonly [string, string])[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const match =
      /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*("(?:[^"\\]|\\[\s\S])*"|'[^']*'|[^\s,"']*)\s*(?:,\s*|$)/.exec(rest);
    if (match === null) return null;
    pairs.push([match[1] ?? "", unquote(match[2] ?? "")]);
    rest = rest.slice(match[0].length);
  }
  return pairs;
}

/** In double quotes a backslash takes only `"` and itself; outside any character. */
function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g,
    (_all, single?: string, double?: string, escaped?: string) =>
      double === undefined ? (single ?? escaped ?? "") : double.replace(/\\(["\\])/g, "$1"),
  );
}

function formatWord(word: string, index: number): string {
  if (/^[A-Za-z0-9_./:=@,+\ue000\ue001-]+$/.test(word)) return word;
  const quoted = formatExecArgument(word);
  return index === 0 ? `"${word.replaceAll("%", "%%")}"` : quoted.ok ? quoted.text : '""';
}
