/** The written form of services/*.yaml. The same schema checks the tree as written and as expanded. */
import { z } from "zod";
import { nearestName } from "../errors.ts";
import { parsePercent } from "../unit-file/percent.ts";
import { parseSize } from "../unit-file/size.ts";
import { refuseAddress, refuseFileUrl, refuseHostGlob, refuseHttpUrl, refuseName, refuseProjectPath, refuseVariable } from "./allow-lists.ts";
import {
  accountName,
  bad,
  describe,
  duration,
  good,
  hostPath,
  integer,
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
  "an artifact from https needs its sha256 beside it: run sha256sum on a copy that you trust, or take it from the publisher's list";

/** A directive's value: text, number, truth value (yes, no); its parts when it is a list. */
const directiveValue = leaf(
  (value) => {
    if (value === null || value === undefined) return bad('a value is expected here; "" resets a directive');
    if (typeof value === "object") return bad(`a text or number is expected here, this is ${describe(value)}`);
    return good(typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
  },
  { type: ["string", "number", "boolean"] },
);
const directives = mapOf(listOf(directiveValue));

const artifactSource = textThat((source) => {
  const isUrl = /^https?:/.test(source);
  if (/\.(?:tar|tar\.\w+|tgz|zip)$/.test(source)) return "an archive as artifact is not supported yet; name the executable itself";
  return isUrl ? refuseFileUrl(source) : refuseProjectPath(source);
});
const sha256 = textThat((value) => (/^[0-9a-f]{64}$/.test(value) ? null : "a sha256 has 64 hexadecimal digits in lower case"), {
  pattern: "^[0-9a-f]{64}$",
});
const artifact = map({
  source: artifactSource,
  version: version.optional(),
  sha256: sha256.optional(),
  signature: artifactSignature.optional(),
  keep: integer(1, 100).optional(),
}).superRefine((value, context) => {
  if (value.source.startsWith("https:") && value.sha256 === undefined) context.addIssue({ code: "custom", path: ["source"], message: NEEDS_SHA256 });
});

const account = map({ user: accountName, group: accountName.optional(), groups: listOf(accountName).optional(), home: hostPath.optional() });

const serviceName = textThat(refuseName);

const noInstances = leaf((value) => (Array.isArray(value) && value.length === 0 ? good(value) : bad("`instances` is not supported yet")), {
  type: "array",
  maxItems: 0,
});

const commandWords = z.array(text, { error: "a command is a list: the program, then its arguments" }).min(1, "a command needs a program");
const secret = map({ env: textThat(refuseVariable).optional(), file: projectPath.optional(), exec: commandWords.optional() }, [
  "age",
  "sops",
  "ansible-vault",
  "vault",
]).superRefine((value, context) => {
  if (Object.keys(value).length !== 1) context.addIssue({ code: "custom", message: "a secret has one provider: env, file or exec" });
});

const file = map({
  path: hostPath,
  template: projectPath.optional(),
  content: z.string({ error: "a text is expected here" }).optional(),
  source: projectPath.optional(),
  mode: mode.optional(),
  owner: accountName.optional(),
  group: accountName.optional(),
  onChange: oneOf("restart", "reload", "none").optional(),
}).superRefine((value, context) => {
  const given = [value.template, value.content, value.source].filter((from) => from !== undefined);
  if (given.length !== 1) context.addIssue({ code: "custom", message: "a file has exactly one of template, content and source" });
});

/** `name` beside the directives of [Slice]. */
const slice = directives.superRefine((value, context) => {
  const reason = value.name?.length === 1 ? refuseName(value.name[0] ?? "") : "a slice has a name";
  if (reason !== null) context.addIssue({ code: "custom", path: ["name"], message: reason });
});

const size = scalar.refine(isSize, { error: "a size such as 512M, 4G or 10% is expected here" });
const mountOption = textThat((option) => (/^[a-z][a-z0-9_]*(?:=[A-Za-z0-9:._-]+)?$/.test(option) ? null : "a mount option is a word, or word=value"));
const cache = map(
  {
    path: hostPath,
    size,
    mode: mode.optional(),
    owner: accountName.optional(),
    group: accountName.optional(),
    options: listOf(mountOption).optional(),
  },
  ["persist"],
);

const logrotateValue = leaf(
  (value) => {
    if (value === true || value === "true") return good(null);
    if (value === false || value === "false") return bad("leave the option out, or write its opposite (nocompress: true)");
    if (typeof value !== "string" && typeof value !== "number") return bad(`true, a text or a number is expected here, this is ${describe(value)}`);
    return /^[A-Za-z0-9 ./%:_+-]+$/.test(String(value))
      ? good(String(value))
      : bad("an option's value has letters, digits, blanks and . / % : _ + -");
  },
  { type: ["string", "number", "boolean"] },
);
const LOGROTATE_OPTIONS =
  "compress nocompress compressext compressoptions copy nocopy copytruncate nocopytruncate createolddir nocreateolddir dateext nodateext dateformat dateyesterday datehourago delaycompress nodelaycompress extension hourly daily weekly monthly yearly ifempty notifempty maxage maxsize minage minsize missingok nomissingok olddir noolddir rotate sharedscripts nosharedscripts shred noshred shredcycles size start nocreate nomail".split(
    " ",
  );
const logrotate = map({ paths: listOf(textThat(refuseHostGlob)), su: map({ user: accountName, group: accountName }).optional() })
  .catchall(logrotateValue)
  .superRefine((value, context) => {
    for (const name of Object.keys(value)) {
      const reason = refuseLogrotateOption(name);
      if (reason !== null) context.addIssue({ code: "custom", path: [name], message: reason });
    }
  });

const directory = map({ path: hostPath, mode: mode.optional(), owner: accountName.optional(), group: accountName.optional() });

const tcpAddress = leaf(
  (value) => {
    const match = typeof value === "string" ? /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value) : null;
    const [address, port] = [match?.[1] ?? match?.[2] ?? "", Number(match?.[3] ?? 0)];
    if (match === null || port < 1 || port > 65535) return bad(`ADDRESS:PORT is expected here, this is ${describe(value)}`);
    const reason = refuseAddress(address);
    return reason === null ? good({ address, port }) : bad(reason);
  },
  { type: "string", pattern: ":[0-9]{1,5}$" },
);
const check = map({
  http: textThat(refuseHttpUrl).optional(),
  tcp: tcpAddress.optional(),
  command: commandWords.optional(),
  role: oneOf("ready", "live").optional(),
  via: oneOf("forward", "host").optional(),
  expect: map({ status: integer(100, 599).optional(), json: treeMap.optional(), within: duration(0.001, 600).optional() }).optional(),
}).superRefine((value, context) => {
  const kinds = [value.http, value.tcp, value.command].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) context.addIssue({ code: "custom", message: "a check has exactly one of http, tcp and command" });
  const onlyHttp = value.via ?? value.expect?.status ?? value.expect?.json;
  if (kinds.length === 1 && value.http === undefined && onlyHttp !== undefined)
    context.addIssue({ code: "custom", message: "via, status and json belong to http checks" });
});

const lintRule = textThat((rule) => (/^SD\d{3}$/.test(rule) ? null : "a rule's name is SD and three digits, e.g. SD060"), {
  pattern: "^SD[0-9]{3}$",
});
const lint = map({ ignore: z.array(map({ rule: lintRule, because: text }), { error: "a list of { rule, because } is expected here" }) });

/** services/*.yaml */
export const serviceSchema = map(
  {
    name: serviceName,
    artifact: artifact.optional(),
    account: account.optional(),
    unit: directives.optional(),
    service: directives.optional(),
    install: directives.optional(),
    instances: noInstances.optional(),
    hardening: oneOf("off", "standard", "strict").optional(),
    runtime: oneOf("go").optional(),
    timers: z.array(directives, { error: "a list of timers is expected here" }).optional(),
    sockets: z.array(directives, { error: "a list of sockets is expected here" }).optional(),
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
  },
  ["dropins"],
);

/** A service as its schema reads it. */
export type WrittenService = z.infer<typeof serviceSchema>;

/** Options that run programs, or chown under a directory that the service can change, stay out (SEC-14). */
function refuseLogrotateOption(name: string): string | null {
  if (name === "paths" || name === "su" || LOGROTATE_OPTIONS.includes(name)) return null;
  if (name === "create") return "`create` is not supported: the service would choose what root creates; use copytruncate: true";
  if (/rotate$|action$|script$|preremove/.test(name)) return `\`${name}\` is not supported: nothing of a project runs as root on the host`;
  const nearest = nearestName(name, LOGROTATE_OPTIONS);
  return `there is no logrotate option "${name}"${nearest === null ? "" : `; did you mean "${nearest}"?`}`;
}

function isSize(value: string): boolean {
  const percent = parsePercent(value);
  if (percent !== null) return percent > 0 && percent <= 100;
  const bytes = parseSize(value);
  return bytes !== null && bytes > 0 && Number.isFinite(bytes);
}
