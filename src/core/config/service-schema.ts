/** The written form of services/*.yaml. The same schema checks the tree as written and as expanded. */
import * as z from "zod";
import { nearestName } from "../errors.ts";
import {
  CHECK_ROLES,
  CHECK_VIAS,
  HARDENING_PROFILES,
  ON_CHANGE,
  RUNTIMES,
  SECRET_DELIVERIES,
  type Service,
} from "../model/service.ts";
import { parsePercent } from "../unit-file/percent.ts";
import { parseSize } from "../unit-file/size.ts";
import {
  refuseAddress,
  refuseFileUrl,
  refuseForeignUnit,
  refuseHostGlob,
  refuseHttpUrl,
  refuseName,
  refuseProjectPath,
  refuseVariable,
} from "./allow-lists.ts";
import { artifactForm } from "./artifact-form.ts";
import { blockShapes } from "./blocks/blocks.ts";
import {
  accountName,
  bad,
  describe,
  duration,
  good,
  hostPath,
  integer,
  type LeafResult,
  leaf,
  listOf,
  map,
  mapOf,
  mode,
  oneOf,
  projectPath,
  scalar,
  text,
  textThat,
  treeMap,
  version,
} from "./schema-parts.ts";
import { artifactSignature } from "./signature-schema.ts";

const NEEDS_SHA256 =
  "an artifact from https needs its sha256 beside it: run sha256sum on a copy that you trust, or take " +
  "it from the publisher's list";

/** A directive's value: text, number, truth value (yes, no); its parts when it is a list. */
const directiveValue = leaf(
  (value) => {
    if (value === null || value === undefined) return bad('a value is expected here; "" resets a directive');
    if (typeof value === "object")
      return bad(`a text or number is expected here, this is ${describe(value)}`);
    return good(typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
  },
  { type: ["string", "number", "boolean"] },
);
const directives = mapOf(listOf(directiveValue));

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
  version: version.optional(),
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
  home: hostPath.optional(),
});

const serviceName = textThat(refuseName);

/** What runs from the service's template unit, by name; the first is the canary of a change. */
const instances = z
  .array(scalar, { error: "a list of names is expected here" })
  .min(1, "a service with instances has at least one; leave `instances` out for a service that runs once")
  .max(100, "a service has 100 instances on a host at most");

const commandWords = z
  .array(text, { error: "a command is a list: the program, then its arguments" })
  .min(1, "a command needs a program");
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
  path: hostPath,
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
  const reason = value.name?.length === 1 ? refuseName(value.name[0] ?? "") : "a slice has a name";
  if (reason !== null) context.addIssue({ code: "custom", path: ["name"], message: reason });
});

const dropIn = map({
  unit: textThat(refuseForeignUnit),
  name: serviceName,
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

const size = scalar.refine(isSize, { error: "a size such as 512M, 4G or 10% is expected here" });
const mountOption = textThat((option) =>
  /^[a-z][a-z0-9_]*(?:=[A-Za-z0-9:._-]+)?$/.test(option) ? null : "a mount option is a word, or word=value",
);
const STATE_FOLDER = "^/var/lib(?:/[A-Za-z0-9_@:+=-][A-Za-z0-9._@:+=-]*)+$";
/**
 * systemd makes the folder for the cache's owner (StateDirectory=): root never writes where another user
 * may.
 */
const stateFolder = textThat(
  (path) => {
    if (!new RegExp(STATE_FOLDER).test(path))
      return "a folder below /var/lib is expected here, its path of letters, digits and . _ @ : + = -";
    return /^\/var\/lib\/(?:svcdeploy|systemd|private)(?:\/|$)/.test(path)
      ? "this folder is no service's"
      : null;
  },
  { pattern: STATE_FOLDER },
);
const cache = map({
  path: hostPath,
  size,
  mode: mode.optional(),
  owner: accountName.optional(),
  group: accountName.optional(),
  options: listOf(mountOption).optional(),
  persist: map({ to: stateFolder, every: duration(10, 30 * 86_400) }).optional(),
  Unit: directives.optional(),
  Mount: directives.optional(),
});

const logrotateValue = leaf(
  (value) => {
    if (value === true || value === "true") return good(null);
    if (value === false || value === "false")
      return bad("leave the option out, or write its opposite (nocompress: true)");
    if (typeof value !== "string" && typeof value !== "number")
      return bad(`true, a text or a number is expected here, this is ${describe(value)}`);
    return /^[A-Za-z0-9 ./%:_+-]+$/.test(String(value))
      ? good(String(value))
      : bad("an option's value has letters, digits, blanks and . / % : _ + -");
  },
  { type: ["string", "number", "boolean"] },
);
const LOGROTATE_OPTIONS = (
  "addextension compress nocompress compresscmd compressext compressoptions copy nocopy copytruncate " +
  "nocopytruncate createolddir nocreateolddir dateext nodateext dateformat dateyesterday datehourago " +
  "delaycompress nodelaycompress extension hourly daily weekly monthly yearly ifempty notifempty maxage " +
  "maxsize minage minsize missingok nomissingok olddir noolddir rotate sharedscripts nosharedscripts " +
  "shred noshred shredcycles size start uncompresscmd create nocreate nomail renamecopy norenamecopy"
).split(" ");
/**
 * What the service gets after a rotation: a reload, or a signal that programs take for "reopen your logs";
 * never a script.
 */
const reopenSignal = { enum: ["HUP", "USR1", "USR2", "WINCH"].flatMap((name) => [name, `SIG${name}`]) };
const signalShape = {
  type: "object",
  properties: { signal: reopenSignal },
  required: ["signal"],
  additionalProperties: false,
};
const postrotate = leaf(
  (value): LeafResult<NonNullable<NonNullable<Service["logrotate"]>["postrotate"]>> => {
    if (value === "reload") return good({ do: "reload" });
    const signal =
      typeof value === "object" && value !== null && Object.keys(value).length === 1 && "signal" in value
        ? value.signal
        : null;
    if (typeof signal !== "string")
      return bad(
        "reload or { signal: USR1 } is expected here: root's shell on the host runs nothing of a project",
      );
    return reopenSignal.enum.includes(signal)
      ? good({ do: "signal", signal: signal.replace(/^SIG/, "") })
      : bad("a signal after a rotation is HUP, USR1, USR2 or WINCH");
  },
  { anyOf: [{ enum: ["reload"] }, signalShape] },
);
const logrotate = map({
  paths: listOf(textThat(refuseHostGlob)),
  su: map({ user: accountName, group: accountName }).optional(),
  postrotate: postrotate.optional(),
})
  .catchall(logrotateValue)
  .superRefine((value, context) => {
    for (const name of Object.keys(value)) {
      const reason = refuseLogrotateOption(name);
      if (reason !== null) context.addIssue({ code: "custom", path: [name], message: reason });
    }
  });

const directory = map({
  path: hostPath,
  mode: mode.optional(),
  owner: accountName.optional(),
  group: accountName.optional(),
});

const tcpAddress = leaf(
  (value) => {
    const match = typeof value === "string" ? /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value) : null;
    const [address, port] = [match?.[1] ?? match?.[2] ?? "", Number(match?.[3] ?? 0)];
    if (match === null || port < 1 || port > 65535)
      return bad(`ADDRESS:PORT is expected here, this is ${describe(value)}`);
    const reason = refuseAddress(address);
    return reason === null ? good({ address, port }) : bad(reason);
  },
  { type: "string", pattern: ":[0-9]{1,5}$" },
);
const check = map({
  http: textThat(refuseHttpUrl).optional(),
  tcp: tcpAddress.optional(),
  command: commandWords.optional(),
  role: oneOf(...CHECK_ROLES).optional(),
  via: oneOf(...CHECK_VIAS).optional(),
  expect: map({
    status: integer(100, 599).optional(),
    json: treeMap.optional(),
    within: duration(0.001, 600).optional(),
  }).optional(),
}).superRefine((value, context) => {
  const kinds = [value.http, value.tcp, value.command].filter((kind) => kind !== undefined);
  if (kinds.length !== 1)
    context.addIssue({ code: "custom", message: "a check has exactly one of http, tcp and command" });
  const onlyHttp = value.via ?? value.expect?.status ?? value.expect?.json;
  if (kinds.length === 1 && value.http === undefined && onlyHttp !== undefined)
    context.addIssue({ code: "custom", message: "via, status and json belong to http checks" });
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

/**
 * Options that run scripts stay out. Those whose values must be checked are looked at again when the file is
 * rendered.
 */
function refuseLogrotateOption(name: string): string | null {
  if (["paths", "su", "postrotate"].includes(name) || LOGROTATE_OPTIONS.includes(name)) return null;
  if (/rotate$|action$|script$|preremove/.test(name))
    return (
      `\`${name}\` is not supported: root's shell on the host runs nothing of a project; postrotate: ` +
      "reload, or { signal: USR1 }, is"
    );
  const nearest = nearestName(name, LOGROTATE_OPTIONS);
  return `there is no logrotate option "${name}"${nearest === null ? "" : `; did you mean "${nearest}"?`}`;
}

function isSize(value: string): boolean {
  const percent = parsePercent(value);
  if (percent !== null) return percent > 0 && percent <= 100;
  const bytes = parseSize(value);
  return bytes !== null && bytes > 0 && Number.isFinite(bytes);
}
