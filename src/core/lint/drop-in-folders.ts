/**
 * Which folders of drop-ins hold for a unit, and which of their files count (systemd.unit(5), tried on 247,
 * 252 and 257).
 */

/**
 * Names of a unit's drop-in folders, the most specific first: of its own name, its template, each dash
 * prefix, its type. E.g. a-b@x.service: a-b@x.service.d, a-b@.service.d, a-.service.d, service.d.
 */
export function dropInFolders(unit: string): readonly string[] {
  const type = unit.slice(unit.lastIndexOf(".") + 1);
  const stem = unit.slice(0, -type.length - 1);
  const template = /^([^@]+@).+$/.exec(stem)?.[1];
  const names = [
    stem,
    ...(template === undefined ? [] : [template]),
    ...prefixes(template?.slice(0, -1) ?? stem.replace(/@$/, "")),
  ];
  return [...names.map((name) => `${name}.${type}.d`), `${type}.d`];
}

/** a-b-c: a-b-, a-. */
function prefixes(stem: string): readonly string[] {
  const cut = stem.replace(/-$/, "").lastIndexOf("-");
  return cut < 1 ? [] : [stem.slice(0, cut + 1), ...prefixes(stem.slice(0, cut + 1))];
}

/**
 * What counts of the files in those folders: of one name the most specific folder's, all in order of their
 * names.
 */
export function effectiveDropIns<T extends { readonly path: string }>(
  folders: readonly (readonly T[])[],
): readonly T[] {
  const byName = new Map(
    folders
      .toReversed()
      .flatMap((files) =>
        files.map((file) => [file.path.slice(file.path.lastIndexOf("/") + 1), file] as const),
      ),
  );
  return [...byName].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, file]) => file);
}
