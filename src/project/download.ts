/**
 * Downloads one file over https: bounded in size, time and redirects, and byte for byte as the server has it.
 */
import { type Downloaded, explain, failed, refusedStatus, sizeText } from "./download-failures.ts";

/** What one download may take. floor: bytes a second that it must reach on average once grace is over. */
export type DownloadLimits = {
  readonly bytes: number;
  readonly answerMilliseconds: number;
  readonly idleMilliseconds: number;
  readonly graceMilliseconds: number;
  readonly floorBytesPerSecond: number;
};

/** Where the bytes go, and who hears how many there are; total null: the server does not say. */
export type DownloadSink = {
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly progress?: (received: number, total: number | null) => void;
};

/** For artifacts: as large and as slow as a release may be. */
export const ARTIFACT_LIMITS: DownloadLimits = {
  bytes: 2 * 1024 ** 3,
  answerMilliseconds: 30_000,
  idleMilliseconds: 30_000,
  graceMilliseconds: 60_000,
  floorBytesPerSecond: 32_768,
};

const MAX_REDIRECTS = 5;
const HEADERS = {
  accept: "application/octet-stream, */*;q=0.9",
  "accept-encoding": "identity",
  "user-agent": "svcdeploy",
};

/**
 * Fetches a URL that refuseFileUrl let pass. Rejects when the sink does, and with the reason of an interrupt.
 */
export async function download(
  url: string,
  sink: DownloadSink,
  limits: DownloadLimits,
  interrupt?: AbortSignal,
): Promise<Downloaded> {
  const watch = makeWatch(limits, interrupt);
  let at = new URL(url);
  try {
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      watch.within(limits.answerMilliseconds, "no answer");
      const response = await request(at, watch.signal);
      const next = redirectOf(response, at);
      if (next === null) return await take(response, at, sink, watch);
      await response.body?.cancel();
      if (typeof next === "string")
        return failed(
          next,
          "Name the https address of the file itself, or let your pipeline fetch it first and name " +
            "that file.",
        );
      at = next;
    }
    return failed(
      `there were more than ${MAX_REDIRECTS} redirects`,
      "Name the address where they end, if they do.",
    );
  } catch (error) {
    if (error instanceof SinkError) throw error.cause;
    interrupt?.throwIfAborted();
    const late = watch.late();
    return late === null ? explain(error, at) : failed(`${at.host}: ${late}`, SLOW);
  } finally {
    watch.end();
  }
}

function request(at: URL, signal: AbortSignal): Promise<Response> {
  return fetch(at.href, { headers: HEADERS, redirect: "manual", credentials: "omit", signal });
}

const SLOW =
  "Try again; if it fails again, check the server, the network to it, and whether a proxy is needed " +
  "(NODE_USE_ENV_PROXY=1).";

/** What the sink threw is none of the server's failures. */
class SinkError extends Error {}

/** Aborts the request when nothing came in time. late: why it did. */
type DownloadWatch = {
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal;
  readonly late: () => string | null;
  readonly within: (milliseconds: number, what: string) => void;
  /** Hears how many bytes came; a trickle that is never idle is too slow all the same. */
  readonly received: (bytes: number) => void;
  readonly end: () => void;
};

function makeWatch(limits: DownloadLimits, interrupt?: AbortSignal): DownloadWatch {
  const started = performance.now();
  const controller = new AbortController();
  let late: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  const stop = (why: string): void => {
    late ??= why;
    controller.abort();
  };
  const within = (milliseconds: number, what: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stop(`${what} within ${milliseconds / 1000} s`), milliseconds);
  };
  return {
    limits,
    signal: interrupt === undefined ? controller.signal : AbortSignal.any([controller.signal, interrupt]),
    late: () => late,
    within,
    received: (bytes) => {
      within(limits.idleMilliseconds, "no more data arrived");
      const seconds = (performance.now() - started) / 1000;
      const isSlow =
        seconds * 1000 > limits.graceMilliseconds && bytes / seconds < limits.floorBytesPerSecond;
      if (isSlow) stop(`too slow: ${bytes} bytes in ${Math.round(seconds)} s`);
    },
    end: () => clearTimeout(timer),
  };
}

/** null: no redirect. Text: one that is not followed. */
function redirectOf(response: Response, at: URL): URL | string | null {
  if (![301, 302, 303, 307, 308].includes(response.status)) return null;
  const location = response.headers.get("location") ?? "";
  if (location === "" || !URL.canParse(location, at.href))
    return `${at.host} answered HTTP ${response.status} without saying where the file is`;
  const next = new URL(location, at);
  if (next.protocol !== "https:")
    return `${at.host} redirects to ${next.protocol}//, and only https:// is followed`;
  return next.username === "" && next.password === ""
    ? next
    : `${at.host} redirects to an address with a password in it; such a redirect is not followed`;
}

async function take(
  response: Response,
  at: URL,
  sink: DownloadSink,
  watch: DownloadWatch,
): Promise<Downloaded> {
  const refusal = refuseAnswer(response, at, watch.limits);
  if (refusal !== null) {
    await response.body?.cancel();
    return refusal;
  }
  const total = lengthOf(response);
  let received = 0;
  for await (const chunk of response.body ?? []) {
    received += chunk.length;
    if (received > watch.limits.bytes)
      return failed(`${at.host} sends more than ${sizeText(watch.limits.bytes)}`, null);
    watch.received(received);
    watch.signal.throwIfAborted();
    await sink.write(chunk).catch((cause: unknown) => Promise.reject(new SinkError("sink", { cause })));
    sink.progress?.(received, total);
  }
  if (total !== null && received !== total)
    return failed(`it was cut off after ${received} of ${total} bytes`, "Try again.");
  return { ok: true, bytes: received, contentType: response.headers.get("content-type") ?? "" };
}

function refuseAnswer(response: Response, at: URL, limits: DownloadLimits): Downloaded | null {
  const { status } = response;
  if (status !== 200) return refusedStatus(at, status);
  const encoding = response.headers.get("content-encoding") ?? "identity";
  if (!/^(?:identity)?$/i.test(encoding.trim()))
    return failed(
      `${at.host} sends it encoded, although svcdeploy asked for the file as it is`,
      "Serve the file without Content-Encoding: the sha256 is of the file.",
    );
  const total = lengthOf(response);
  return total !== null && total > limits.bytes
    ? failed(`${at.host} offers ${sizeText(total)}, and ${sizeText(limits.bytes)} is the limit`, null)
    : null;
}

function lengthOf(response: Response): number | null {
  const text = response.headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
