/** `svcdeploy adopt --supervisord FILE [PROGRAM…]`: the service files of supervisord's programs, from its configuration. Asks no host. */
import { resolve } from "node:path";
import { type Gap, tryService } from "../core/adopt/prove.ts";
import { formatServiceText } from "../core/adopt/service-text.ts";
import { readSupervisorFile, type SupervisorFile } from "../core/adopt/supervisor-file.ts";
import { type AdoptedProgram, adoptProgram } from "../core/adopt/supervisor-program.ts";
import { refuseName } from "../core/config/allow-lists.ts";
import { didYouMean, UsageError } from "../core/errors.ts";
import { EXIT } from "../core/exit-code.ts";
import type { Project } from "../core/model.ts";
import { loadProject } from "../project/load.ts";
import { readNamedFile } from "../project/read-file.ts";
import { writeService } from "../project/write-service.ts";
import { type ProgramOutcome, programsText } from "../report/adopt-text.ts";
import { isGiven, operandsOf, optionalText, type RawArguments, selectionOf } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";

/** Writes the files and tells what is different under systemd; 1 when a program was not adopted. Throws UsageError and ConfigError. */
export async function adoptSupervisord(raw: RawArguments, path: string, surroundings: Surroundings): Promise<number> {
  const { project: folder, environment } = selectionOf(raw);
  const { workingDirectory, stdout, stderr } = surroundings;
  if (optionalText(raw, "name") !== null) throw new UsageError("--name is for a unit of a host; rename a program's file and its name: by hand");
  const read = await readNamedFile(resolve(workingDirectory, path), MAX_BYTES);
  if (!read.ok) throw new UsageError(`--supervisord: ${read.reason}`);
  const file = readSupervisorFile(new TextDecoder().decode(read.bytes));
  const programs = pickPrograms(file, operandsOf(raw));
  const project = await loadProject(resolve(workingDirectory, folder), environment, { set: [], valuesFiles: [] });
  const shared = file.sections.find(({ name }) => name === "supervisord")?.values.get("environment") ?? "";
  const outcomes: ProgramOutcome[] = [];
  for (const { program, values } of programs) {
    const adopted = adoptProgram({ program, values, shared, file: resolve(workingDirectory, path) });
    const secrets = [...adopted.secrets.values()].map(({ value }) => value);
    stdout.protect(secrets);
    stderr.protect(secrets);
    outcomes.push(await writeProgram(program, adopted, project, raw));
  }
  if (isGiven(raw, "stdout")) stdout.write(outcomes.map(({ text }) => text).join("\n"));
  (isGiven(raw, "stdout") ? stderr : stdout).print(programsText(outcomes, leftOut(file), environment, stdout.columns));
  return outcomes.every(({ kind, problems }) => kind !== "withheld" && problems.length === 0) ? EXIT.done : EXIT.failed;
}

const MAX_BYTES = 1024 * 1024;

type Program = { readonly program: string; readonly values: ReadonlyMap<string, string> };

function pickPrograms({ sections }: SupervisorFile, wanted: readonly string[]): readonly Program[] {
  const programs = sections.flatMap(({ name, values }) =>
    name.startsWith("program:") ? [{ program: name.slice("program:".length).trim(), values }] : [],
  );
  const names = programs.map(({ program }) => program);
  if (names.length === 0) throw new UsageError("--supervisord: the file has no [program:…]");
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`The file has no [program:${unknown}]`, didYouMean(unknown, names) ?? `programs: ${names.slice(0, 20).join(", ")}`);
  return programs.filter(({ program }) => wanted.length === 0 || wanted.includes(program));
}

async function writeProgram(program: string, adopted: AdoptedProgram, project: Project, raw: RawArguments): Promise<ProgramOutcome> {
  const file = `services/${adopted.name}.yaml`;
  const text = formatServiceText([`Adopted from supervisord's program ${program}.`, ...adopted.notes], adopted.blocks);
  const problems = [...adopted.obstacles, ...gapsOf(text, file, adopted, project).map((gap) => gap.text)];
  const told = { program, file, text, notes: adopted.notes, secrets: adopted.secrets };
  if (isGiven(raw, "stdout")) return { ...told, kind: "printed", problems };
  const known = project.services.find(({ name }) => name === adopted.name);
  if (known !== undefined) return { ...told, kind: "withheld", problems: [`${known.file} declares ${known.name} already`] };
  const isSound = problems.length === 0 || isGiven(raw, "force");
  if (!isSound || refuseName(adopted.name) !== null) return { ...told, kind: "withheld", problems };
  await writeService(project.root, file, text);
  return { ...told, kind: "written", problems };
}

/** By the oldest systemd that the environment has. */
function gapsOf(text: string, file: string, adopted: AdoptedProgram, { hosts, environment: env, values }: Project): readonly Gap[] {
  const [host] = hosts.toSorted((left, right) => left.systemd - right.systemd);
  return host === undefined ? [] : tryService(text, file, adopted, { host, env, values });
}

/** Sections that are no programs, and lines that are nothing. */
function leftOut({ sections, strange }: SupervisorFile): readonly string[] {
  const others = sections.filter(({ name }) => /^(?:group|eventlistener|fcgi-program|include)\b/.test(name));
  return [...others.map(({ name }) => `[${name}] is not adopted`), ...strange.map((line) => `line ${line} is neither a section nor a value`)];
}
