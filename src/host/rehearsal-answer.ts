/** rehearse.sh's question and answer: encoded, and decoded without trusting a byte. */
import type { Compared, RehearsalAnswer, RehearsalRequest, Said } from "../core/rehearsal/rehearsal.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { badAnswer, field } from "./frames.ts";
import { group, type Row } from "./probe-answer.ts";

/** rehearse.sh's standard input. nonce: 32 hex digits, new for each question. */
export function encodeRehearsal({ units, logrotate, verify }: RehearsalRequest, nonce: string): string {
  return [
    field(nonce),
    ...units.map(({ name, content }) => `unit\t${field(name)}\t${base64(content)}`),
    ...logrotate.map(({ name, content }) =>
      content === null ? `gone\t${field(name)}` : `logrotate\t${field(name)}\t${base64(content)}`,
    ),
    ...verify.map((unit) => `verify\t${field(unit)}`),
    "end",
    "",
  ].join("\n");
}

/**
 * Decodes rehearse.sh's answer; redact takes the run's secrets out of what programs said. Throws
 * HostError("host-answer") when it is cut off.
 */
export function decodeRehearsal(
  host: string,
  nonce: string,
  output: string,
  stderr: string,
  redact: (text: string) => string,
): RehearsalAnswer {
  const lines = output.split("\n");
  const begin = lines.findIndex((text) => text.endsWith(`${nonce} begin`));
  const end = lines.indexOf(`${nonce} end`);
  if (begin < 0 || end < begin) badAnswer(host, "the rehearsal's answer is cut off", stderr);
  const rows = group(lines.slice(begin + 1, end));
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
  rows: ReadonlyMap<string, readonly Row[]>,
  kind: string,
  redact: (text: string) => string,
): Compared | null {
  const after = decodeSaid(rows, kind, redact);
  return after === null ? null : { after, before: decodeSaid(rows, `${kind}-before`, redact) };
}

function decodeSaid(
  rows: ReadonlyMap<string, readonly Row[]>,
  kind: string,
  redact: (text: string) => string,
): Said | null {
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

function decodeNamed(rows: readonly Row[]): RehearsalAnswer["named"] {
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
function decodeTimer(rows: readonly Row[]): string | null {
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
