/** The events of `apply --output ndjson`, as a test hears them during the run. */
import type { DeployEvent, HostReport } from "../../src/core/model/run.ts";
import type { Run, RunOptions } from "./project-folder.ts";

/** Run options that hand every event to the listener as soon as it is there. */
export function hearing(
  listener: (event: DeployEvent, kill: (signal: NodeJS.Signals) => void) => void,
): RunOptions {
  let rest = "";
  return {
    onOutput: (text, kill) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const event of lines.flatMap(parse)) listener(event, kill);
    },
  };
}

/** `stage` or `stage DETAIL` of an event that tells where a host's story is; null for any other. */
export function stageOf(event: DeployEvent): string | null {
  if (event.type !== "host-stage") return null;
  return event.detail === "" ? event.stage : `${event.stage} ${event.detail}`;
}

/**
 * Everything that one host's story tells, in order, and moments in the confirmation. The states of the host are
 * polled, so a short one may be left out in a run.
 */
export const stages = [
  "connect",
  "observe",
  "upload",
  "launch",
  "apply STAGED",
  "apply PREPARED",
  "apply APPLYING",
  "apply RESTARTING",
  "apply AWAIT",
  "settle",
  "confirm",
  "confirm + 60",
  "confirm + 150",
] as const;

/** Acts once, when the stage is reported; `STAGE + MS`: so many milliseconds after it was. */
export function at(moment: string, act: (kill: (signal: NodeJS.Signals) => void) => void): RunOptions {
  const [stage, later = "0"] = moment.split(" + ");
  let done = false;
  return hearing((event, kill) => {
    if (done || stageOf(event) !== stage) return;
    done = true;
    if (later === "0") act(kill);
    else setTimeout(act, Number(later), kill);
  });
}

/** All events of a finished run. */
export function eventsOf(run: Run): readonly DeployEvent[] {
  return run.stdout.split("\n").flatMap(parse);
}

/** The final reports of a finished run; empty when it did not come to its end. */
export function reportsOf(run: Run): readonly HostReport[] {
  return eventsOf(run).flatMap((event) => (event.type === "run-finished" ? event.reports : []));
}

/** Anything but JSON is not an event: standard error is heard as well. */
function parse(line: string): readonly DeployEvent[] {
  try {
    return [JSON.parse(line) as DeployEvent];
  } catch {
    return [];
  }
}

/** Standard error without the lines that tell of another run's transaction being settled or waited for. */
export function withoutSettling(stderr: string): string {
  return stderr.replaceAll(/^.*(?:settling it first|waiting for it)\n/gm, "");
}

/** The number of a run that came so far as to start. */
export function startedRun(run: Run): string {
  return eventsOf(run).flatMap((event) => (event.type === "run-started" ? [event.run] : []))[0] ?? "";
}
