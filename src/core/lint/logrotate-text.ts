/**
 * Reads a logrotate file (logrotate(8)) as far as the rules need it: blocks, their logs and options, with
 * lines.
 */
import type { LintLogrotate, LintLogrotateOption } from "./lint-host.ts";

/** The blocks of a file; options outside of them are not kept. Never throws. */
export function readLogrotateText(text: string, path: string): readonly LintLogrotate[] {
  const reading: Reading = { path, blocks: [], head: [], open: null, script: null };
  for (const [index, line] of text.split("\n").entries()) readLine(reading, line.trim(), index + 1);
  return reading.open === null
    ? reading.blocks
    : [...reading.blocks, close(reading, reading.open, "missing")];
}

type Open = {
  readonly paths: readonly string[];
  readonly line: number;
  readonly options: LintLogrotateOption[];
};
type Reading = {
  readonly path: string;
  readonly blocks: LintLogrotate[];
  /** Log names before a `{`, which may be on lines of their own. */
  head: string[];
  open: Open | null;
  /** Inside a script everything up to endscript is shell. */
  script: "open" | null;
};

const SCRIPTS = /^(?:prerotate|postrotate|firstaction|lastaction|preremove)\b/;

function readLine(reading: Reading, line: string, number: number): void {
  if (reading.script !== null) {
    if (line === "endscript") reading.script = null;
  } else if (line !== "" && !line.startsWith("#")) {
    if (reading.open === null) readOutside(reading, line, number);
    else readInside(reading, reading.open, line, number);
  }
}

/** What starts like a path is one; anything else is a global option. */
function readOutside(reading: Reading, line: string, number: number): void {
  const brace = line.indexOf("{");
  const names = (brace < 0 ? line : line.slice(0, brace)).match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  if (reading.head.length === 0 && !/^["'/*~{]/.test(line)) return;
  reading.head.push(...names.map((name) => name.replace(/^(["'])(.*)\1$/, "$2")));
  if (brace < 0) return;
  reading.open = { paths: reading.head, line: number, options: [] };
  reading.head = [];
  const rest = line.slice(brace + 1).trim();
  if (rest !== "") readInside(reading, reading.open, rest, number);
}

function readInside(reading: Reading, open: Open, line: string, number: number): void {
  const body = line.replace(/\s*\}$/, "");
  const [, name = "", value = ""] = /^([A-Za-z]+)[\s=]*(.*)$/.exec(body) ?? [];
  if (name !== "")
    open.options.push({
      name,
      value: value === "" ? null : value,
      place: { file: reading.path, line: number, column: 1 },
    });
  if (SCRIPTS.test(body)) reading.script = "open";
  if (!line.endsWith("}")) return;
  reading.blocks.push(close(reading, open, "there"));
  reading.open = null;
}

function close(reading: Reading, open: Open, end: LintLogrotate["end"]): LintLogrotate {
  const file = reading.path.slice(reading.path.lastIndexOf("/") + 1);
  return {
    service: file,
    paths: open.paths,
    place: { file: reading.path, line: open.line, column: 1 },
    options: open.options,
    end,
  };
}
