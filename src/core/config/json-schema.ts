/**
 * JSON Schemas for editors, made of the schemas that read the files: what they refuse is refused by
 * svcdeploy, which says more and better.
 */
import * as z from "zod";
import { directiveNames, directiveSince } from "../unit-file/directive-table.ts";
import { inventorySchema } from "./inventory-schema.ts";
import { keyNotes, type ProjectFileKind } from "./key-notes.ts";
import { playbookSchema } from "./playbook.ts";
import { projectSchema } from "./project.ts";
import { type JsonShape, jsonShapes } from "./schema-parts.ts";
import { serviceSchema } from "./service-schema.ts";

/** The files of a project that have a schema, in the order in which they are explained. */
export const FILE_KINDS: readonly ProjectFileKind[] = ["service", "inventory", "playbook", "project"];

const SCHEMAS: Readonly<Record<ProjectFileKind, z.ZodType>> = {
  service: serviceSchema,
  inventory: inventorySchema,
  playbook: playbookSchema,
  project: projectSchema,
};

/** Which sections' directives a block of a service takes, and which keys of its own. */
const DIRECTIVE_BLOCKS: Readonly<
  Record<string, { readonly sections: readonly string[]; readonly own: readonly string[] }>
> = {
  unit: { sections: ["Unit"], own: [] },
  service: { sections: ["Service"], own: [] },
  install: { sections: ["Install"], own: [] },
  slice: { sections: ["Slice"], own: ["name"] },
  "timers[]": { sections: ["Timer", "Service", "Unit"], own: ["name"] },
  "sockets[]": { sections: ["Socket", "Unit"], own: ["name"] },
  "paths[]": { sections: ["Path", "Service", "Unit"], own: ["name"] },
  "cache.Unit": { sections: ["Unit"], own: [] },
  "cache.Mount": { sections: ["Mount"], own: [] },
  "dropins[].Unit": { sections: ["Unit"], own: [] },
  "dropins[].Service": { sections: ["Service"], own: [] },
  "dropins[].Socket": { sections: ["Socket"], own: [] },
  "dropins[].Timer": { sections: ["Timer"], own: [] },
  "dropins[].Path": { sections: ["Path"], own: [] },
  "dropins[].Slice": { sections: ["Slice"], own: [] },
  "dropins[].Mount": { sections: ["Mount"], own: [] },
  "dropins[].Automount": { sections: ["Automount"], own: [] },
  "dropins[].Swap": { sections: ["Swap"], own: [] },
};

/**
 * The JSON Schema (draft 2020-12) of one kind of file, each key with its note. Throws Error when a key has no
 * note, or a note no key: that is a mistake of ours, which a test finds.
 */
export function makeJsonSchema(kind: ProjectFileKind): JsonShape {
  const notes = new Map(Object.entries(keyNotes[kind]));
  const raw: JsonShape = z.toJSONSchema(SCHEMAS[kind], {
    unrepresentable: "any",
    io: "output",
    override: fillIn,
  });
  const schema = refine(raw, { kind, path: "", notes });
  if (notes.size > 0)
    throw new Error(
      `key-notes.ts explains keys of a ${kind} file that do not exist: ${[...notes.keys()].join(", ")}`,
    );
  if (kind === "inventory") return withHosts(schema);
  return kind === "service" ? { ...schema, $defs: { directive: DIRECTIVE } } : schema;
}

/**
 * A host takes what `defaults` takes, and any of it may hold a range: it is checked host by host once ranges
 * are expanded.
 */
function withHosts({ properties, ...rest }: JsonShape): JsonShape {
  const known = isShape(properties) ? properties : {};
  const [hosts, defaults] = [known.hosts, known.defaults].map((each) => (isShape(each) ? each : {}));
  const keys = isShape(defaults?.properties) ? defaults.properties : {};
  const host = {
    type: ["object", "null"],
    properties: Object.fromEntries(Object.entries(keys).map(withRange)),
    additionalProperties: false,
  };
  return { ...rest, properties: { ...known, hosts: { ...hosts, additionalProperties: host } } };
}

function withRange([name, schema]: readonly [string, unknown]): readonly [string, JsonShape] {
  const { description, ...shape } = isShape(schema) ? schema : {};
  const isText = shape.type === "string" && shape.enum === undefined;
  return [
    name,
    isText || shape.type === "object" ? { description, ...shape } : { description, anyOf: [shape, RANGE] },
  ];
}

/** The schemas as files: <kind>.schema.json. */
export function schemaFiles(): readonly { readonly name: string; readonly text: string }[] {
  return FILE_KINDS.map((kind) => ({
    name: `${kind}.schema.json`,
    text: `${JSON.stringify(makeJsonSchema(kind), null, 1)}\n`,
  }));
}

const SCALAR: JsonShape = { type: ["string", "number", "boolean"] };
const DIRECTIVE: JsonShape = { anyOf: [SCALAR, { type: "array", items: SCALAR }] };
const RANGE: JsonShape = { type: "string", pattern: "\\[.+:.+\\]" };
const TEMPLATE: JsonShape = { type: "string", pattern: "\\{\\{" };

/** Marks a list for which one item may stand; no keyword of JSON Schema, so it never leaves this file. */
const LONE = "x-lone";

function fillIn({
  zodSchema,
  jsonSchema,
}: {
  readonly zodSchema: z.core.$ZodTypes;
  readonly jsonSchema: object;
}): void {
  const known = jsonShapes.get(zodSchema);
  if (known !== undefined) Object.assign(jsonSchema, "shape" in known ? known.shape : { [LONE]: true });
}

type Walk = { readonly kind: ProjectFileKind; readonly path: string; readonly notes: Map<string, unknown> };

/** The same schema with notes, lone items, templates and directive names. */
function refine(schema: JsonShape, walk: Walk): JsonShape {
  const { [LONE]: lone, propertyNames: _, properties, additionalProperties, items, anyOf, ...rest } = schema;
  const block = walk.kind === "service" ? DIRECTIVE_BLOCKS[walk.path] : undefined;
  if (block !== undefined) return { ...rest, ...directiveProperties(block, walk) };
  const refined = {
    ...rest,
    ...(isShape(properties) ? { properties: refineProperties(properties, walk) } : {}),
    ...(isShape(additionalProperties)
      ? { additionalProperties: refine(additionalProperties, below(walk, ".*")) }
      : {}),
    ...(additionalProperties === false ? { additionalProperties } : {}),
    ...(isShape(items) ? { items: refine(items, below(walk, "[]")) } : {}),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.map((each) => refine(each, walk)) } : {}),
  };
  if (lone !== true) return walk.kind === "service" ? withTemplate(refined) : refined;
  return { anyOf: [refine(isShape(items) ? items : {}, walk), refined] };
}

function refineProperties(properties: JsonShape, walk: Walk): JsonShape {
  const entries = Object.entries(properties).map(([name, schema]) => {
    const inner = below(walk, walk.path === "" ? name : `.${name}`);
    return [name, describe(refine(isShape(schema) ? schema : {}, inner), inner)] as const;
  });
  return Object.fromEntries(entries);
}

function describe(schema: JsonShape, { kind, path, notes }: Walk): JsonShape {
  const note = keyNotes[kind][path];
  if (note === undefined) throw new Error(`key-notes.ts does not explain ${path} of a ${kind} file`);
  notes.delete(path);
  const fallback = note.otherwise === undefined ? "" : ` Default: ${note.otherwise}.`;
  return { description: `${note.says}${fallback}`, ...schema };
}

/**
 * Every directive that one of the measured versions knows: the target's version is checked when the file is
 * read.
 */
function directiveProperties(
  { sections, own }: { readonly sections: readonly string[]; readonly own: readonly string[] },
  walk: Walk,
): JsonShape {
  const named = own.map((name) => [name, describe({ type: "string" }, below(walk, `.${name}`))] as const);
  const directives = sections.flatMap((section) =>
    directiveNames(section).map((name) => {
      const since = directiveSince(section, name) ?? 0;
      return [
        name,
        { ...(since > 247 ? { description: `systemd ${since} or newer` } : {}), $ref: "#/$defs/directive" },
      ] as const;
    }),
  );
  return {
    properties: Object.fromEntries([...directives, ...named]),
    patternProperties: { "^X-": { $ref: "#/$defs/directive" } },
    additionalProperties: false,
  };
}

/** Any text of a service may be a template. */
function withTemplate(schema: JsonShape): JsonShape {
  const isText = schema.type === "string" && schema.pattern === undefined && schema.enum === undefined;
  const isOpen = isText || (Array.isArray(schema.type) && schema.type.includes("string"));
  if (isOpen || schema.type === "object" || schema.type === "array" || schema.type === undefined)
    return schema;
  const { title, ...rest } = schema;
  return { ...(title === undefined ? {} : { title }), anyOf: [rest, TEMPLATE] };
}

function below(walk: Walk, step: string): Walk {
  return { ...walk, path: `${walk.path}${step}` };
}

function isShape(value: unknown): value is JsonShape {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
