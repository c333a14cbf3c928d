/** rehearse.sh's question and answer: encoded, and decoded without trusting a byte. */
import type {
  Compared,
  ProgramOutput,
  RehearsalAnswer,
  RehearsalRequest,
} from "../core/rehearsal/rehearsal.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { field } from "./frames.ts";
import type { Question, Reply } from "./question.ts";
import { type AnswerRow, group } from "./rows.ts";
import { scripts } from "./scripts.ts";

/** The files to try, and what takes the run's secrets out of what programs said of them. */
export type RehearsalOrder = {
  readonly request: RehearsalRequest;
  readonly redact: (text: string) => string;
};

/** What systemd and logrotate of a host say of files that are not there yet. */
export const rehearsalQuestion: Question<RehearsalOrder, RehearsalAnswer> = {
  script: scripts.rehearse,
  about: "the rehearsal",
  frame: "block",
  // The input may take a minute, four programs half a minute each.
  limits: { timeoutMilliseconds: 240_000 },
  encode,
  decode,
};

function encode({ request: { units, logrotate, verify } }: RehearsalOrder): string {
  return [
    ...units.map(({ name, content }) => `unit\t${field(name)}\t${base64(content)}`),
    ...logrotate.map(({ name, content }) =>
      content === null ? `gone\t${field(name)}` : `logrotate\t${field(name)}\t${base64(content)}`,
    ),
    ...verify.map((unit) => `verify\t${field(unit)}`),
    "end",
    "",
  ].join("\n");
}

function decode({ lines }: Reply, { redact }: RehearsalOrder): RehearsalAnswer {
  const rows = group(lines);
  const lacks = (rows.get("lacks") ?? []).map(([what = ""]) => what);
  return {
    verify: decodeCompared(rows, "verify", redact),
    rotate: decodeCompared(rows, "rotate", redact),
    lacks: (["systemd-analyze", "logrotate", "include"] as const).filter((what) => lacks.includes(what)),
    named: decodeNamed(rows.get("named") ?? []),
    timer: rows.has("hourly") ? null : decodeTimer(rows.get("timer") ?? []),
  };
}

const MOST_LINES = 400;
const LONGEST = 400;

function decodeCompared(
  rows: ReadonlyMap<string, readonly AnswerRow[]>,
  kind: string,
  redact: (text: string) => string,
): Compared | null {
  const after = decodeSaid(rows, kind, redact);
  return after === null ? null : { after, before: decodeSaid(rows, `${kind}-before`, redact) };
}

function decodeSaid(
  rows: ReadonlyMap<string, readonly AnswerRow[]>,
  kind: string,
  redact: (text: string) => string,
): ProgramOutput | null {
  const status = rows.get(`${kind}-status`)?.[0]?.[0] ?? "";
  if (!/^\d{1,3}$/.test(status)) return null;
  const said = (rows.get(kind) ?? [])
    .slice(0, MOST_LINES)
    .map((row) => sanitizeLine(redact(row.join(" "))).trim());
  return {
    status: Number(status),
    lines: said
      .filter((text) => text !== "")
      .map((text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)),
  };
}

function decodeNamed(rows: readonly AnswerRow[]): RehearsalAnswer["named"] {
  const pairs = rows
    .slice(0, MOST_LINES)
    .map(([log = "", file = ""]) => ({ log: sanitizeLine(log), file: sanitizeLine(file) }));
  const safe = pairs.filter(({ file }) => /^[^\s/]{1,255}$/.test(file));
  return new Map(
    [...Map.groupBy(safe, ({ log }) => log)].map(([log, found]) => [log, found.map(({ file }) => file)]),
  );
}

/**
 * `TimersCalendar={ OnCalendar=*-*-* 00:00:00 ; next_elapse=… }` of an active timer; of several times all
 * count.
 */
function decodeTimer(rows: readonly AnswerRow[]): string | null {
  const properties = rows.map(([text = ""]) => text);
  if (!properties.includes("ActiveState=active")) return null;
  const times = properties.flatMap((text) =>
    text.startsWith("TimersCalendar=") ? (/OnCalendar=([^;{}]{1,100})/.exec(text)?.[1]?.trim() ?? []) : [],
  );
  return times.length === 0 ? null : sanitizeLine(times.join(", "));
}

function base64(content: Uint8Array): string {
  return Buffer.from(content).toString("base64");
}
