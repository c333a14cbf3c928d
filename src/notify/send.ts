/** Sends one message to one receiver: attempts with pauses, within a deadline, following no redirect. */
import { setTimeout as pause } from "node:timers/promises";
import { sanitizeLine } from "../core/sanitize.ts";

/** A POST of JSON. */
export type Message = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** reason: why it did not arrive, in words that hold nothing of the URL but what the receiver said. */
export type Sent =
  | { readonly ok: true; readonly attempts: number }
  | { readonly ok: false; readonly attempts: number; readonly reason: string };

/**
 * How long one attempt may take, how long all of them with their pauses, and the first pause, which doubles.
 */
export type Patience = {
  readonly attemptMilliseconds: number;
  readonly totalMilliseconds: number;
  readonly pauseMilliseconds: number;
};

/** What a cron run can afford. */
export const PATIENCE: Patience = {
  attemptMilliseconds: 10_000,
  totalMilliseconds: 45_000,
  pauseMilliseconds: 1000,
};

/** What one attempt came to. waitMilliseconds: what the receiver asked for by Retry-After. */
type SendResult =
  | { readonly end: "arrived" }
  | { readonly end: "refused"; readonly reason: string }
  | { readonly end: "again"; readonly reason: string; readonly waitMilliseconds: number };

const MOST_SAID = 2048;

/**
 * Tries until it arrived, was refused for good (a 3xx, a 4xx, a bad certificate), or the next attempt would
 * come too late. make: the message, anew for each.
 */
export async function send(make: () => Message, patience: Patience = PATIENCE): Promise<Sent> {
  const endsAt = performance.now() + patience.totalMilliseconds;
  for (let attempts = 1; ; attempts += 1) {
    const left = endsAt - performance.now();
    const result = await attempt(make(), Math.max(1, Math.min(left, patience.attemptMilliseconds)));
    if (result.end === "arrived") return { ok: true, attempts };
    if (result.end === "refused") return { ok: false, attempts, reason: result.reason };
    const wait = Math.max(result.waitMilliseconds, patience.pauseMilliseconds * 2 ** (attempts - 1));
    if (performance.now() + wait >= endsAt) return { ok: false, attempts, reason: result.reason };
    await pause(wait);
  }
}

async function attempt({ url, headers, body }: Message, milliseconds: number): Promise<SendResult> {
  const signal = AbortSignal.timeout(Math.ceil(milliseconds));
  try {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      redirect: "manual",
      signal,
    } as const;
    const response = await fetch(url, init);
    const said = response.ok ? "" : await startOf(response);
    await response.body?.cancel();
    return judge(response, said);
  } catch (error) {
    if (signal.aborted)
      return {
        end: "again",
        reason: `no answer within ${Math.ceil(milliseconds / 1000)} s`,
        waitMilliseconds: 0,
      };
    return explain(error);
  }
}

function judge(response: Response, said: string): SendResult {
  const { status, ok } = response;
  if (ok) return { end: "arrived" };
  const reason = `HTTP ${status}${said === "" ? "" : `: ${said}`}`;
  if (status >= 300 && status < 400)
    return {
      end: "refused",
      reason: `HTTP ${status}: it redirects, and redirects are not followed`,
    };
  if (status < 500 && status !== 408 && status !== 425 && status !== 429) return { end: "refused", reason };
  return { end: "again", reason, waitMilliseconds: retryAfter(response.headers.get("retry-after")) };
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | null): number {
  if (value === null) return 0;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}

/** A certificate that is wrong now is wrong in a second; anything else may be a moment's trouble. */
function explain(error: unknown): SendResult {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  if (/CERT|^ERR_TLS|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    return {
      end: "refused",
      reason: `its certificate is not trusted (${code}); name your own authority in NODE_EXTRA_CA_CERTS`,
    };
  }
  const message = cause instanceof Error ? cause.message || code : String(cause);
  return {
    end: "again",
    reason: sanitizeLine(message === "" ? code : message).slice(0, 200),
    waitMilliseconds: 0,
  };
}

/** The first words of an answer. */
async function startOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length >= MOST_SAID) break;
  }
  return sanitizeLine(text.trim()).slice(0, 200);
}
