/**
 * What systemd could not do before it ran the program (systemd.exec(5), "Process Exit Codes"): the path and
 * its error from the unit's journal, the directive from the unit file. The journal alone is not enough: what
 * the child logged is sometimes not ascribed to the unit (seen on 252).
 */
import { execStatus } from "./exit-status.ts";

/**
 * E.g. `ExecStart=/opt/app/app: No such file or directory`, `User=web-user`, or
 * `ReadWritePaths=/srv/none: /srv/none: No such file or directory`; null where neither source names anything.
 */
export function spawnFailure(status: number, unitText: string, journal: readonly string[]): string | null {
  const known = execStatus(status);
  if (known === null) return null;
  const said = journal.flatMap((line) => reasonIn(line, known.name) ?? []).at(-1) ?? null;
  const names = known.name === "EXEC" ? ["ExecStart"] : directivesOf(known);
  const lines = unitText.split("\n").filter((line) => names.some((name) => line.startsWith(`${name}=`)));
  const path = said?.path ?? null;
  const fitting = path === null ? lines : lines.filter((line) => line.includes(path));
  const [line] = fitting.length > 0 ? fitting : lines;
  const directive = line === undefined ? null : known.name === "EXEC" ? programOnly(line) : line;
  const reason = said === null ? null : known.name === "EXEC" ? said.reason : wholeReason(said);
  if (directive === null) return reason;
  return reason === null ? directive : `${directive}: ${reason}`;
}

type Said = { readonly path: string | null; readonly reason: string };

function wholeReason({ path, reason }: Said): string {
  return path === null ? reason : `${path}: ${reason}`;
}

/** Arguments may be long, and are not what is missing. */
function programOnly(line: string): string {
  return line.replace(/^(ExecStart=\S+).*$/, "$1");
}

/** Names that the meaning of a status gives, e.g. Group= and SupplementaryGroups=; of 226 every path list. */
function directivesOf({
  name,
  meaning,
}: {
  readonly name: string;
  readonly meaning: string;
}): readonly string[] {
  if (name === "NAMESPACE") return MOUNTING;
  return [...meaning.matchAll(/([A-Z][A-Za-z]+)=/g)].flatMap(([, found]) => found ?? []);
}

const MOUNTING = [
  ...["ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "ExecPaths", "NoExecPaths"],
  ...["BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem", "RootDirectory", "RootImage", "MountImages"],
];

/** The line about the step, which names the path where there is one. */
function reasonIn(line: string, step: string): Said | null {
  const mount = /Failed to set up mount namespacing: (\/[^:]*): (.+)$/.exec(line);
  if (mount !== null && step === "NAMESPACE")
    return { path: (mount[1] ?? "").replace(/^\/run\/systemd\/unit-root(?=\/)/, ""), reason: mount[2] ?? "" };
  if (step === "NAMESPACE") return null;
  const spawn = /Failed at step ([A-Z_]+) spawning (\/[^:]*): (.+)$/.exec(line);
  if (spawn === null || spawn[1] !== step) return null;
  return { path: step === "EXEC" ? (spawn[2] ?? null) : null, reason: spawn[3] ?? "" };
}
