/**
 * Command lines of Exec…= as systemd runs them: prefixes, arguments, `;`, and what becomes of `$`
 * (systemd.service(5), "Command lines"; config_parse_exec).
 */
import { splitWords, type Word } from "./words.ts";

/** One command. argv: with its zeroth argument, which is the path unless `@` gives another. */
export type ExecInvocation = {
  readonly path: string;
  readonly argv: readonly string[];
  /** Prefix `-`. */
  readonly ignoresFailure: boolean;
  /** Not with prefix `:`. */
  readonly expandsEnvironment: boolean;
  /**
   * `+`: nothing of User=, capabilities and name spaces; `!`: not User= and the like; `!!`: that only where
   * ambient capabilities are missing.
   */
  readonly privileges: "as declared" | "full" | "no setuid" | "ambient";
  /** Prefix `|`, from systemd 258 on. */
  readonly viaShell: boolean;
};
/**
 * The commands of one value. problem: why the unit is refused, or the command is left out when it starts with
 * `-`.
 */
export type ExecLine = {
  readonly commands: readonly ExecInvocation[];
  readonly problem: string | null;
  readonly effect: "unit refused" | "command ignored";
};
/** What else has to be known. resolve: expands specifiers in a word; null when it cannot. */
export type ExecContext = { readonly systemd?: number; readonly resolve?: (word: string) => string | null };

/** Reads the value of ExecStart= and its like. */
export function readExecLine(value: string, context: ExecContext = {}): ExecLine {
  const { words, problem: open } = splitWords(value);
  const commands: ExecInvocation[] = [];
  const groups = groupCommands(words);
  for (const [index, group] of groups.entries()) {
    const start = readStart(group[0]?.value ?? "", context);
    const openHere = index === groups.length - 1 ? open : null;
    const read = openHere === null ? readCommand(start, group.slice(1), context) : openHere;
    if (typeof read === "string")
      return { commands, problem: read, effect: start.ignoresFailure ? "command ignored" : "unit refused" };
    commands.push(read);
  }
  // An open quote in the first word leaves that command out with a warning.
  return { commands, problem: groups.length === 0 ? open : null, effect: "command ignored" };
}

/**
 * What the program gets: `$NAME` as a word of its own becomes the words of the value, or nothing; `${NAME}`
 * anywhere is replaced; `$$` is `$`. unset: names without a value.
 */
export function expandArguments(
  argv: readonly string[],
  environment: ReadonlyMap<string, string>,
): { readonly argv: readonly string[]; readonly unset: readonly string[] } {
  const unset: string[] = [];
  const lookUp = (name: string): string => {
    const value = environment.get(name);
    if (value === undefined) unset.push(name);
    return value ?? "";
  };
  const expanded = argv.flatMap((argument) => {
    const whole = /^\$(?![{$])(.*)$/s.exec(argument)?.[1];
    if (whole !== undefined) return splitRelaxed(lookUp(whole));
    // An unclosed brace leaves the rest as it is.
    return [
      argument.replace(/\$\$|\$\{([^}]*)(\}|$)/g, (found: string, name = "", end = "") =>
        found === "$$" ? "$" : end === "" ? found : lookUp(name),
      ),
    ];
  });
  return { argv: expanded, unset };
}

type Start = Omit<ExecInvocation, "argv"> & { readonly hasArgv0: boolean };

/** A word `;` ends a command; as the first word of one it is nothing, quoted or not. */
function groupCommands(words: readonly Word[]): readonly (readonly Word[])[] {
  const groups: Word[][] = [[]];
  for (const word of words) {
    const group = groups.at(-1);
    if (word.raw === ";" || (group?.length === 0 && word.value === ";")) groups.push([]);
    else group?.push(word);
  }
  return groups.filter((group) => group.length > 0);
}

function readStart(word: string, { systemd = 257 }: ExecContext): Start {
  let start: Start = {
    path: "",
    ignoresFailure: false,
    expandsEnvironment: true,
    privileges: "as declared",
    viaShell: false,
    hasArgv0: false,
  };
  for (const [at, character] of [...word].entries()) {
    const next = readPrefix(start, character, systemd);
    if (next === null) return { ...start, path: [...word].slice(at).join("") };
    start = next;
  }
  return start;
}

/** Null when the character is no prefix (or no longer one): each counts once. */
function readPrefix(start: Start, character: string, systemd: number): Start | null {
  const { privileges } = start;
  if (character === "-" && !start.ignoresFailure) return { ...start, ignoresFailure: true };
  if (character === "@" && !start.hasArgv0) return { ...start, hasArgv0: true };
  if (character === ":" && start.expandsEnvironment) return { ...start, expandsEnvironment: false };
  if (character === "+" && privileges === "as declared") return { ...start, privileges: "full" };
  if (character === "!" && privileges === "as declared") return { ...start, privileges: "no setuid" };
  if (character === "!" && privileges === "no setuid") return { ...start, privileges: "ambient" };
  return character === "|" && systemd >= 258 && !start.viaShell ? { ...start, viaShell: true } : null;
}

function readCommand(
  start: Start,
  words: readonly Word[],
  { resolve = (word) => word }: ExecContext,
): ExecInvocation | string {
  const { hasArgv0, ...invocation } = start;
  const path = resolve(start.path);
  const rest = words.map((word) => (word.raw === "\\;" ? ";" : resolve(word.value)));
  if (path === null || rest.some((word) => word === null)) return "a specifier cannot be resolved";
  const mistake = badPath(path);
  if (mistake !== null) return mistake;
  const argv = [...(hasArgv0 ? [] : [path]), ...rest.filter((word) => word !== null)];
  if (argv.length === 0) return "the zeroth argument after @ is missing";
  return { ...invocation, path: simplify(path), argv };
}

function badPath(path: string): string | null {
  if (path === "") return "there is no program after the prefixes";
  if (/[\x00-\x1f"'\\\x7f]/.test(path))
    return "the program's path holds a quote, a backslash or a control character";
  if (path.endsWith("/")) return "the program's path is a folder's";
  return path.startsWith("/") || (!path.includes("/") && path !== "." && path !== "..")
    ? null
    : "the program is neither an absolute path nor a file's name";
}

function simplify(path: string): string {
  return path.startsWith("/")
    ? `/${path
        .split("/")
        .filter((part) => part !== "" && part !== ".")
        .join("/")}`
    : path;
}

/** Quotes are taken off and may stay open, backslashes escape the next character. */
function splitRelaxed(text: string): readonly string[] {
  const words: string[] = [];
  for (const [written] of text.matchAll(
    /(?:"(?:[^"\\]|\\[\s\S])*(?:"|$)|'(?:[^'\\]|\\[\s\S])*(?:'|$)|\\(?:[\s\S]|$)|[^ \t\n\r"'\\])+/g,
  )) {
    words.push(
      written.replace(
        /"((?:[^"\\]|\\[\s\S])*)(?:"|$)|'((?:[^'\\]|\\[\s\S])*)(?:'|$)|\\([\s\S])/g,
        (_all, double?: string, single?: string, escaped?: string) =>
          escaped ?? (double ?? single ?? "").replace(/\\([\s\S])/g, "$1"),
      ),
    );
  }
  return words;
}
