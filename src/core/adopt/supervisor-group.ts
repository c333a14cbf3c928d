/**
 * How supervisorctl names the processes of a program: by its group, which is another than the program where a
 * [group:x] has it.
 */
import type { SupervisorFile } from "./supervisor-file.ts";

/**
 * What to stop for one program: of a group that may have others, its own processes by name, as far as this
 * file tells their names.
 */
export function processesOf(program: string, { sections }: SupervisorFile): readonly string[] {
  const listed = (programs: string): readonly string[] => programs.split(",").map((name) => name.trim());
  const found = sections.find(
    ({ name, values }) => name.startsWith("group:") && listed(values.get("programs") ?? "").includes(program),
  );
  if (found === undefined) return [`${program}:*`];
  const group = found.name.slice("group:".length).trim();
  const values = sections.find(
    ({ name }) => name.startsWith("program:") && name.slice("program:".length).trim() === program,
  )?.values;
  const [many, start] = [Number(values?.get("numprocs") ?? 1), Number(values?.get("numprocs_start") ?? 0)];
  const format = (values?.get("process_name") ?? "%(program_name)s")
    .replaceAll("%(program_name)s", program)
    .replaceAll("%(group_name)s", group);
  const names = Array.from({ length: many >= 1 && many <= MOST ? many : 0 }, (_, index) =>
    nameOf(format, start + index),
  );
  return names.length === 0 || names.some((name) => name.includes("%"))
    ? [`${group}:*`]
    : names.map((name) => `${group}:${name}`);
}

/** As many as a service has instances. */
const MOST = 100;

function nameOf(format: string, number: number): string {
  return format.replaceAll(/%\(process_num\)(0?)(\d{0,2})[ds]/g, (_whole, zero: string, width: string) =>
    String(number).padStart(Number(width), zero === "" ? " " : "0"),
  );
}
