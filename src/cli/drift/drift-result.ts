/** How a look for drift ends: what is printed, and the exit code. */
import { causeOfError, exitCodeOfObservation } from "../../core/exit-code.ts";
import { driftJson, driftMarkdown } from "../../report/drift/drift-json.ts";
import { driftText } from "../../report/drift/drift-text.ts";
import type { DriftView } from "../../report/drift/drift-view.ts";
import { formatJson } from "../../report/lines/json.ts";
import { showLines } from "../show-long.ts";
import type { Surroundings } from "../surroundings.ts";

/** The whole view in one of the formats of --output. */
export async function printDrift(view: DriftView, output: string, surroundings: Surroundings): Promise<void> {
  const { stdout } = surroundings;
  if (output === "text") await showLines(driftText(view, stdout.columns), surroundings);
  else if (output === "markdown") stdout.write(driftMarkdown(view));
  else stdout.write(formatJson(driftJson(view)));
}

/** 0 when every host was seen and nothing is found, 2 for findings, else by why hosts were not seen. */
export function exitCodeOfDrift(view: DriftView): number {
  const causes = new Map(
    view.hosts.flatMap((host) =>
      host.error === null ? [] : [[host.host, causeOfError(host.error)] as const],
    ),
  );
  const found = view.hosts.some((host) => host.findings.length > 0);
  return exitCodeOfObservation({
    changes: found ? "pending" : "none",
    detailed: "on",
    failures: [...causes.values()],
    total: new Set(view.hosts.map((host) => host.host)).size,
  });
}
