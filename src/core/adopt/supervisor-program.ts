/** A [program:x] of supervisord → the keys of a service file (supervisord.org, "Configuration File"). */
import { refuseName } from "../config/allow-lists.ts";
import { holdsSecret, looksSecret } from "../lint/secret-variable.ts";
import { Secret } from "../secret.ts";
import { formatEnvironmentAssignment } from "../unit-file/quote.ts";
import { type FoundSecret, setVariables } from "./environment.ts";
import type { Yaml } from "./service-text.ts";
import { count, expanded, type ProgramDraft, type ProgramSource, startProgram } from "./supervisor-draft.ts";
import { takeLogs } from "./supervisor-logs.ts";
import { takeRestart, takeStop } from "./supervisor-restart.ts";
import { formatCommand, hasMark, readPairs, splitShellWords, withSpecifiers } from "./supervisor-text.ts";

/** A program as a service; notes and obstacles as of an adopted unit. */
export type AdoptedProgram = {
  readonly name: string;
  readonly blocks: ReadonlyMap<string, Yaml>;
  readonly secrets: ReadonlyMap<string, FoundSecret>;
  readonly notes: readonly string[];
  readonly obstacles: readonly string[];
};

/** The service that a program becomes. Its name is the program's, in the form that a service's has. */
export function adoptProgram(source: ProgramSource): AdoptedProgram {
  const { program } = source;
  const name = serviceName(program);
  const draft = startProgram(source);
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
  setVariables(blocks, draft);
  if (logs !== null) blocks.set("logrotate", logs);
  const { notes, obstacles, secrets } = draft;
  return { name, blocks, secrets, notes, obstacles };
}

function serviceName(program: string): string {
  return program
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 63);
}

function takeCommand(draft: ProgramDraft): void {
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

function takeProcess(draft: ProgramDraft): void {
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

function takeVariables(draft: ProgramDraft): void {
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

function takeInstances(draft: ProgramDraft): readonly string[] {
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

function takeRest({ source, notes }: ProgramDraft): void {
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
