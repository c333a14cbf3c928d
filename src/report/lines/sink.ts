/**
 * The one way out: everything for standard output or error is cleaned, redacted and painted here. A closed
 * pipe is no error.
 */
import { makeRedactor, type Redactor } from "../../core/redact.ts";
import { sanitizeLine, stripControls } from "../../core/sanitize.ts";
import type { Secret } from "../../core/secret.ts";
import type { Palette } from "./palette.ts";
import { rowText, type ScreenAct, screenSequence, screenText } from "./screen.ts";
import type { Line } from "./text.ts";

/** What a sink needs of a stream: a part of node's Writable. */
export type SinkStream = {
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
};

/** Writes for the user. Never throws: losing output must not stop a deployment that is under way. */
export type Sink = {
  /** Lines of a reporter: cleaned, redacted, painted. */
  readonly print: (lines: readonly Line[]) => void;
  /** What print would write of these lines, to show it elsewhere. */
  readonly paint: (lines: readonly Line[]) => string;
  /**
   * Text that is complete as it is (JSON, a rendered file): control characters and secrets are taken out,
   * length stays.
   */
  readonly write: (text: string) => void;
  /**
   * Workflow commands of our own making, `::error …` each: cleaned and redacted like lines, but not disarmed.
   */
  readonly command: (lines: readonly string[]) => void;
  /** One line's text, cleaned and redacted, to paint it elsewhere. */
  readonly clean: (text: string) => string;
  /**
   * Text of any length without secrets, for what will be cut or wrapped before it gets here: part of a secret
   * is no secret to the redactor.
   */
  readonly redact: (text: string) => string;
  /** From now on these are redacted as well. */
  readonly protect: (secrets: readonly Secret[]) => void;
  /** Takes the whole screen of a terminal, or gives it back as it was. */
  readonly screen: (act: ScreenAct) => void;
  /** Lines over what is on the screen, from its first row on; the rest below is wiped. */
  readonly redraw: (lines: readonly Line[]) => void;
  /**
   * On a terminal: a line over the cursor's row, to be overwritten by the next; an empty one wipes it. It has
   * to fit.
   */
  readonly row: (spans: Line) => void;
  /** Aborted when no one reads on (a closed pipe): a command without an end ends then. */
  readonly gone: AbortSignal;
  /** Width in columns to lay out for. */
  readonly columns: number;
  /** Why output was lost, e.g. ENOSPC; null when it was not, or when its reader went away by himself. */
  readonly lost: () => string | null;
  /** Resolves when everything written so far has left. */
  readonly flush: () => Promise<void>;
};

/** A pipe that was closed at its other end, a terminal that was. */
const READER_GONE: readonly string[] = ["EPIPE", "EIO", "ERR_STREAM_DESTROYED"];

/** Makes the sink of a stream. */
export function makeSink(settings: {
  readonly stream: SinkStream;
  readonly palette: Palette;
  readonly columns: number;
}): Sink {
  const { palette, columns } = settings;
  const { send, gone, lost, flush } = openOutlet(settings.stream);
  const secrets: Secret[] = [];
  let redactor = makeRedactor([]);
  const paint = (lines: readonly Line[]): string =>
    lines.map((each) => `${paintLine(each, redactor, palette)}\n`).join("");
  return {
    columns,
    gone,
    screen: (act) => send(screenSequence(act)),
    redraw: (lines) => send(screenText(lines.map((each) => paintLine(each, redactor, palette)))),
    row: (spans) => send(rowText(paintLine(spans, redactor, palette))),
    paint,
    print: (lines) => send(paint(lines)),
    write: (text) => send(redactor.redact(stripControls(text))),
    command: (lines) =>
      send(lines.map((each) => `${redactor.redact(`::${sanitizeLine(each.slice(2))}`)}\n`).join("")),
    clean: (text) => redactor.redact(sanitizeLine(text)),
    redact: (text) => redactor.redact(text),
    protect: (more) => {
      secrets.push(...more);
      redactor = makeRedactor(secrets);
    },
    lost,
    flush,
  };
}

function openOutlet(
  stream: SinkStream,
): Pick<Sink, "gone" | "lost" | "flush"> & { readonly send: (text: string) => void } {
  const gone = new AbortController();
  let pending: Promise<void> = Promise.resolve();
  let lost: string | null = null;
  stream.on("error", (error) => {
    gone.abort();
    const code = "code" in error && typeof error.code === "string" ? error.code : error.message;
    if (!READER_GONE.includes(code)) lost ??= code;
  });
  const send = (text: string): void => {
    if (gone.signal.aborted || text === "") return;
    const before = pending;
    const written = new Promise<void>((resolve) => stream.write(text, () => resolve()));
    pending = before.then(() => written);
  };
  return { send, gone: gone.signal, lost: () => lost, flush: () => pending };
}

/**
 * A line in which something had to be redacted loses its colours: a colour code inside a secret would hide it
 * from the redactor.
 */
function paintLine(spans: Line, redactor: Redactor, palette: Palette): string {
  const plain = sanitizeLine(spans.map((span) => span.text).join(""));
  const redacted = redactor.redact(plain);
  const pieces = spans.map((span) => sanitizeLine(span.text));
  if (redacted !== plain || pieces.join("") !== plain) return redacted;
  return spans.map((span, index) => palette(span.style, pieces[index] ?? "")).join("");
}
