/**
 * Artifacts for commands that may send them: what has to be fetched is fetched, and a terminal sees
 * that.
 */

import { formatSize } from "../core/size-text.ts";
import type { ArtifactUse } from "../project/artifacts.ts";
import type { FetchEvent } from "../project/fetch-artifact.ts";
import { formatDuration, type Line, line, styled, truncate } from "../report/lines/text.ts";
import { listenForInterrupts } from "./interrupts.ts";
import type { Surroundings } from "./surroundings.ts";

const REDRAW_MILLISECONDS = 100;

/** silent: a run without a terminal shows no downloads. */
export function artifactsToSend(
  surroundings: Surroundings,
  telling: "told" | "silent" = "told",
): ArtifactUse {
  const tell = telling === "silent" ? () => {} : makeTeller(surroundings);
  return {
    for: "send",
    environment: surroundings.environment,
    tell,
    interruptible: (work) => interruptibly(surroundings, work),
  };
}

/** Without it Ctrl-C would leave half a file in the cache. */
async function interruptibly<Value>(
  surroundings: Surroundings,
  work: (interrupt: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const { signal, stop } = listenForInterrupts(surroundings, () => {});
  try {
    const value = await work(signal);
    signal.throwIfAborted();
    return value;
  } finally {
    stop();
  }
}

/**
 * For commands that only hold hosts against artifacts: of those from https only archives are fetched, whose
 * trees nothing else tells.
 */
export function artifactsToCompare(
  surroundings: Surroundings,
  telling: "told" | "silent" = "told",
): ArtifactUse {
  return { ...artifactsToSend(surroundings, telling), for: "compare" };
}

/** On a terminal one line that counts, else one line a file. All of it on standard error. */
function makeTeller({ stderr, display, asking }: Surroundings): (event: FetchEvent) => void {
  const dim = (text: string): Line => line(styled("dim", text));
  if (display !== "live" || asking !== "possible") {
    return (event) => {
      if (event.type === "started") stderr.print([dim(`Fetching ${event.url} …`)]);
    };
  }
  let drawn = Number.NEGATIVE_INFINITY;
  return (event) => {
    const now = performance.now();
    const isDue = event.type !== "progress" || now - drawn >= REDRAW_MILLISECONDS;
    if (isDue) drawn = now;
    if (isDue) stderr.row(event.type === "ended" ? [] : dim(truncate(rowOf(event), stderr.columns - 1)));
    if (event.type === "ended" && event.ok)
      stderr.print([
        dim(`Fetched ${event.url}: ${formatSize(event.received)} in ${formatDuration(event.milliseconds)}`),
      ]);
  };
}

/** The numbers come first: the address may be longer than the row. */
function rowOf(event: FetchEvent & { readonly type: "started" | "progress" }): string {
  if (event.type === "started") return `Fetching ${event.url} …`;
  const done =
    event.total === null
      ? formatSize(event.received)
      : `${Math.floor((100 * event.received) / Math.max(1, event.total))} % of ${formatSize(event.total)}`;
  return `Fetching: ${done}, ${event.url}`;
}
