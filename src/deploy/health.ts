/** Asks health checks over a Remote, once or until they are healthy. */
import { setTimeout as pause } from "node:timers/promises";
import { ConnectError } from "../core/errors.ts";
import type { Check } from "../core/model/service.ts";
import type { HealthResult } from "../core/model/verify.ts";
import { type CheckResult, checkLabel, excerpt, failureText, type Redact } from "../core/verify/health.ts";
import type { Remote } from "../remote/remote.ts";
import { askCheck } from "./ask-check.ts";

/** A check with the service that it belongs to. */
export type ServiceCheck = { readonly service: string; readonly check: Check };

/**
 * How long to go on: until `successes` attempts in a row are good or the deadline has passed; at least one
 * attempt is made.
 */
export type WaitOptions = {
  readonly deadlineMilliseconds: number;
  readonly successes: number;
  readonly intervalMilliseconds: number;
  /** Hears what is still waited for: after 5 s and then whenever the answer changes. */
  readonly onWaiting?: (text: string) => void;
  /** Aborting ends the wait: a check that is not healthy by then is reported as it is. */
  readonly signal?: AbortSignal;
  /** Takes secrets out of what the service says, before it is cut. */
  readonly redact?: Redact;
};

const UNCHANGED: Redact = (text) => text;
const NEVER = new AbortController().signal;

/** No single attempt takes longer, unless the check itself allows more. */
const ATTEMPT_MILLISECONDS = 10_000;

/**
 * Waits for all checks side by side; the results come in the checks' order. Throws ConnectError when the
 * connection breaks.
 */
export function waitHealthy(
  remote: Remote,
  checks: readonly ServiceCheck[],
  options: WaitOptions,
): Promise<readonly HealthResult[]> {
  const endsAt = performance.now() + options.deadlineMilliseconds;
  return Promise.all(checks.map((check) => waitFor(remote, check, options, endsAt)));
}

/**
 * One attempt at one check, at most 10 s long unless the check allows more. A check that fails, for whatever
 * reason, is a value; throws ConnectError when the connection itself breaks, and the signal's reason.
 */
export async function runCheck(
  remote: Remote,
  check: Check,
  signal: AbortSignal = NEVER,
  redact: Redact = UNCHANGED,
): Promise<CheckResult> {
  const limit = Math.max(ATTEMPT_MILLISECONDS, check.withinMilliseconds);
  try {
    return await askCheck({ remote, limit, signal, redact }, check);
  } catch (error) {
    if (signal.aborted || isBrokenLink(error)) throw error;
    return { ok: false, detail: excerpt(redact(error instanceof Error ? error.message : String(error))) };
  }
}

async function waitFor(
  remote: Remote,
  { service, check }: ServiceCheck,
  options: WaitOptions,
  endsAt: number,
): Promise<HealthResult> {
  const startedAt = performance.now();
  let told = "";
  let inRow = 0;
  let last: CheckResult = { ok: false, detail: "not checked: its unit failed" };
  for (let attempts = 1; ; attempts++) {
    const judged = await runCheckUntil(remote, check, options);
    // An attempt that was broken off says nothing: it must not count as one more success in a row.
    if (judged !== null) inRow = judged.ok ? inRow + 1 : 0;
    last = judged ?? last;
    const ok = inRow >= options.successes;
    if (ok || options.signal?.aborted === true || performance.now() + options.intervalMilliseconds > endsAt) {
      return {
        service,
        check: checkLabel(check),
        role: check.role,
        ok,
        detail: describe(check, last, ok, inRow, options),
        attempts,
      };
    }
    told = tellWaiting(told, checkLabel(check), last, options, startedAt);
    await pause(
      options.intervalMilliseconds,
      undefined,
      options.signal === undefined ? {} : { signal: options.signal },
    ).catch(() => {});
  }
}

/** One attempt; null when the signal came before its end. */
async function runCheckUntil(
  remote: Remote,
  check: Check,
  { signal = NEVER, redact = UNCHANGED }: WaitOptions,
): Promise<CheckResult | null> {
  try {
    return await runCheck(remote, check, signal, redact);
  } catch (error) {
    if (!signal.aborted || isBrokenLink(error)) throw error;
    return null;
  }
}

const SILENT_MILLISECONDS = 5000;

/** Says what is waited for unless it has been said; gives what has been said. */
function tellWaiting(
  told: string,
  label: string,
  judged: CheckResult,
  options: WaitOptions,
  startedAt: number,
): string {
  const [first = ""] = judged.detail.split("\n");
  const text = `waiting for ${label}: ${first.replace(/ in \d+ ms/, "")}`;
  if (judged.ok || text === told || performance.now() - startedAt < SILENT_MILLISECONDS) return told;
  options.onWaiting?.(text);
  return text;
}

function describe(
  check: Check,
  judged: CheckResult,
  ok: boolean,
  inRow: number,
  options: WaitOptions,
): string {
  if (ok) return judged.detail;
  if (judged.ok)
    return `${judged.detail}, but only ${inRow} of ${options.successes} successes in a row within its time`;
  return failureText(check, judged.detail);
}

/**
 * The connection is gone or the host refuses us: no further attempt can help. Unreachable and timeout are the
 * check's own.
 */
function isBrokenLink(error: unknown): boolean {
  return error instanceof ConnectError && error.code !== "unreachable" && error.code !== "timeout";
}
