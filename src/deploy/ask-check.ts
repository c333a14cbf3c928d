/** One attempt at one health check: an HTTP request, a TCP connection or a command on the host. */
import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { HostError } from "../core/errors.ts";
import type { Check } from "../core/model/service.ts";
import {
  type CheckResult,
  excerpt,
  type HttpAnswer,
  type HttpCheck,
  judgeHttp,
  type Redact,
} from "../core/verify/health.ts";
import { scripts } from "../host/scripts.ts";
import type { Remote, Script } from "../remote/remote.ts";
import { BODY_LIMIT, get, hostnameOf } from "./http-request.ts";

/** What an attempt works with; limit in milliseconds. */
export type CheckAttempt = {
  readonly remote: Remote;
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly redact: Redact;
};

/**
 * One attempt at one check. Throws ConnectError and HostError where nothing can be asked, and the signal's
 * reason.
 */
export function askCheck(attempt: CheckAttempt, check: Check): Promise<CheckResult> {
  switch (check.kind) {
    case "http":
      return askHttp(attempt, check);
    case "tcp":
      return askTcp(attempt, check);
    case "command":
      return askCommand(attempt, check.command, check.withinMilliseconds);
  }
}

async function askHttp(attempt: CheckAttempt, check: HttpCheck): Promise<CheckResult> {
  const url = new URL(check.url);
  if (check.via === "host") return askWithCurl(attempt, check, url);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const stream = await forwardUnlessForbidden(attempt, hostnameOf(url), port);
  if (stream === null) return askWithCurl(attempt, check, url);
  return judgeHttp(
    check,
    await get(url, stream, AbortSignal.any([attempt.signal, timeLimit(attempt.limit)])),
    attempt.redact,
  );
}

async function askTcp(attempt: CheckAttempt, check: Extract<Check, { kind: "tcp" }>): Promise<CheckResult> {
  const started = performance.now();
  const stream = await forwardUnlessForbidden(attempt, check.address, check.port);
  if (stream === null)
    return askCommand(
      attempt,
      [...CONNECT_WITH_BASH, check.address, String(check.port)],
      check.withinMilliseconds,
    );
  stream.destroy();
  return inTime("connected", performance.now() - started, check.withinMilliseconds);
}

/** bash connects by itself; address and port are its arguments, never part of the text that it reads. */
const CONNECT_WITH_BASH = ["bash", "-c", 'exec 3<>"/dev/tcp/$1/$2"', "bash"];

/** A forwarded connection; null where the server's administrator forbids forwarding. */
async function forwardUnlessForbidden(
  { remote, limit }: CheckAttempt,
  address: string,
  port: number,
): Promise<Duplex | null> {
  try {
    return await remote.forward(address, port, limit);
  } catch (error) {
    if (error instanceof HostError && error.code === "host-step") return null;
    throw error;
  }
}

async function askWithCurl(attempt: CheckAttempt, check: HttpCheck, url: URL): Promise<CheckResult> {
  const said = await tell(attempt, scripts.http, [url.href, wholeSeconds(attempt), String(BODY_LIMIT)]);
  const [status = "", seconds = "", received = "", exit = "", kept = ""] = said.words;
  const cutShort = exit === CURL_WRITE_FAILED && Number(kept) >= BODY_LIMIT;
  const isLost = Number(kept) < Math.min(Number.parseInt(received, 10), BODY_LIMIT);
  if ((exit === CURL_WRITE_FAILED && !cutShort) || (exit === "0" && isLost))
    return {
      ok: false,
      detail:
        `the answer (HTTP ${excerpt(status)}) could not be kept on the host: is /run full?\n` +
        excerpt(attempt.redact(said.stderr)),
    };
  if (exit !== "0" && !cutShort)
    return {
      ok: false,
      detail:
        `curl on the host failed (exit ${excerpt(exit)})\n${excerpt(attempt.redact(said.stderr))}`.trimEnd(),
    };
  const answer: HttpAnswer = {
    status: Number(status),
    body: said.rest,
    truncated: cutShort,
    milliseconds: Number(seconds.replace(",", ".")) * 1000,
  };
  return judgeHttp(check, answer, attempt.redact);
}

/** curl could not go on writing: the body is past the limit, or there is no room for it. */
const CURL_WRITE_FAILED = "23";

async function askCommand(
  attempt: CheckAttempt,
  command: readonly string[],
  within: number,
): Promise<CheckResult> {
  const started = performance.now();
  const said = await tell(attempt, scripts.command, [
    wholeSeconds(attempt),
    String(command.length),
    ...command,
  ]);
  const [status = ""] = said.words;
  if (status === "0") return inTime("exit status 0", performance.now() - started, within);
  const what = EXITS[status] ?? `exit status ${excerpt(status)}`;
  return { ok: false, detail: `${what}\n${excerpt(attempt.redact(said.rest))}`.trimEnd() };
}

/** Exit statuses of timeout(1). */
const EXITS: { readonly [status: string]: string } = {
  "124": "not finished in time (exit status 124)",
  "126": "cannot be executed (exit status 126)",
  "127": "no such command (exit status 127)",
  "137": "not finished in time, killed (exit status 137)",
};

function inTime(what: string, took: number, within: number): CheckResult {
  const text = `${what} in ${Math.round(took)} ms`;
  return took <= within
    ? { ok: true, detail: text }
    : { ok: false, detail: `${text}, expected within ${within} ms` };
}

/** What a script answered: the words behind its mark, what came after that line, and its complaints. */
type ScriptAnswer = { readonly words: readonly string[]; readonly rest: string; readonly stderr: string };

/**
 * Runs a script with a fresh mark and these lines; whatever a login shell prints before the mark is passed
 * over.
 */
async function tell(
  { remote, limit, signal, redact }: CheckAttempt,
  script: Script,
  lines: readonly string[],
): Promise<ScriptAnswer> {
  const mark = randomBytes(16).toString("hex");
  // The script ends by its own limit; the rest is for a slow link.
  const options = {
    input: `${[mark, ...lines].join("\n")}\n`,
    timeoutMilliseconds: limit + 10_000,
    maxOutputBytes: 4 * BODY_LIMIT,
    signal,
  };
  const { stdout, stderr, exitCode } = await remote.run(script, options);
  const at = stdout.indexOf(`${mark} `);
  const end = stdout.indexOf("\n", at);
  if (at < 0 || end < 0) {
    const complaint = excerpt(redact(stderr));
    throw new HostError(
      "host-answer",
      remote.host.name,
      `${script.name} gave no answer (exit status ${exitCode ?? "none"})\n${complaint}`.trimEnd(),
    );
  }
  return { words: stdout.slice(at + mark.length + 1, end).split(" "), rest: stdout.slice(end + 1), stderr };
}

function wholeSeconds({ limit }: CheckAttempt): string {
  return String(Math.ceil(limit / 1000));
}

function timeLimit(milliseconds: number): AbortSignal {
  const late = new AbortController();
  setTimeout(() => late.abort(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds).unref();
  return late.signal;
}
