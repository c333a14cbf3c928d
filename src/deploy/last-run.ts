/** Asks a host whose run changed it last: what is in conflict there may be another controller's work. */
import { SvcdeployError } from "../core/errors.ts";
import { sayLastRun } from "../core/history/last-run.ts";
import type { Host } from "../core/model/declared.ts";
import { runsQuestion } from "../host/runs-answer.ts";
import { askHost } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/** The message, with a line on the last run where the host can say so. Never throws for the host's sake. */
export async function withLastRun(message: string, host: Host, context: DeployContext): Promise<string> {
  try {
    const { records, clock } = await askHost(host, runsQuestion, null, context);
    return [message, sayLastRun(records, clock, context.run.id)].filter((line) => line !== "").join("\n");
  } catch (error) {
    if (error instanceof SvcdeployError) return message;
    throw error;
  }
}
