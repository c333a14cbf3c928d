/**
 * `svcdeploy adopt --supervisord [HOST:]FILE [PROGRAM…]`: the service files of supervisord's programs, from
 * its configuration here or on a host.
 */
import { resolve } from "node:path";
import { type Gap, renderText } from "../../core/adopt/render-text.ts";
import { formatServiceText } from "../../core/adopt/service-text.ts";
import { readSupervisorFile, type SupervisorFile } from "../../core/adopt/supervisor-file.ts";
import { processesOf } from "../../core/adopt/supervisor-group.ts";
import { type AdoptedProgram, adoptProgram } from "../../core/adopt/supervisor-program.ts";
import { refuseHostPath, refuseName } from "../../core/config/allow-lists.ts";
import { didYouMean, UsageError } from "../../core/errors.ts";
import { EXIT } from "../../core/exit-code.ts";
import type { Host, Project } from "../../core/model/declared.ts";
import { sanitizeLine } from "../../core/sanitize.ts";
import { readHostFile } from "../../deploy/adopt.ts";
import { readNamedFile } from "../../project/read-file.ts";
import { writeService } from "../../project/write-service.ts";
import { type ProgramOutcome, programsText } from "../../report/adopt-text.ts";
import type { Arguments, OptionValues } from "../options/arguments.ts";
import type { ADOPT } from "../options/by-command.ts";
import { selectionOf } from "../options/selection.ts";
import type { Surroundings } from "../surroundings.ts";
import { loadSelected } from "../workspace.ts";
import { askHost, hostOf } from "./ask-host.ts";

/**
 * Writes the files and tells what is different under systemd; 1 when a program was not adopted. Throws
 * UsageError, ConfigError, and what kept a host from answering.
 */
export async function adoptSupervisord(
  { options, operands }: Arguments<typeof ADOPT>,
  from: string,
  surroundings: Surroundings,
): Promise<number> {
  const selection = selectionOf(options);
  const { stdout, stderr } = surroundings;
  refuseUnitOptions(options);
  const project = await loadSelected(selection, surroundings);
  const { text, path, host } = await readConfiguration(from, project, options, surroundings);
  const file = readSupervisorFile(text);
  const programs = pickPrograms(file, operands);
  const shared = file.sections.find(({ name }) => name === "supervisord")?.values.get("environment") ?? "";
  const outcomes: ProgramOutcome[] = [];
  for (const { program, values } of programs) {
    const adopted = adoptProgram({ program, values, shared, file: path });
    const secrets = [...adopted.secrets.values()].map(({ value }) => value);
    stdout.protect(secrets);
    stderr.protect(secrets);
    const processes = processesOf(program, file);
    outcomes.push(
      await writeProgram(
        { program, processes },
        adopted,
        { ...project, hosts: host === null ? project.hosts : [host] },
        options,
      ),
    );
  }
  if (options.stdout) stdout.write(outcomes.map(({ text }) => text).join("\n"));
  (options.stdout ? stderr : stdout).print(
    programsText(outcomes, leftOut(file), project.environment, stdout.columns),
  );
  return outcomes.every(({ kind, problems }) => kind !== "withheld" && problems.length === 0)
    ? EXIT.done
    : EXIT.failed;
}

function refuseUnitOptions({ name, into }: OptionValues<typeof ADOPT>): void {
  if (name !== null)
    throw new UsageError(
      "--name works with a unit of a host only; rename a program's file and its `name:` by hand",
    );
  if (into !== null)
    throw new UsageError("--into works with a unit of a host only; a program becomes a service of its own");
}

const MAX_BYTES = 1024 * 1024;
/** A foreign file must not make more services than a person can review. */
const MOST = 100;

type Configuration = { readonly text: string; readonly path: string; readonly host: Host | null };

/** HOST:/PATH is on a host of the environment, anything else here. */
async function readConfiguration(
  from: string,
  project: Project,
  options: OptionValues<typeof ADOPT>,
  surroundings: Surroundings,
): Promise<Configuration> {
  const [, name, remote = ""] = /^([A-Za-z0-9_][A-Za-z0-9._-]*):(\/.*)$/s.exec(from) ?? [];
  const path = resolve(surroundings.workingDirectory, from);
  if (name === undefined) {
    const read = await readNamedFile(path, MAX_BYTES);
    if (!read.ok) throw new UsageError(`--supervisord: ${read.reason}`);
    return { text: new TextDecoder().decode(read.bytes), path, host: null };
  }
  const refusal = refuseHostPath(remote);
  if (refusal !== null) throw new UsageError(`--supervisord: ${JSON.stringify(remote)}: ${refusal}`);
  const host = hostOf(project, name);
  const bytes = await askHost(project, options, surroundings, (context) =>
    readHostFile(host, remote, context),
  );
  if (typeof bytes === "string")
    throw new UsageError(`--supervisord: ${remote} of ${name} cannot be read: ${bytes}`);
  return { text: new TextDecoder().decode(bytes), path: remote, host };
}

type SupervisorProgram = { readonly program: string; readonly values: ReadonlyMap<string, string> };

function pickPrograms({ sections }: SupervisorFile, wanted: readonly string[]): readonly SupervisorProgram[] {
  const programs = sections.flatMap(({ name, values }) =>
    name.startsWith("program:") ? [{ program: name.slice("program:".length).trim(), values }] : [],
  );
  const names = programs.map(({ program }) => program);
  const shown = names.slice(0, 20).map((name) => sanitizeLine(name).slice(0, 60));
  if (names.length === 0) throw new UsageError("--supervisord: the file has no [program:…]");
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `The file has no [program:${unknown}]`,
      didYouMean(unknown, shown) ?? `programs: ${shown.join(", ")}`,
    );
  if (wanted.length === 0 && names.length > MOST)
    throw new UsageError(
      `The file has ${names.length} programs: name those that you want`,
      `programs: ${shown.join(", ")} …`,
    );
  return programs.filter(({ program }) => wanted.length === 0 || wanted.includes(program));
}

type Named = Pick<ProgramOutcome, "program" | "processes">;

async function writeProgram(
  named: Named,
  adopted: AdoptedProgram,
  project: Project,
  options: OptionValues<typeof ADOPT>,
): Promise<ProgramOutcome> {
  const file = `services/${adopted.name}.yaml`;
  const text = formatServiceText(
    [`Adopted from supervisord's program ${named.program}.`, ...adopted.notes],
    adopted.blocks,
  );
  const problems = [...adopted.obstacles, ...gapsOf(text, file, adopted, project).map((gap) => gap.text)];
  const told = { ...named, file, text, notes: adopted.notes, secrets: adopted.secrets };
  if (options.stdout) return { ...told, kind: "printed", problems };
  const known = project.services.find(({ name }) => name === adopted.name);
  if (known !== undefined)
    return { ...told, kind: "withheld", problems: [`${known.file} already declares ${known.name}`] };
  const isSound = problems.length === 0 || options.force;
  if (!isSound || refuseName(adopted.name) !== null) return { ...told, kind: "withheld", problems };
  await writeService(project.root, file, text);
  return { ...told, kind: "written", problems };
}

/** By the oldest systemd that the environment has. */
function gapsOf(
  text: string,
  file: string,
  adopted: AdoptedProgram,
  { hosts, environment: env, values }: Project,
): readonly Gap[] {
  const [host] = hosts.toSorted((left, right) => left.systemd - right.systemd);
  if (host === undefined) return [];
  const secrets = new Map([...adopted.secrets].map(([name, { value }]) => [name, value]));
  const rendered = renderText(
    { text, file, name: adopted.name, secrets, without: [] },
    { host, env, values },
  );
  return rendered.ok ? [] : rendered.gaps;
}

/** Sections that are no programs, and lines that are nothing. */
function leftOut({ sections, strange }: SupervisorFile): readonly string[] {
  const others = sections.filter(({ name }) => /^(?:group|eventlistener|fcgi-program|include)\b/.test(name));
  const files = (values: SupervisorProgram["values"]): string => (values.get("files") ?? "").slice(0, 200);
  const say = ({ name, values }: (typeof others)[number]): string =>
    name === "include"
      ? `[include] is not followed: name its files one by one (${files(values)})`
      : `[${name}] is not adopted`;
  const told = [
    ...others.map(say),
    ...strange.map((line) => `line ${line} is neither a section nor a value`),
  ];
  return told.length <= MOST ? told : [...told.slice(0, MOST), `and so on: ${told.length - MOST} more`];
}
