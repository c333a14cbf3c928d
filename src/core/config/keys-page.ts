/** docs/configuration.md: every key of every file, made from the schemas and their notes. */
import { FILE_KINDS, makeJsonSchema } from "./json-schema.ts";
import { keyNotes, type ProjectFileKind } from "./key-notes.ts";
import type { JsonShape } from "./schema-parts.ts";

const TITLES: Readonly<Record<ProjectFileKind, string>> = {
  service: "A service: services/*.yaml",
  inventory: "An environment: inventory/*.yaml",
  playbook: "A playbook: playbooks/*.yaml",
  project: "The project: svcdeploy.yaml",
};

const INTROS: Readonly<Record<ProjectFileKind, string>> = {
  service:
    "One service a file. systemd's own directive names are the vocabulary: each is checked against the " +
    "directives of the target's systemd version.\n" +
    "Every text may be a [template](#templates); keys never are.",
  inventory: "One environment a file: `--env prod` reads inventory/prod.yaml.",
  playbook:
    "Which services go to which hosts, in file order. playbooks/site.yaml is the one that is taken " +
    "without `--playbook`.",
  project: "The folder with this file is the project.",
};

/** The page's text. hardening: the tables of the profiles' directives, in Markdown. */
export function keysPage(hardening: string): string {
  const sections = FILE_KINDS.map((kind) => section(kind));
  const index = FILE_KINDS.map((kind) => `- [${TITLES[kind]}](#${anchor(TITLES[kind])})`).join("\n");
  return `${[HEAD, index, ...sections, hardening, TAIL].join("\n\n")}\n`;
}

const HEAD = `# Every key

Made from the schemas that read the files (\`node scripts/config-pages.ts\`). The same is in \
\`schemas/\` as JSON Schema, and \`svcdeploy schemas\` writes
it for your editor. A key that is not here is refused with its line and the nearest known one.`;

const TAIL = `## Templates

Texts of a service see \`env\`, \`host\` (name, address, vars, labels, groups), \`service.name\` and \
\`values\`; those of \`files\` see \`secrets.NAME\` as well, which makes
the file secret. A missing variable is an error, never an empty text. A literal \`{{\` is written \
\`\\{{\`. What came out of a value is never evaluated again.
Values are free: values/base.yaml, values/ENV.yaml over it (maps merge, lists and scalars replace), \
\`--values FILE\` and \`--set key=value\` over that.`;

function section(kind: ProjectFileKind): string {
  const rows = Object.entries(keyNotes[kind]);
  const shapes = shapesOf(makeJsonSchema(kind));
  const tops = rows.filter(([path]) => isTop(path, kind));
  const parts = tops.map(([path, note]) => {
    const below = rows.filter(
      ([inner]) => inner !== path && (inner.startsWith(`${path}.`) || inner.startsWith(`${path}[`)),
    );
    const otherwise = note.otherwise === undefined ? "" : ` Without it: ${note.otherwise}.`;
    const rest = [
      ...(note.example === undefined ? [] : [fence(note.example)]),
      ...(below.length === 0 ? [] : [table(below, shapes, `${path}.`)]),
    ];
    return [`### ${path}`, `${note.says}${otherwise}`, ...rest].join("\n\n");
  });
  const own =
    kind === "playbook" ? [fence(keyNotes.playbook["[].play"]?.example), table(rows, shapes, "[].")] : parts;
  return [`## ${TITLES[kind]}`, INTROS[kind], ...own].join("\n\n");
}

function fence(yaml = ""): string {
  return `\`\`\`yaml\n${yaml}\n\`\`\``;
}

function isTop(path: string, kind: ProjectFileKind): boolean {
  return kind !== "playbook" && !/[.[]/.test(path);
}

function table(
  rows: readonly (readonly [string, { readonly says: string; readonly otherwise?: string }])[],
  shapes: Shapes,
  strip: string,
): string {
  const lines = rows.map(([path, { says, otherwise }]) => {
    const name = path.startsWith(strip) ? path.slice(strip.length) : path.replace(/^[^[]*\[\]\./, "");
    return (
      `| \`${name}\` | ${escapeCell(shapes.get(path) ?? "text")} | ${escapeCell(otherwise ?? "")} | ` +
      `${escapeCell(says)} |`
    );
  });
  return ["| key | value | without it | meaning |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

type Shapes = ReadonlyMap<string, string>;

function shapesOf(schema: JsonShape): Shapes {
  const shapes = new Map<string, string>();
  const walk = (shape: JsonShape, path: string): void => {
    shapes.set(path, sayShape(shape));
    for (const [name, inner] of Object.entries(record(shape.properties)))
      walk(record(inner), path === "" ? name : `${path}.${name}`);
    const rest = record(shape.additionalProperties);
    if (Object.keys(rest).length > 0) walk(rest, `${path}.*`);
    const items = listItems(shape);
    if (items !== null) walk(items, `${path}[]`);
  };
  walk(schema, "");
  return shapes;
}

function listItems(shape: JsonShape): JsonShape | null {
  const list = [shape, ...alternatives(shape)].find(({ type }) => type === "array");
  return list === undefined ? null : record(list.items);
}

function sayShape(shape: JsonShape): string {
  if (typeof shape.title === "string") return shape.title;
  const plain = alternatives(shape).filter((each) => each.pattern !== "\\{\\{");
  const [first] = plain;
  if (first !== undefined) return plain.length === 1 ? sayShape(first) : saySeveral(plain);
  if (Array.isArray(shape.enum)) return shape.enum.join(", ");
  switch (shape.type) {
    case "integer":
      return sayInteger(shape);
    case "boolean":
      return "true or false";
    case "array":
      return `list of ${sayShape(record(shape.items))}`;
    case "object":
      return "map";
    default:
      return Array.isArray(shape.type) ? "text or number" : "text";
  }
}

function saySeveral(shapes: readonly JsonShape[]): string {
  const list = shapes.find(({ type }) => type === "array");
  return list === undefined
    ? shapes.map(sayShape).join(" or ")
    : `${sayShape(record(list.items))}, or a list`;
}

function sayInteger({ minimum, maximum }: JsonShape): string {
  const most = typeof maximum === "number" && maximum < 100_000 ? ` to ${maximum}` : " or more";
  return `whole number, ${minimum}${most}`;
}

function alternatives({ anyOf }: JsonShape): readonly JsonShape[] {
  return Array.isArray(anyOf) ? anyOf.map(record) : [];
}

function record(value: unknown): JsonShape {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}
