/** How a look for drift ends: what is printed, and the exit code. */
import { causeOfError, exitCodeOfObservation } from "../../core/exit-code.ts";
import { driftJson, driftMarkdown } from "../../report/drift/drift-json.ts";
import { driftText } from "../../report/drift/drift-text.ts";
import type { DriftView } from "../../report/drift/drift-view.ts";
import type { Line } from "../../report/lines/text.ts";
import { asJson, asLines, asText, type Writer } from "../print.ts";

/** The formats of the whole view. */
export const DRIFT_WRITERS = {
  text: asLines(driftText),
  json: asJson(driftJson),
  markdown: asText(driftMarkdown),
};

/** What drift prints: a format of --output, or with --cron a mail. */
export type DriftOutput = keyof typeof DRIFT_WRITERS | "mail";

/** A mail, never through a pager. */
export function asMail(make: (view: DriftView) => readonly Line[]): Writer<DriftView> {
  return async (view, { stdout }) => stdout.print(make(view));
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
