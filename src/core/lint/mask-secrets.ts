/** A host's file as it may be shown: its lines, with the values of what looks like a secret masked. */
import { splitWords } from "../unit-file/words.ts";
import { holdsSecret, isSecretVariable, looksSecret } from "./secret-variable.ts";

/** As many lines as the text has; a value reads `<secret NAME>`, the further lines of one `<secret>`. */
export function maskSecrets(text: string): readonly string[] {
  let open: Open | null = null;
  return text.split("\n").map((line) => {
    const within: Open | null = open;
    open = within === null ? opens(line) : stillOpen(within, line);
    if (within?.isSecret === true) return "<secret>";
    return maskLine(line);
  });
}

/**
 * A value that continues on the next line: until the quote ends, the block's end, or as long as lines end in
 * a backslash.
 */
type Open = { readonly until: '"' | "'" | "-----END" | "\\"; readonly isSecret: boolean };

const ASSIGNMENT = /^(\s*(?:export\s+)?)([A-Za-z_][\w.-]{0,200})(\s*[=:]\s*)(.*)$/;

function opens(line: string): Open | null {
  const [, , name = "", , value = line] = ASSIGNMENT.exec(line) ?? [];
  const isSecret = isNamed(name, value) || holdsSecret(value);
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(line) && !line.includes("-----END"))
    return { until: "-----END", isSecret: true };
  const quote = value.startsWith('"') ? '"' : value.startsWith("'") ? "'" : null;
  if (quote !== null && count(value, quote) % 2 === 1) return { until: quote, isSecret };
  // A unit's list continues with assignments of its own, each of which is looked at.
  return line.endsWith("\\") ? { until: "\\", isSecret: isNamed(name, value) } : null;
}

function stillOpen(open: Open, line: string): Open | null {
  const isOpen =
    open.until === "\\"
      ? line.endsWith("\\")
      : open.until.length > 1
        ? !line.includes(open.until)
        : count(line, open.until) % 2 === 0;
  return isOpen ? open : null;
}

function count(text: string, quote: string): number {
  return text.replaceAll(/\\./g, "").split(quote).length - 1;
}

function maskLine(line: string): string {
  const [, lead = "", name = "", sign = "", value = line] = ASSIGNMENT.exec(line) ?? [];
  const masked = `${lead}${name}${sign}<secret${name === "" ? "" : ` ${name}`}>`;
  if (isNamed(name, unquoted(value))) return masked;
  const words = maskWords(value);
  return holdsSecret(words) ? masked : `${lead}${name}${sign}${words}`;
}

/** Directives of systemd that are called alike say none themselves. */
function isNamed(name: string, value: string): boolean {
  return !/^(?:Pass|Private)[A-Z]|^(?:Load|Import)Credential/.test(name) && isSecretVariable(name, value);
}

/** Words that are assignments, as Environment= has them, keep their names. */
function maskWords(text: string): string {
  let masked = "";
  let done = 0;
  for (const { raw, value } of splitWords(text).words) {
    const start = text.indexOf(raw, done);
    const name = /^([A-Za-z_]\w{0,200})=/.exec(value)?.[1];
    const isSecret = name !== undefined && looksSecret(name, value.slice(name.length + 1));
    masked += text.slice(done, start) + (isSecret ? `${name}=<secret ${name}>` : raw);
    done = start + raw.length;
  }
  return masked + text.slice(done);
}

function unquoted(value: string): string {
  return value.trim().replace(/^(["'])(.*)\1$/, "$2");
}
