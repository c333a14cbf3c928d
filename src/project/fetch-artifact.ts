/** An artifact or a signature from https: from the cache when it is there, else downloaded into it. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { SvcdeployError, UsageError } from "../core/errors.ts";
import { whyNoFolder } from "../store/user-folder.ts";
import {
  type CacheEnvironment,
  cacheFolder,
  type Incoming,
  isCached,
  openIncoming,
} from "./artifact-cache.ts";
import { ARTIFACT_LIMITS, type DownloadLimits, download } from "./download.ts";
import type { Downloaded } from "./download-failures.ts";

/** What a fetch tells while it runs; total null: the server does not say how much comes. */
export type FetchEvent =
  | { readonly type: "started"; readonly url: string }
  | {
      readonly type: "progress";
      readonly url: string;
      readonly received: number;
      readonly total: number | null;
    }
  | {
      readonly type: "ended";
      readonly url: string;
      readonly received: number;
      readonly milliseconds: number;
      readonly ok: boolean;
    };

/** Where the cache is, who hears of downloads, what they may take, and how they work under Ctrl-C. */
export type Fetching = {
  readonly environment: CacheEnvironment;
  readonly tell: (event: FetchEvent) => void;
  readonly limits?: DownloadLimits;
  readonly interruptible?: Interruptible;
};

/** Does work that an interrupt ends in order: the signal's reason is what it rejects with then. */
export type Interruptible = <Value>(work: (interrupt: AbortSignal) => Promise<Value>) => Promise<Value>;

/**
 * path: absolute, of a file in the cache whose bytes were found right a moment ago. reason: begins behind
 * "URL could not be fetched: ".
 */
export type Fetched =
  | { readonly ok: true; readonly path: string }
  | {
      readonly ok: false;
      readonly status: number | null;
      readonly reason: string;
      readonly hint: string | null;
    };

/** A small file's bytes, or why there are none. */
export type FetchedBytes =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | (Fetched & { readonly ok: false });

const SMALL_BYTES = 1024 * 1024;

/** The file at a URL with this sha256. Nothing else is ever kept. */
export async function fetchArtifact(url: string, sha256: string, fetching: Fetching): Promise<Fetched> {
  const folder = cacheFolder(fetching.environment);
  if (folder === null) return NO_PLACE;
  if (await isCached(folder, sha256)) return { ok: true, path: join(folder, sha256) };
  const limits = fetching.limits ?? ARTIFACT_LIMITS;
  return await intoCache(folder, fetching, async (incoming, interrupt) => {
    const result = await downloadTold(url, incoming, { ...fetching, limits, interrupt });
    if (!result.ok) return result;
    if (incoming.sha256() === sha256) return { ok: true, path: await incoming.keep(sha256) };
    return {
      ok: false,
      status: null,
      reason: `the downloaded file has sha256 ${incoming.sha256()}, not ${sha256}; it was discarded`,
      hint: hintOfWrong(result),
    };
  });
}

/** The signature at a URL, of the artifact with this sha256, as it was fetched before; null: it was not. */
export async function keptSignature(
  url: string,
  sha256: string,
  { environment }: Fetching,
): Promise<Uint8Array | null> {
  const folder = cacheFolder(environment);
  const path = folder === null ? null : join(folder, signatureName(url, sha256));
  const stats = path === null ? null : await stat(path).catch(() => null);
  return path !== null && stats?.isFile() === true && stats.size <= SMALL_BYTES
    ? await readFile(path).catch(() => null)
    : null;
}

/**
 * The signature as it is at the URL now; it is kept beside the artifact, so that the next plan needs no
 * network.
 */
export async function fetchSignature(url: string, sha256: string, fetching: Fetching): Promise<FetchedBytes> {
  const folder = cacheFolder(fetching.environment);
  if (folder === null) return NO_PLACE;
  const limits = { ...(fetching.limits ?? ARTIFACT_LIMITS), bytes: SMALL_BYTES };
  const fetched = await intoCache(folder, fetching, async (incoming, interrupt) => {
    const result = await download(url, incoming, limits, interrupt);
    return result.ok ? { ok: true, path: await incoming.keep(signatureName(url, sha256)) } : result;
  });
  return fetched.ok ? { ok: true, bytes: await readFile(fetched.path) } : fetched;
}

function signatureName(url: string, sha256: string): string {
  return `${sha256}.${createHash("sha256").update(url).digest("hex").slice(0, 16)}`;
}

const NO_PLACE: Fetched & { ok: false } = {
  ok: false,
  status: null,
  reason: `there is no folder to keep it in: ${whyNoFolder("cache")}`,
  hint: "Set XDG_CACHE_HOME to a folder of your own.",
};

/** A page with a login or an error is what servers like to send instead. */
function hintOfWrong({ contentType }: Downloaded & { ok: true }): string {
  return /^text\/html\b/i.test(contentType)
    ? "The server sent a web page instead of the file: open the address in a browser to see what it says."
    : "Either the file at this address was replaced, or the sha256 is of another version. Find out " +
        "which before you change the sha256.";
}

const UNINTERRUPTED: Interruptible = (work) => work(new AbortController().signal);

type FetchWork = (incoming: Incoming, interrupt: AbortSignal) => Promise<Fetched>;

async function intoCache(
  folder: string,
  { interruptible = UNINTERRUPTED }: Fetching,
  work: FetchWork,
): Promise<Fetched> {
  try {
    return await interruptible(async (interrupt) => {
      const incoming = await openIncoming(folder);
      return await work(incoming, interrupt).finally(incoming.drop);
    });
  } catch (error) {
    if (error instanceof UsageError) return unkept(error.message, folder);
    if (error instanceof SvcdeployError) throw error;
    if (error instanceof Error && "code" in error)
      return unkept(`the cache cannot be written (${error.code})`, folder);
    throw error;
  }
}

function unkept(reason: string, folder: string): Fetched {
  return {
    ok: false,
    status: null,
    reason,
    hint: `Check space and permissions of ${folder}, or set XDG_CACHE_HOME to another folder.`,
  };
}

type Telling = Pick<Fetching, "tell"> & { readonly limits: DownloadLimits; readonly interrupt: AbortSignal };

async function downloadTold(
  url: string,
  incoming: Incoming,
  { tell, limits, interrupt }: Telling,
): Promise<Downloaded> {
  const started = performance.now();
  let bytes = 0;
  tell({ type: "started", url });
  const progress = (received: number, total: number | null): void => {
    bytes = received;
    tell({ type: "progress", url, received, total });
  };
  const end = (ok: boolean): void =>
    tell({ type: "ended", url, received: bytes, milliseconds: performance.now() - started, ok });
  try {
    const result = await download(url, { write: incoming.write, progress }, limits, interrupt);
    end(result.ok);
    return result;
  } catch (error) {
    end(false);
    throw error;
  }
}
