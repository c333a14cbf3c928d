/** The written form of services/*.yaml. The same schema checks the tree as written and as expanded. */

import * as z from "zod";
import { HARDENING_PROFILES, ON_CHANGE, RUNTIMES, SECRET_DELIVERIES } from "../model/service.ts";
import {
  refuseFileUrl,
  refuseForeignUnit,
  refuseName,
  refuseProjectPath,
  refuseVariable,
} from "./allow-lists.ts";
import { artifactForm } from "./artifact-form.ts";
import { blockShapes } from "./blocks/blocks.ts";
import { cache } from "./cache-schema.ts";
import { check, commandWords } from "./health-schema.ts";
import { logrotate } from "./logrotate-schema.ts";
import { refuseOurName } from "./ours.ts";
import {
  accountName,
  directives,
  duration,
  integer,
  listOf,
  map,
  mapOf,
  mode,
  oneOf,
  ownPath,
  projectPath,
  scalar,
  text,
  textThat,
} from "./schema-parts.ts";
import { artifactSignature } from "./signature-schema.ts";
import { artifactVersion } from "./version-schema.ts";

const NEEDS_SHA256 =
  "an artifact from https needs its sha256 beside it: run sha256sum on a copy that you trust, or take " +
  "it from the publisher's list";

const artifactSource = textThat((source) => {
  if (/^https?:/.test(source)) return refuseFileUrl(source);
  if (/\.(?:tar\.(?:bz2|xz|lz4?|lzma|Z)|tbz2?|txz|zip|7z)$/i.test(source))
    return "an archive is a .tar, .tar.gz, .tgz or .tar.zst";
  return refuseProjectPath(source.replace(/\/$/, ""));
});
const sha256 = textThat(
  (value) => (/^[0-9a-f]{64}$/.test(value) ? null : "a sha256 has 64 hexadecimal digits in lower case"),
  {
    pattern: "^[0-9a-f]{64}$",
  },
);
const artifact = map({
  source: artifactSource,
  version: artifactVersion.optional(),
  sha256: sha256.optional(),
  signature: artifactSignature.optional(),
  keep: integer(1, 100).optional(),
  // Leading parts that the names in an archive lose, as tar's --strip-components does.
  strip: integer(0, 5).optional(),
}).superRefine((value, context) => {
  const form = artifactForm(value.source);
  if (value.source.startsWith("https:") && form === "directory")
    context.addIssue({ code: "custom", path: ["source"], message: "a URL names a file" });
  if (value.source.startsWith("https:") && value.sha256 === undefined)
    context.addIssue({ code: "custom", path: ["source"], message: NEEDS_SHA256 });
  if ((value.strip ?? 0) > 0 && form !== "archive")
    context.addIssue({
      code: "custom",
      path: ["strip"],
      message: "strip belongs to archives (.tar, .tar.gz, .tgz, .tar.zst)",
    });
  if (value.signature !== undefined && form === "directory")
    context.addIssue({
      code: "custom",
      path: ["signature"],
      message: "a folder has no signature: sign an archive of it",
    });
});

const account = map({
  user: accountName,
  group: accountName.optional(),
  groups: listOf(accountName).optional(),
  home: ownPath.optional(),
});

const fileName = textThat(refuseName);
const serviceName = textThat((name) => refuseName(name) ?? refuseOurName(name));

/** What runs from the service's template unit, by name; the first is the canary of a change. */
const instances = z
  .array(scalar, { error: "a list of names is expected here" })
  .min(1, "a service with instances has at least one; leave `instances` out for a service that runs once")
  .max(100, "a service has 100 instances on a host at most");

const secret = map(
  {
    env: textThat(refuseVariable).optional(),
    file: projectPath.optional(),
    exec: commandWords.optional(),
    deliver: oneOf(...SECRET_DELIVERIES).optional(),
  },
  ["age", "sops", "ansible-vault", "vault"],
).superRefine((value, context) => {
  const providers = [value.env, value.file, value.exec].filter((from) => from !== undefined);
  if (providers.length !== 1)
    context.addIssue({ code: "custom", message: "a secret has one provider: env, file or exec" });
});

const file = map({
  path: ownPath,
  template: projectPath.optional(),
  content: z.string({ error: "a text is expected here" }).optional(),
  source: projectPath.optional(),
  mode: mode.optional(),
  owner: accountName.optional(),
  group: accountName.optional(),
  onChange: oneOf(...ON_CHANGE).optional(),
}).superRefine((value, context) => {
  const given = [value.template, value.content, value.source].filter((from) => from !== undefined);
  if (given.length !== 1)
    context.addIssue({ code: "custom", message: "a file has exactly one of template, content and source" });
});

/** `name` beside the directives of [Slice]. */
const slice = directives.superRefine((value, context) => {
  const [name = ""] = value.name ?? [];
  const reason =
    value.name?.length === 1 ? (refuseName(name) ?? refuseOurName(name)) : "a slice needs a name";
  if (reason !== null) context.addIssue({ code: "custom", path: ["name"], message: reason });
});

const dropIn = map({
  unit: textThat(refuseForeignUnit),
  name: fileName,
  onChange: oneOf("restart", "none").optional(),
  Unit: directives.optional(),
  Service: directives.optional(),
  Socket: directives.optional(),
  Timer: directives.optional(),
  Path: directives.optional(),
  Slice: directives.optional(),
  Mount: directives.optional(),
  Automount: directives.optional(),
  Swap: directives.optional(),
});

const directory = map({
  path: ownPath,
  mode: mode.optional(),
  owner: accountName.optional(),
  group: accountName.optional(),
});

const lintRule = textThat(
  (rule) => (/^SD\d{3}$/.test(rule) ? null : "a rule's name is SD and three digits, e.g. SD060"),
  {
    pattern: "^SD[0-9]{3}$",
  },
);
const lint = map({
  ignore: z.array(map({ rule: lintRule, because: text }), {
    error: "a list of { rule, because } is expected here",
  }),
});

/** services/*.yaml */
export const serviceSchema = map(
  {
    name: serviceName,
    artifact: artifact.optional(),
    account: account.optional(),
    unit: directives.optional(),
    service: directives.optional(),
    install: directives.optional(),
    instances: instances.optional(),
    hardening: oneOf(...HARDENING_PROFILES).optional(),
    runtime: oneOf(...RUNTIMES).optional(),
    timers: z.array(directives, { error: "a list of timers is expected here" }).optional(),
    sockets: z.array(directives, { error: "a list of sockets is expected here" }).optional(),
    paths: z.array(directives, { error: "a list of paths is expected here" }).optional(),
    dropins: z.array(dropIn, { error: "a list of drop-ins is expected here" }).optional(),
    environment: mapOf(scalar).optional(),
    secrets: mapOf(secret).optional(),
    files: z.array(file).optional(),
    slice: slice.optional(),
    cache: cache.optional(),
    logrotate: logrotate.optional(),
    directories: z.array(directory).optional(),
    health: z.array(check).optional(),
    settle: duration(0, 3600).optional(),
    lint: lint.optional(),
    ...blockShapes,
  },
  [],
);

/** A service as its schema reads it. */
export type WrittenService = z.infer<typeof serviceSchema>;
