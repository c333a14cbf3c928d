/**
 * Specifiers of unit files: which letters each systemd version knows. Tried letter by letter on 247, 252 and
 * 257 with `systemd-analyze verify`.
 */

/**
 * Letters and digits that no specifier has; "%" and anything that is neither letter nor digit stands for
 * itself.
 */
const UNKNOWN: readonly (readonly [version: number, letters: string])[] = [
  [247, "dekqxyzADFKMOQXYZ"],
  [252, "ekxzDFKOQXZ"],
  [257, "ekxzFKOQXZ"],
];

/**
 * The first unknown specifier of a value, e.g. "%Z"; null when there is none. In an Exec line systemd refuses
 * the unit because of it.
 */
export function unknownSpecifier(value: string, version: number): string | null {
  const unknown = UNKNOWN.findLast(([since]) => since <= version)?.[1] ?? UNKNOWN[0]?.[1] ?? "";
  for (const [specifier] of value.matchAll(/%(?:%|[A-Za-z0-9])/g)) {
    if (/[0-9]$/.test(specifier) || unknown.includes(specifier.slice(1))) return specifier;
  }
  return null;
}

/** The specifiers of a value, "%%" left out. */
export function specifiersOf(value: string): readonly string[] {
  return [...value.matchAll(/%(?:%|[A-Za-z0-9])/g)]
    .map(([specifier]) => specifier)
    .filter((specifier) => specifier !== "%%");
}
