/** Ctrl-C: the first stops starting, the second lets go. */
import { SvcdeployError } from "../core/errors.ts";
import type { Surroundings } from "./surroundings.ts";

/** signal: no new host starts. detach: hosts under way decide alone. stop: Ctrl-C does what it always does again. */
export type Interrupts = { readonly signal: AbortSignal; readonly detach: AbortSignal; readonly stop: () => void };

/** Which interrupt it was. */
export type Interruption = { readonly detached: boolean; readonly message: string };

const FIRST = "Interrupted: no new host is started, those under way finish. Once more to let go of them.";
const SECOND =
  "Let go: each host under way confirms nothing any more and takes its change back by itself within the next half minute. `svcdeploy plan` tells what it came to.";
const FIRST_READING = "Interrupted: nothing was changed.";

/** Starts listening; each of the two is told once. kind reading: there is nothing that could need a second one. */
export function listenForInterrupts(
  surroundings: Surroundings,
  kind: "reading" | "changing",
  tell: (interruption: Interruption) => void,
): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  const stop = surroundings.onInterrupt(() => {
    if (!first.signal.aborted) {
      first.abort(new SvcdeployError("interrupted", kind === "reading" ? FIRST_READING : "Interrupted."));
      tell({ detached: false, message: kind === "reading" ? FIRST_READING : FIRST });
      if (kind === "changing") return;
    }
    if (second.signal.aborted) return;
    second.abort(new SvcdeployError("interrupted", "Let go of the hosts."));
    if (kind === "changing") tell({ detached: true, message: SECOND });
  });
  return { signal: first.signal, detach: second.signal, stop };
}
