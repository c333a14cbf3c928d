/** Expands the specifiers of a unit's value (systemd.unit(5), "Specifiers"; specifier.c). */
import { unescapePath, unescapeUnitName } from "./escape.ts";
import { unknownSpecifier } from "./specifiers.ts";
import { parseUnitName } from "./unit-name.ts";

/**
 * Whose value it is. host: what else is known, by letter, e.g. { H: "web1", m: "0123…" }; it wins over what
 * follows from the name and over the system manager's folders.
 */
export type SpecifierContext = {
  readonly unit: string;
  readonly host?: Readonly<Record<string, string>>;
  readonly systemd?: number;
};
/**
 * The text, or the first specifier that systemd does not know (then it refuses the value) or that the context
 * says nothing of.
 */
export type Expanded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly specifier: string; readonly reason: "unknown" | "not given" };

/**
 * The value with its specifiers replaced; `%%` becomes `%`, and a `%` before anything but a letter or digit
 * stays.
 */
export function expandSpecifiers(value: string, context: SpecifierContext): Expanded {
  const unknown = unknownSpecifier(value, context.systemd ?? 257);
  if (unknown !== null) return { ok: false, specifier: unknown, reason: "unknown" };
  const known = { ...FOLDERS, ...fromName(context.unit), ...context.host };
  let missing: string | null = null;
  const text = value.replace(/%([%A-Za-z])/g, (specifier: string, letter: string) => {
    if (letter === "%") return "%";
    const found = Object.hasOwn(known, letter) ? known[letter] : undefined;
    if (found === undefined) missing ??= specifier;
    return found ?? specifier;
  });
  return missing === null ? { ok: true, text } : { ok: false, specifier: missing, reason: "not given" };
}

/** Of the system manager. */
const FOLDERS: Readonly<Record<string, string>> = {
  t: "/run",
  S: "/var/lib",
  C: "/var/cache",
  L: "/var/log",
  E: "/etc",
  T: "/tmp",
  V: "/var/tmp",
  D: "/usr/share",
};

/**
 * What follows from the unit's name alone. A letter whose text cannot be unescaped, as %f of "a--b", is left
 * out.
 */
function fromName(unit: string): Readonly<Record<string, string>> {
  const name = parseUnitName(unit);
  if (name === null) return {};
  const instance = name.instance ?? "";
  const last = name.prefix.slice(name.prefix.lastIndexOf("-") + 1);
  const unescaped: readonly (readonly [string, string | null])[] = [
    ["P", unescapeUnitName(name.prefix)],
    ["I", unescapeUnitName(instance)],
    ["J", unescapeUnitName(last)],
    ["f", unescapePath(instance === "" ? name.prefix : instance)],
    // A credentials folder is there while the service runs.
    ["d", `/run/credentials/${unit}`],
  ];
  const plain = { n: unit, N: unit.slice(0, unit.lastIndexOf(".")), p: name.prefix, i: instance, j: last };
  return {
    ...plain,
    ...Object.fromEntries(
      unescaped.flatMap(([letter, text]) => (text === null ? [] : [[letter, text] as const])),
    ),
  };
}
