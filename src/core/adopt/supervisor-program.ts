/** A [program:x] of supervisord → the keys of a service file (supervisord.org, "Configuration File"). */
import { refuseName } from "../config/allow-lists.ts";
import { holdsSecret, looksSecret } from "../lint/secret-variable.ts";
import { Secret } from "../secret.ts";
import { formatEnvironmentAssignment } from "../unit-file/quote.ts";
import type { FoundSecret } from "./environment.ts";
import type { Yaml } from "./service-text.ts";
import {
  expandText,
  formatCommand,
  hasMark,
  readPairs,
  splitShellWords,
  withSpecifiers,
} from "./supervisor-text.ts";

/** A program as a service; notes and obstacles as of an adopted unit. */
export type AdoptedProgram = {
  readonly name: string;
  readonly blocks: ReadonlyMap<string, Yaml>;
  readonly secrets: ReadonlyMap<string, FoundSecret>;
  readonly notes: readonly string[];
  readonly obstacles: readonly string[];
};

/**
 * program: what is behind `program:`; shared: [supervisord]'s own environment; file: the configuration,
 * for messages and %(here)s.
 */
export type ProgramSource = {
  readonly program: string;
  readonly values: ReadonlyMap<string, string>;
  readonly shared: string;
  readonly file: string;
};

/** The service that a program becomes. Its name is the program's, in the form that a service's has. */
export function adoptProgram(source: ProgramSource): AdoptedProgram {
  const { program } = source;
  const name = program
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 63);
  const draft: Draft = {
    source,
    service: new Map(),
    notes: [],
    obstacles: [],
    formats: new Set(),
    secrets: new Map(),
    variables: new Map(),
  };
  if (name !== program) draft.notes.push(`The program was called ${program}.`);
  if (refuseName(name) !== null)
    draft.obstacles.push("its name has no letter for a service's name to begin with");
  draft.service.set("Type", "exec");
  takeCommand(draft);
  takeProcess(draft);
  const unit = takeRestart(draft);
  takeStop(draft);
  takeVariables(draft);
  const logs = takeLogs(draft);
  const instances = takeInstances(draft);
  takeRest(draft);
  const blocks = new Map<string, Yaml>([
    ["name", name],
    ["unit", new Map([["Description", program], ...unit])],
    ["service", draft.service],
  ]);
  if (instances.length > 0) blocks.set("instances", instances);
  if (draft.variables.size > 0) blocks.set("environment", draft.variables);
  if (draft.secrets.size > 0)
    blocks.set("secrets", new Map([...draft.secrets.keys()].map((each) => [each, new Map([["env", each]])])));
  if (logs !== null) blocks.set("logrotate", logs);
  const { notes, obstacles, secrets } = draft;
  return { name, blocks, secrets, notes, obstacles };
}

type Draft = {
  readonly source: ProgramSource;
  readonly service: Map<string, Yaml>;
  readonly notes: string[];
  readonly obstacles: string[];
  /** How the process number was written. */
  readonly formats: Set<string>;
  readonly secrets: Map<string, FoundSecret>;
  readonly variables: Map<string, string>;
};

/** A value expanded, with systemd's specifiers still marked; absent where it is not set. */
function expanded(
  { source, formats, obstacles }: Draft,
  key: string,
  text = source.values.get(key),
): string | undefined {
  if (text === undefined) return undefined;
  const here = source.file.slice(0, Math.max(1, source.file.lastIndexOf("/")));
  const result = expandText(text, { program: source.program, here });
  for (const format of result.formats) formats.add(format);
  for (const each of result.unknown)
    obstacles.push(`${key}: ${each} is known only to supervisord; write its value into the file`);
  return result.text;
}

function takeCommand(draft: Draft): void {
  const words = splitShellWords(expanded(draft, "command") ?? "");
  const [program] = words ?? [];
  if (words === null || program === undefined) return void draft.obstacles.push("its command cannot be read");
  if (program.includes("/") && !program.startsWith("/"))
    draft.obstacles.push(
      `its program ${program} is a relative path: systemd takes an absolute one, or a name`,
    );
  if (holdsSecret(words.join(" ")))
    return void draft.obstacles.push(
      "command holds what looks like a secret and is left out, because the service file is kept in Git: " +
        "move it into the environment first",
    );
  draft.service.set("ExecStart", formatCommand(words));
}

function takeProcess(draft: Draft): void {
  const literal = (key: string): string | undefined => expanded(draft, key)?.replaceAll("%", "%%");
  for (const [key, name] of [
    ["directory", "WorkingDirectory"],
    ["user", "User"],
    ["umask", "UMask"],
  ] as const) {
    const value = literal(key);
    if (value !== undefined && value !== "") draft.service.set(name, withSpecifiers(value));
  }
  if (!draft.service.has("User"))
    draft.notes.push("It had no user of its own: it runs as root, as supervisord did.");
}

/**
 * A failed start is tried again so often; supervisord waits a second longer each time, systemd the same time.
 */
function takeRestart(draft: Draft): readonly (readonly [string, string])[] {
  const { service, notes } = draft;
  const wanted = (draft.source.values.get("autorestart") ?? "unexpected").toLowerCase();
  const written = draft.source.values.get("exitcodes");
  const codes = (written ?? "0")
    .split(",")
    .map((code) => code.trim())
    .filter((code) => /^\d{1,3}$/.test(code));
  const others = codes.filter((code) => code !== "0").join(" ");
  if (/^(?:false|no|off|0)$/.test(wanted)) {
    service.set("Restart", "no");
    notes.push(
      "autorestart was false: unlike supervisord, systemd does not try a failed start again either.",
    );
    return [];
  }
  const isUnexpected = wanted === "unexpected";
  service.set("Restart", isUnexpected && codes.includes("0") ? "on-failure" : "always");
  if (isUnexpected && others !== "")
    service.set(codes.includes("0") ? "SuccessExitStatus" : "RestartPreventExitStatus", others);
  // supervisord's change log, 4.0.0.
  if (isUnexpected && written === undefined)
    notes.push(
      "exitcodes was not written: 0 is taken, as supervisord 4 does; if it ran under supervisord 3, " +
        "where 2 was expected as well, write 0,2.",
    );
  service.set("RestartSec", "1s");
  const [retries, seconds] = [count(draft, "startretries", 3), count(draft, "startsecs", 1)];
  const window = (retries + 1) * (seconds + 1) + 1;
  notes.push(
    `startretries ${retries} and startsecs ${seconds}: given up after ${retries + 1} starts within ` +
      `${window} s, of which each fails within ${seconds} s.`,
  );
  return [
    ["StartLimitIntervalSec", `${window}s`],
    ["StartLimitBurst", String(retries + 1)],
  ];
}

function count({ source, notes }: Draft, key: string, usual: number): number {
  const text = source.values.get(key);
  if (text === undefined || /^\d{1,6}$/.test(text)) return Number(text ?? usual);
  notes.push(`${key} is not a number; supervisord's default, ${usual}, was taken.`);
  return usual;
}

function takeStop(draft: Draft): void {
  const signal = (draft.source.values.get("stopsignal") ?? "TERM").toUpperCase().replace(/^SIG/, "");
  if (signal !== "TERM") draft.service.set("KillSignal", `SIG${signal}`);
  draft.service.set("TimeoutStopSec", `${count(draft, "stopwaitsecs", 10)}s`);
  const isOn = (key: string): boolean => isTrue(draft.source.values.get(key));
  if (isOn("stopasgroup")) return;
  draft.service.set("KillMode", "mixed");
  if (!isOn("killasgroup"))
    draft.notes.push(
      "Its children that outlive it are killed (KillMode=mixed); supervisord left them running.",
    );
}

function isTrue(text: string | undefined): boolean {
  return /^(?:true|yes|on|1)$/i.test(text ?? "");
}

function takeVariables(draft: Draft): void {
  const assigned: string[] = [];
  for (const [key, text] of [
    ["environment of [supervisord]", draft.source.shared],
    ["environment", draft.source.values.get("environment") ?? ""],
  ] as const) {
    const pairs = readPairs(expanded(draft, key, text) ?? "");
    if (pairs === null) draft.obstacles.push(`${key} is not a list of NAME="value"`);
    for (const [name, value] of pairs ?? []) {
      if (looksSecret(name, value))
        draft.secrets.set(name, { value: new Secret(name, value), from: `${draft.source.file}, ${key}` });
      else if (hasMark(value)) assigned.push(assignment(name, value));
      else draft.variables.set(name, value);
    }
  }
  for (const name of draft.secrets.keys()) draft.variables.delete(name);
  if (assigned.length > 0) draft.service.set("Environment", assigned);
}

function assignment(name: string, value: string): string {
  const quoted = formatEnvironmentAssignment(name, value);
  return quoted.ok ? withSpecifiers(quoted.text) : "";
}

/**
 * Files are opened by systemd as root and go on growing; logrotate turns them, as supervisord did by their
 * size.
 */
function takeLogs(draft: Draft): ReadonlyMap<string, Yaml> | null {
  const out = target(draft, "stdout_logfile");
  const isTogether = isTrue(draft.source.values.get("redirect_stderr"));
  const error = isTogether ? null : target(draft, "stderr_logfile");
  if (out !== "journal") draft.service.set("StandardOutput", out);
  if (isTogether && out !== "journal") draft.service.set("StandardError", "inherit");
  else if (error !== null && error !== out) draft.service.set("StandardError", error);
  const paths = [...new Set([out, error ?? ""])].flatMap((each) =>
    each.startsWith("append:") ? [each.slice("append:".length)] : [],
  );
  const key = out.startsWith("append:") ? "stdout_logfile" : "stderr_logfile";
  const [, number = "50", unit = "MB"] =
    /^(\d{1,12})\s*(KB|MB|GB)?$/i.exec(draft.source.values.get(`${key}_maxbytes`) ?? "50MB") ?? [];
  if (paths.length === 0 || Number(number) === 0) return null;
  draft.notes.push(
    "logrotate usually runs once a day, supervisord checks at every line: until then a log can grow " +
      "beyond its size.",
  );
  const size = `${number}${{ kb: "k", mb: "M", gb: "G" }[unit.toLowerCase()] ?? ""}`;
  const shown = paths.map((path) => path.replaceAll("%i", "*").replaceAll("%H", "*").replaceAll("%%", "%"));
  return new Map<string, Yaml>([
    ["paths", shown],
    ["size", size],
    ["rotate", String(count(draft, `${key}_backups`, 10))],
    ["missingok", true],
    ["copytruncate", true],
  ]);
}

function target(draft: Draft, key: string): string {
  const path = expanded(draft, key) ?? "AUTO";
  if (/^none$/i.test(path)) return "null";
  if (/^(?:auto|syslog)$/i.test(path) || path.startsWith("/dev/")) return "journal";
  if (!path.startsWith("/")) draft.obstacles.push(`${key}: ${path} is not an absolute path`);
  return `append:${withSpecifiers(path.replaceAll("%", "%%"))}`;
}

function takeInstances(draft: Draft): readonly string[] {
  const [many, start] = [count(draft, "numprocs", 1), count(draft, "numprocs_start", 0)];
  if (many <= 1 && draft.formats.size === 0) return [];
  const [format = "", second] = [...draft.formats];
  if (second !== undefined)
    draft.obstacles.push("process_num is written in several ways, and an instance has one name");
  if (many > 100) draft.obstacles.push(`it has ${many} processes, and a service has 100 instances at most`);
  return Array.from({ length: Math.min(many, 100) }, (_, index) =>
    String(start + index).padStart(Number(format.replace(/^0/, "")) || 0, format.startsWith("0") ? "0" : " "),
  );
}

const TAKEN = (
  "command process_name numprocs numprocs_start directory user umask autorestart exitcodes startretries " +
  "startsecs stopsignal stopwaitsecs stopasgroup killasgroup environment redirect_stderr stdout_logfile " +
  "stderr_logfile stdout_logfile_maxbytes stdout_logfile_backups stderr_logfile_maxbytes " +
  "stderr_logfile_backups"
).split(" ");

/** Keys that supervisord has and systemd has no need of or no word for. */
const WITHOUT_WORD = (
  "stdout_capture_maxbytes stdout_events_enabled stdout_syslog stderr_capture_maxbytes " +
  "stderr_events_enabled stderr_syslog serverurl"
).split(" ");

function takeRest({ source, notes }: Draft): void {
  const isStarted = !/^(?:false|no|off|0)$/i.test(source.values.get("autostart") ?? "true");
  const why = new Map([
    ["priority", "no order is kept; write After= where one is needed"],
    [
      "autostart",
      isStarted
        ? "svcdeploy enables what it delivers"
        : "it was false; svcdeploy starts and enables the service",
    ],
    ...WITHOUT_WORD.map((key) => [key, "systemd has nothing like it"] as const),
  ]);
  for (const key of source.values.keys()) {
    if (TAKEN.includes(key)) continue;
    const name = key.replaceAll(/[^a-z0-9_]/g, "?").slice(0, 60);
    notes.push(
      `${name} is left out: ${why.get(key) ?? "supervisord does not know this key and ignored it"}.`,
    );
  }
}
