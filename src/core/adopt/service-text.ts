/**
 * Writes a service file: YAML in blocks, one value a line. What it writes is read back as the same values.
 */

/** A value: texts are written so that no template and no other type can be taken for them. */
export type Yaml = string | true | readonly Yaml[] | ReadonlyMap<string, Yaml>;

/** The file's text. comments: lines of the head; blocks: the service's keys in their order. */
export function formatServiceText(comments: readonly string[], blocks: ReadonlyMap<string, Yaml>): string {
  const head = comments.map((text) => `# ${oneLine(text)}`.trimEnd());
  const written = [...blocks].map(([key, value]) => formatEntry(key, value, "").join("\n"));
  return `${[...(head.length === 0 ? [] : [head.join("\n")]), ...written].join("\n\n")}\n`;
}

function formatEntry(key: string, value: Yaml, indent: string): readonly string[] {
  const name = `${indent}${formatScalar(key)}:`;
  if (value === true) return [`${name} true`];
  // The reader takes no number for a mode: 0755 would be one, and another.
  if (typeof value === "string") return [`${name} ${key === "mode" ? quote(value) : formatText(value)}`];
  if (isMap(value))
    return [name, ...[...value].flatMap(([each, inner]) => formatEntry(each, inner, `${indent}  `))];
  return [name, ...value.flatMap((item) => formatItem(item, `${indent}  `))];
}

/** One item of a list; of a map, a line an entry. */
function formatItem(item: Yaml, indent: string): readonly string[] {
  if (isMap(item))
    return [...item]
      .flatMap(([key, value]) => formatEntry(key, value, `${indent}  `))
      .map((line, index) => (index === 0 ? `${indent}- ${line.trimStart()}` : line));
  return [`${indent}- ${typeof item === "string" ? formatText(item) : formatFlow(item)}`];
}

function formatFlow(value: Yaml): string {
  if (value === true) return "true";
  if (typeof value === "string") return quote(escapeTemplate(value));
  if (isMap(value))
    return `{ ${[...value].map(([key, inner]) => `${formatScalar(key)}: ${formatFlow(inner)}`).join(", ")} }`;
  return `[${value.map(formatFlow).join(", ")}]`;
}

function isMap(value: Yaml): value is ReadonlyMap<string, Yaml> {
  return value instanceof Map;
}

function formatText(text: string): string {
  return formatScalar(escapeTemplate(text));
}

/** Every text of a service file is a template. */
function escapeTemplate(text: string): string {
  return text.replaceAll("{{", "\\{{");
}

/** In quotes unless nothing could take it for anything else (YAML 1.2, 7.3.3). */
function formatScalar(text: string): string {
  const isWord =
    /^[A-Za-z/$][A-Za-z0-9 ./$%@+=,;:_~!^&|()<>?*'"{}\\[\]-]*$/.test(text) &&
    !/: |:$| $|^(?:true|false|null|y|n|yes|no|on|off)$/i.test(text);
  return isWord ||
    /^(?:0|[1-9][0-9]{0,8})$/.test(text) ||
    /^(?:yes|no|\d{1,9}(?:ms|s|min|h|d|[KMGT%]))$/.test(text)
    ? text
    : quote(text);
}

/** JSON's strings are YAML's, but for what YAML does not take as it is. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, " ");
}
