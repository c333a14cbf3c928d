/**
 * What makes drift a thing for cron: one run at a time, done in time, silent when all is well, and telling on
 * change of state.
 */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { type SvcdeployError, UsageError } from "../../core/errors.ts";
import type { Project } from "../../core/model/declared.ts";
import type { DeployContext } from "../../deploy/context.ts";
import type { TimedConnector } from "../../remote/timed-connector.ts";
import { driftMail } from "../../report/drift/drift-mail.ts";
import type { DriftView } from "../../report/drift/drift-view.ts";
import type { Line } from "../../report/lines/text.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { DRIFT } from "../options/by-command.ts";
import type { ProjectSelection } from "../options/selection.ts";
import { runSeconds } from "../span.ts";
import type { Surroundings } from "../surroundings.ts";

/** How the run is watched over. */
export type DriftWatch = {
  /** The same surroundings, with connections that end when the run's time is up. */
  readonly within: (context: DeployContext) => Promise<DeployContext>;
  /** The error of a host that was still asked something when the time was up; null of every other. */
  readonly cutOff: (host: string) => SvcdeployError | null;
  /** What --cron prints: nothing when all is well. */
  readonly mail: (view: DriftView) => readonly Line[];
  /** Tells the receivers of --notify, where their state changed. */
  readonly tell: (view: DriftView) => Promise<void>;
  readonly end: () => void;
};

const DEFAULT_TIMEOUT = "10min";

/**
 * Checks the options of a watched run and takes its lock, so long as it is one for cron or has receivers to
 * tell. busy: another run has it, in one line. Throws UsageError.
 */
export async function startWatch(
  options: OptionValues<typeof DRIFT>,
  selection: ProjectSelection,
  project: Project,
  surroundings: Surroundings,
): Promise<DriftWatch | { readonly busy: string }> {
  const { cron } = options;
  if (cron && options.output !== "text")
    throw new UsageError("--cron prints only a mail", "Leave --output out.");
  const timeout = timeoutOf(options);
  const { notifyOrder } = await import("./notify-options.ts");
  const order = await notifyOrder(options, surroundings);
  const isAlone = cron || order.targets.length > 0;
  const state = isAlone ? await takeState(options.state, selection, project, surroundings) : null;
  if (state !== null && "busy" in state) return state;
  const origin = { project: project.name, root: project.root, controller: hostname() };
  const time = makeTime(timeout);
  return {
    ...time,
    mail: (view) => driftMail(view, origin),
    tell: async (view) => {
      if (state === null || order.targets.length === 0) return;
      const { notifyChange } = await import("./notify-change.ts");
      await notifyChange({ view, origin, folder: state.folder, order }, surroundings);
    },
    end: () => {
      time.stop();
      state?.release();
    },
  };
}

type Timeout = { readonly text: string; readonly seconds: number };

function timeoutOf({ timeout, cron }: OptionValues<typeof DRIFT>): Timeout | null {
  const text = timeout ?? (cron ? DEFAULT_TIMEOUT : null);
  return text === null ? null : { text, seconds: runSeconds(text) };
}

function makeTime(
  timeout: Timeout | null,
): Pick<DriftWatch, "within" | "cutOff"> & { readonly stop: () => void } {
  if (timeout === null) return { within: async (context) => context, cutOff: () => null, stop: () => {} };
  let timed: TimedConnector | null = null;
  return {
    within: async (context) => {
      const { withinTime } = await import("../../remote/timed-connector.ts");
      timed = withinTime(context.connector, timeout.seconds * 1000, timeout.text);
      return { ...context, connector: timed.connector };
    },
    cutOff: (host) => (timed?.cutOff.has(host) === true ? timed.timeUp(host) : null),
    stop: () => timed?.stop(),
  };
}

type WatchState = { readonly folder: string; readonly release: () => void } | { readonly busy: string };

/**
 * Two runs over the same project, environment and selection are one; over others they do not wait for each
 * other.
 */
async function takeState(
  given: string | null,
  selection: ProjectSelection,
  project: Project,
  { environment, workingDirectory }: Surroundings,
): Promise<WatchState> {
  const { makeStateFolder, stateBase } = await import("../../store/told-state.ts");
  const { takeRunLock } = await import("../../store/run-lock.ts");
  const base = given === null ? stateBase(environment) : resolve(workingDirectory, given);
  const { limit, services } = selection;
  const key = createHash("sha256")
    .update(JSON.stringify([project.root, limit, services]))
    .digest("hex")
    .slice(0, 8);
  const folder = await makeStateFolder(base, `${project.name}.${project.environment}.${key}`);
  const lock = await takeRunLock(
    folder,
    `process ${process.pid}, since ${new Date().toISOString().slice(0, 19)}Z`,
  );
  if (lock.held) return { folder, release: lock.release };
  const who = lock.by === null ? "" : ` (${lock.by})`;
  return {
    busy:
      `svcdeploy drift of ${project.name}, ${project.environment}: another run${who} is still running; ` +
      "this one checked nothing",
  };
}
