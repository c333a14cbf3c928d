/**
 * Reads supervisord's configuration as it does itself: Python's ConfigParser, `;` or `#` behind a blank begin
 * a comment, names in lower case.
 */

/** A section and its values by name; lines that belong to nothing are reported. */
export type SupervisorSection = { readonly name: string; readonly values: ReadonlyMap<string, string> };
/** The sections in their order, of one name put together; strange: numbers of lines that are neither. */
export type SupervisorFile = {
  readonly sections: readonly SupervisorSection[];
  readonly strange: readonly number[];
};

/** Never throws. A value continues on indented lines; of one name in a section the last one holds. */
export function readSupervisorFile(text: string): SupervisorFile {
  const sections = new Map<string, Map<string, string>>();
  const strange: number[] = [];
  let [section, key]: [Map<string, string> | null, string | null] = [null, null];
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = withoutComment(raw);
    const [, head] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, name, value = ""] = /^([^\s=:][^=:]*)[=:](.*)$/.exec(line) ?? [];
    if (line.trim() === "") continue;
    if (/^\s/.test(line) && section !== null && key !== null)
      section.set(key, `${section.get(key) ?? ""}\n${line.trim()}`);
    else if (head !== undefined) {
      section = sections.get(head) ?? new Map();
      sections.set(head, section);
      key = null;
    } else if (name !== undefined && section !== null) {
      key = name.trimEnd().toLowerCase();
      section.set(key, value.trim());
    } else strange.push(index + 1);
  }
  return { sections: [...sections].map(([name, values]) => ({ name, values })), strange };
}

function withoutComment(line: string): string {
  const start = line.search(/(?:^|\s)[;#]/);
  return start < 0 ? line.trimEnd() : line.slice(0, start).trimEnd();
}
