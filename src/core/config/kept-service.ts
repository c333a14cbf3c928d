/**
 * The shape of a kept service description: it comes from a host, so every value must be one that svcdeploy
 * itself could have written.
 */

import * as z from "zod";
import type { Tree } from "../model/declared.ts";
import { FILE_ROLES } from "../model/file-role.ts";
import {
  EXISTING_DIRECTORIES,
  KEPT_SCHEMA,
  type KeptResource,
  type KeptService,
  LINK_ROLES,
  RELEASE_FORMS,
} from "../model/resource.ts";
import { CHECK_ROLES, CHECK_VIAS, type Check, ON_CHANGE } from "../model/service.ts";
import { parseJson } from "../model/tree.ts";
import { type Refusal, refuseHttpUrl, refuseName } from "./allow-lists.ts";
import { type Same, same } from "./same-shape.ts";
import { digest } from "./schema-parts.ts";

/** A description, or where and why it is none. */
export type KeptReading =
  | { readonly ok: true; readonly kept: KeptService }
  | { readonly ok: false; readonly reason: string };

/** Reads the text of a description of this service. Never throws. */
export function readKeptService(text: string, service: string): KeptReading {
  const value = parseJson(text);
  if (schemaOf(value) !== KEPT_SCHEMA)
    return { ok: false, reason: `it is no ${KEPT_SCHEMA}; another version of svcdeploy wrote it` };
  const read = keptSchema.safeParse(value);
  if (!read.success)
    return { ok: false, reason: `it is not valid at ${read.error.issues[0]?.path.join(".") || "its top"}` };
  const { schema: _known, ...kept } = read.data;
  const isOurs =
    kept.service === service &&
    kept.resources.every((resource) => resource.service === service && resource.id === idOf(resource));
  return isOurs ? { ok: true, kept } : { ok: false, reason: `it is not about ${service}` };
}

function allowed(refuse: (text: string) => Refusal) {
  return z.string().refine((text) => refuse(text) === null);
}

const word = z.string().regex(/^[A-Za-z0-9._@:+=,~%-]{1,255}$/);
const name = allowed(refuseName);
const account = z.string().regex(/^[a-z_0-9][a-z0-9_.-]{0,31}$/);
/** As the lines to a host's script allow it (and a tilde in a version). */
const hostPath = z
  .string()
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@:+=,~\\%-]+)+$/)
  .max(4000);
const linkTarget = z.string().regex(/^[A-Za-z0-9._@:+=,~/\\%-]{1,4000}$/);
const unitName = z.string().regex(/^[A-Za-z0-9:_.\\@-]{1,240}\.[a-z]{4,9}$/);
const mode = z.string().regex(/^[0-7]{1,5}$/);
const line = z.string().regex(/^[^\p{Cc}]{0,4096}$/u);
const seconds = z.number().min(0).max(1e9);
const inputs = z.record(line, line);
const common = { id: line, service: name };
const owned = { mode, owner: account, group: account };

const resource = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("account"),
    ...common,
    user: account,
    group: account,
    groups: z.array(account),
    home: hostPath,
  }),
  z.strictObject({
    kind: z.literal("directory"),
    ...common,
    path: hostPath,
    ...owned,
    existing: z.enum(EXISTING_DIRECTORIES),
  }),
  z.strictObject({
    kind: z.literal("file"),
    ...common,
    role: z.enum(FILE_ROLES),
    path: hostPath,
    ...owned,
    sha256: digest,
    secret: z.boolean(),
    onChange: z.enum(ON_CHANGE),
  }),
  z.strictObject({
    kind: z.literal("link"),
    ...common,
    role: z.enum(LINK_ROLES),
    path: hostPath,
    target: linkTarget,
  }),
  z.strictObject({
    kind: z.literal("release"),
    ...common,
    path: hostPath,
    form: z.enum(RELEASE_FORMS).default("file"),
    name: word,
    sha256: digest,
    size: z.number().int().min(0),
    keep: z.number().int().min(0).max(1e6),
  }),
  z.strictObject({
    kind: z.literal("unit"),
    ...common,
    unit: unitName,
    path: hostPath,
    running: z.boolean(),
    restartInputs: inputs,
    reloadInputs: inputs,
    restartDigest: digest,
    reloadDigest: digest,
    inputPaths: z.array(hostPath),
    canReload: z.boolean(),
    after: z.array(unitName),
    startTimeoutSeconds: seconds,
    stopTimeoutSeconds: seconds,
    type: z.string().regex(/^[a-z-]{0,32}$/),
  }),
]);

const tree: z.ZodType<Tree> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(tree), z.record(z.string(), tree)]),
);
const place = z.strictObject({ file: line, line: z.number().int(), column: z.number().int() });
const asked = {
  role: z.enum(CHECK_ROLES),
  place,
  withinMilliseconds: z.number().int().min(1).max(86_400_000),
};
const check = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    ...asked,
    url: allowed(refuseHttpUrl),
    via: z.enum(CHECK_VIAS),
    owner: z.literal("any").optional(),
    status: z.number().int().min(100).max(599),
    json: z.record(z.string(), tree).nullable(),
  }),
  z.strictObject({
    kind: z.literal("tcp"),
    ...asked,
    address: z.string().regex(/^(?!-)[A-Za-z0-9._:%[\]-]{1,255}$/),
    port: z.number().int().min(1).max(65_535),
    owner: z.literal("any").optional(),
  }),
  z.strictObject({ kind: z.literal("command"), ...asked, command: z.array(line).min(1).max(1000) }),
]);

const keptSchema = z.strictObject({
  schema: z.literal(KEPT_SCHEMA),
  service: name,
  play: line,
  version: line.nullable(),
  secrets: z.array(word).max(1000),
  health: z.array(check).max(1000),
  settleSeconds: seconds,
  resources: z.array(resource).max(2000),
});

// A kind, a member or a field that the type has and the schema has not, or the other way round, is an error
// here.
same satisfies Same<z.infer<typeof resource>, KeptResource>;
same satisfies Same<z.infer<typeof check>, Check>;
same satisfies Same<z.infer<typeof keptSchema>, KeptService & { readonly schema: typeof KEPT_SCHEMA }>;

function schemaOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "schema" in value ? value.schema : null;
}

function idOf(resource: KeptResource): string {
  switch (resource.kind) {
    case "account":
      return `account:${resource.user}`;
    case "unit":
      return `unit:${resource.unit}`;
    default:
      return `${resource.kind}:${resource.path}`;
  }
}
