/**
 * `svcdeploy status`: what runs where, and how it is. Reads only, takes no lock, needs neither artifacts nor
 * secrets.
 */
import { UsageError } from "../../core/errors.ts";
import type { HostTarget } from "../../core/model/resource.ts";
import { driftMarks } from "../../core/status/drift-mark.ts";
import type { HostStatus } from "../../core/status/host-status.ts";
import { judgeStatus } from "../../core/status/judge-status.ts";
import { targetsOf } from "../../core/target/play-targets.ts";
import { type DriftPolicy, type StatusLook, statusHosts } from "../../deploy/status.ts";
import { formatJson } from "../../report/lines/json.ts";
import { line, plural, styled } from "../../report/lines/text.ts";
import { statusJson } from "../../report/status/status-json.ts";
import { statusText } from "../../report/status/status-text.ts";
import type { SeenHost, StatusView } from "../../report/status/status-view.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { openLeniently } from "../open-leniently.ts";
import { connectionOf, isGiven, optionalText, type RawArguments, selectionOf } from "../options.ts";
import { spanOf } from "../span.ts";
import type { Surroundings } from "../surroundings.ts";
import { announce, makeContext } from "../workspace.ts";
import { exitCodeOfStatus } from "./status-exit-code.ts";
import { watchStatus } from "./watch-status.ts";

/**
 * Prints the table; 0 when everything runs, 1 when something does not, 3, 4 or 77 for hosts that were not
 * seen.
 */
export async function status(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const [selection, connection] = [selectionOf(raw), connectionOf(raw)];
  const interval = watchInterval(raw);
  const drift: DriftPolicy = isGiven(raw, "no-drift") || interval !== null ? "without" : "with";
  const workspace = await openLeniently(selection, surroundings, drift === "with" ? "hashed" : "assumed");
  const { project, plays, unsure } = workspace;
  const interrupts = listenForInterrupts(surroundings, () => {});
  const context = await makeContext(project, connection, { surroundings, interrupts, emit: () => {} });
  const rows = isGiven(raw, "all") ? "all" : "folded";
  const output = optionalText(raw, "output") === "json" ? "json" : "text";
  const toStatus = (targets: readonly HostTarget[], look: StatusLook): HostStatus =>
    hostStatus(targets, look, unsure, surroundings);
  if (interval !== null)
    return await watchStatus(
      {
        environment: project.environment,
        targets: targetsOf(plays),
        context,
        interval,
        rows,
        output,
        toStatus,
      },
      interrupts,
      surroundings,
    );
  announce(plays, surroundings);
  const looks = await interrupts.abandonable(statusHosts(targetsOf(plays), context, drift));
  interrupts.stop();
  const hosts = looks.map(({ host, targets, result }): SeenHost => {
    const about = { host: host.name, ageSeconds: 0, changed: new Set<string>() };
    return result.ok
      ? { ...about, status: toStatus(targets, result.look), error: null }
      : { ...about, status: null, error: result.error };
  });
  const view: StatusView = { environment: project.environment, hosts, rows };
  const exitCode = exitCodeOfStatus(hosts);
  if (output === "json") surroundings.stdout.write(formatJson(statusJson(view, exitCode)));
  else printText(view, drift === "with" ? unsure : new Set(), surroundings);
  return exitCode;
}

/** Milliseconds between two looks; null without --watch. */
function watchInterval(raw: RawArguments): number | null {
  if (raw.watch === undefined) return null;
  if (raw.watch === "") return DEFAULT_INTERVAL_MILLISECONDS;
  const seconds = spanOf("--watch", optionalText(raw, "watch") ?? "");
  if (seconds < 1 || seconds > 3600)
    throw new UsageError("--watch takes a span from 1s to 1h", "e.g. --watch 5s");
  return seconds * 1000;
}

const DEFAULT_INTERVAL_MILLISECONDS = 2000;

function hostStatus(
  targets: readonly HostTarget[],
  { answer, observation }: StatusLook,
  unsure: ReadonlySet<string>,
  around: Surroundings,
): HostStatus {
  const { redact } = around.stdout;
  const units = judgeStatus(targets, answer).map((unit) => ({ ...unit, detail: redact(unit.detail) }));
  return {
    host: targets[0]?.host.name ?? "",
    units,
    lastRun: answer.lastRun,
    drift: driftMarks(targets, units, observation, unsure),
  };
}

function printText(view: StatusView, unsure: ReadonlySet<string>, { stdout, stderr }: Surroundings): void {
  stdout.print(statusText(view, stdout.columns));
  if (unsure.size === 0) return;
  const what = `note: whether ${[...unsure].join(", ")} drifted is not known: the artifact or a secret of ${plural(unsure.size, "service")} is not here`;
  stderr.print([line(styled("dim", what))]);
}
