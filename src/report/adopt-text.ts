/** What `svcdeploy adopt` says: what was written, what stays, and what to do next. */
import type { Gap } from "../core/adopt/render-text.ts";
import type { AdoptedNews } from "../core/adopt/try-item.ts";
import { refuseName } from "../core/config/allow-lists.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { hang, type Line, line, plural, styled, wrap } from "./lines/text.ts";

/** A service file, or an item of one: key is its list then, else null. */
export type AdoptResult = {
  readonly adopted: AdoptedNews;
  readonly file: string;
  readonly key: string | null;
  readonly text: string;
  readonly gaps: readonly Gap[];
};

/** What became of one unit. */
export type AdoptOutcome =
  | { readonly kind: "written" | "printed" | "withheld"; readonly result: AdoptResult }
  | { readonly kind: "refused"; readonly unit: string; readonly reason: string };

/** All of it for so many columns. */
export function adoptText(
  outcomes: readonly AdoptOutcome[],
  host: string,
  environment: string,
  columns: number,
): readonly Line[] {
  const told = outcomes.map((outcome) => outcomeLines(outcome, columns));
  const written = outcomes.flatMap((outcome) => (outcome.kind === "written" ? [outcome.result] : []));
  const blocks = written.length === 0 ? told : [...told, nextLines(written, host, environment, columns)];
  return blocks.flatMap((block, index) => (index === 0 ? block : [[], ...block]));
}

function outcomeLines(outcome: AdoptOutcome, columns: number): readonly Line[] {
  if (outcome.kind === "refused") {
    const text = sanitizeLine(`${outcome.unit} is not adopted: ${outcome.reason}`);
    return hang(line(styled("bad", "✗"), " "), text, columns, 2);
  }
  const { adopted, key, gaps } = outcome.result;
  const file = key === null ? outcome.result.file : `an item of \`${key}:\` of ${outcome.result.file}`;
  const problems = [
    ...adopted.obstacles,
    ...gaps.filter(({ key }) => key !== "name").map(({ text }) => text),
  ];
  const same =
    gaps.length === 0
      ? "renders to the same effective unit and variables"
      : "does not render to the same effective unit";
  const head = {
    written: `${file} written; it ${same}`,
    printed: `${file} ${same}`,
    withheld: `${file} is not written`,
  }[outcome.kind];
  const mark = problems.length === 0 ? styled("good", "✓") : styled("bad", "✗");
  return [
    ...hang(line(mark, " "), `${adopted.unit} → ${head}`, columns, 2),
    ...problems.flatMap((text) => item(styled("bad", "differs"), text, columns)),
    ...adopted.notes.flatMap((text) => item(styled("warn", "note   "), text, columns)),
    ...[...adopted.secrets].flatMap(([name, { from }]) =>
      item(
        styled("warn", "secret "),
        `${name}: not written; read its value on the host before the apply, in ${from}`,
        columns,
      ),
    ),
    ...(outcome.kind === "withheld" && refuseName(adopted.name) === null
      ? wrap("--force writes it anyway; --stdout prints it.", columns).map((text) => line(text))
      : []),
  ];
}

function item(mark: ReturnType<typeof styled>, text: string, columns: number): readonly Line[] {
  return hang(line("    ", mark, " "), sanitizeLine(text), columns, 12);
}

function nextLines(
  written: readonly AdoptResult[],
  host: string,
  environment: string,
  columns: number,
): readonly Line[] {
  const names = written.flatMap(({ adopted, key }) => (key === null ? [adopted.name] : []));
  const secrets = written.flatMap(({ adopted }) => [...adopted.secrets.keys()]);
  const commands = removalCommands(written);
  const steps = [
    ...(secrets.length === 0
      ? []
      : [
          `Provide ${plural(secrets.length, "secret")} through the environment (or another provider): ` +
            `${secrets.join(", ")}`,
        ]),
    ...(names.length === 0
      ? []
      : [`In playbooks/site.yaml, add to a play of ${host}: services: [${names.join(", ")}]`]),
    ...(commands.length === 0
      ? []
      : ["On the host, right before the apply, remove what the service files now declare:"]),
  ];
  const more = [
    `svcdeploy lint --env ${environment}   # faults of the units are still there: plan refuses errors`,
    `svcdeploy plan --env ${environment} --limit ${host}`,
    "The plan shows each unit file rewritten in svcdeploy's form, and says what it restarts and why: " +
      "variables, User= and Group= that move to another file count as changed.",
  ];
  return [
    line(styled("strong", "Next")),
    ...steps.flatMap((text) => hang(line("  "), text, columns, 2)),
    ...commands.map((command) => line(`    ${command}`)),
    ...more.flatMap((text) => hang(line("  "), text, columns, 2)),
  ];
}

/** What takes from the host what the service files now declare. */
function removalCommands(written: readonly AdoptResult[]): readonly string[] {
  const retired = written.flatMap(({ adopted }) => adopted.retired);
  const merged = [...new Set(written.flatMap(({ adopted }) => adopted.merged))];
  return [
    ...retired.map((unit) => `systemctl disable --now ${quoted(unit)}`),
    ...merged.map((path) => `rm ${quoted(path)}`),
    // Until then systemd tells plan of drop-ins that are gone.
    ...(merged.some((path) => path.startsWith("/etc/systemd/")) ? ["systemctl daemon-reload"] : []),
  ];
}

/** One word of a shell; quotes are in none of what a host is asked for. */
function quoted(word: string): string {
  return /^[A-Za-z0-9._@:+=,/-]+$/.test(word) ? word : `'${word}'`;
}

/** What became of a program of supervisord. processes: as supervisorctl names them. */
export type ProgramOutcome = {
  readonly kind: "written" | "printed" | "withheld";
  readonly program: string;
  readonly processes: readonly string[];
  readonly file: string;
  readonly text: string;
  readonly notes: readonly string[];
  readonly problems: readonly string[];
  readonly secrets: ReadonlyMap<string, { readonly from: string }>;
};

/** All of them; leftOut: what else is in the file. */
export function programsText(
  outcomes: readonly ProgramOutcome[],
  leftOut: readonly string[],
  environment: string,
  columns: number,
): readonly Line[] {
  const rest = leftOut.flatMap((text) =>
    hang(line(styled("warn", "-"), " "), sanitizeLine(text), columns, 2),
  );
  const next = nextOfPrograms(
    outcomes.filter(({ kind }) => kind === "written"),
    environment,
    columns,
  );
  return [...outcomes.map((outcome) => programLines(outcome, columns)), rest, next]
    .filter((block) => block.length > 0)
    .flatMap((block, index) => (index === 0 ? block : [[], ...block]));
}

function programLines(
  { kind, program, file, notes, problems, secrets }: ProgramOutcome,
  columns: number,
): readonly Line[] {
  return [
    ...hang(
      line(problems.length === 0 ? styled("good", "✓") : styled("bad", "✗"), " "),
      `program ${sanitizeLine(program)} → ` +
        `${file}${{ written: " written", printed: "", withheld: " is not written" }[kind]}`,
      columns,
      2,
    ),
    ...problems.flatMap((text) => item(styled("bad", "problem"), text, columns)),
    ...notes.flatMap((text) => item(styled("warn", "note   "), text, columns)),
    ...[...secrets].flatMap(([name, { from }]) =>
      item(styled("warn", "secret "), `${name}: not written; its value is in ${from}`, columns),
    ),
  ];
}

function nextOfPrograms(
  written: readonly ProgramOutcome[],
  environment: string,
  columns: number,
): readonly Line[] {
  if (written.length === 0) return [];
  const before = [
    "Add the services to a play in playbooks/site.yaml.",
    `svcdeploy lint --env ${environment}, then plan`,
    "On the host, right before the apply, so that nothing runs twice:",
  ];
  const after = "Take the programs out of supervisord's configuration afterwards, or they come back with it.";
  return [
    line(styled("strong", "Next")),
    ...before.flatMap((text) => hang(line("  "), text, columns, 2)),
    ...written.map(({ processes }) => line(`    supervisorctl stop ${processes.map(shellWord).join(" ")}`)),
    ...hang(line("  "), after, columns, 2),
  ];
}

/** A name from supervisord's configuration may have anything in it. */
function shellWord(word: string): string {
  return /^[A-Za-z0-9_.:*-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
