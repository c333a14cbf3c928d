/**
 * `svcdeploy status`: what runs where, and how it is. Reads only, takes no lock, needs neither artifacts nor
 * secrets.
 */
import { UsageError } from "../../core/errors.ts";
import type { HostTarget } from "../../core/model/resource.ts";
import { driftMarks } from "../../core/status/drift-mark.ts";
import type { StatusOfHost } from "../../core/status/host-status.ts";
import { judgeStatus } from "../../core/status/judge-status.ts";
import { byHost, targetsOf } from "../../core/target/play-targets.ts";
import { type DriftPolicy, type StatusLook, statusHosts } from "../../deploy/status.ts";
import { line, plural, styled } from "../../report/lines/text.ts";
import { statusJson } from "../../report/status/status-json.ts";
import { statusText } from "../../report/status/status-text.ts";
import type { SeenHost, StatusView } from "../../report/status/status-view.ts";
import { openLeniently } from "../open-leniently.ts";
import type { Arguments } from "../options/arguments.ts";
import type { STATUS } from "../options/by-command.ts";
import { connectionOf, selectionOf } from "../options/selection.ts";
import { asJson, print, type Writer } from "../print.ts";
import { spanOf } from "../span.ts";
import type { Surroundings } from "../surroundings.ts";
import { lookAtHosts, withHosts } from "../with-hosts.ts";
import { exitCodeOfStatus } from "./status-exit-code.ts";
import { watchStatus } from "./watch-status.ts";

/**
 * Prints the table; 0 when everything runs, 1 when something does not, 3, 4 or 77 for hosts that were not
 * seen.
 */
export async function status(
  { options }: Arguments<typeof STATUS>,
  surroundings: Surroundings,
): Promise<number> {
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  const interval = intervalOf(options.watch);
  const drift: DriftPolicy = options["no-drift"] || interval !== null ? "without" : "with";
  const workspace = await openLeniently(selection, surroundings, drift === "with" ? "hashed" : "assumed");
  const { project, plays, unsure } = workspace;
  const targets = targetsOf(plays);
  const rows = options.all ? "all" : "folded";
  const toStatus = (own: readonly HostTarget[], look: StatusLook): StatusOfHost =>
    hostStatus(own, look, unsure, surroundings);
  const { environment } = project;
  if (interval !== null) {
    const watch = { environment, targets, interval, rows, output: options.output, toStatus } as const;
    return await withHosts({ project, connection, looking: null }, surroundings, (context, interrupts) =>
      watchStatus({ ...watch, context }, interrupts, surroundings),
    );
  }
  const wanted = { project, connection, looking: byHost(targets).length };
  const looks = await lookAtHosts(wanted, surroundings, (context) => statusHosts(targets, context, drift));
  const hosts = looks.map((look) => seenHost(look, toStatus));
  const exitCode = exitCodeOfStatus(hosts);
  const writers = {
    text: textWriter(drift === "with" ? unsure : new Set()),
    json: asJson((view: StatusView) => statusJson(view, exitCode)),
  };
  const view: StatusView = { environment, hosts, rows };
  await print(view, writers, options.output, surroundings);
  return exitCode;
}

type Look = Awaited<ReturnType<typeof statusHosts>>[number];

function seenHost(
  { host, targets, result }: Look,
  toStatus: (targets: readonly HostTarget[], look: StatusLook) => StatusOfHost,
): SeenHost {
  const about = { host: host.name, ageSeconds: 0, changed: new Set<string>() };
  return result.ok
    ? { ...about, status: toStatus(targets, result.look), error: null }
    : { ...about, status: null, error: result.error };
}

/** Milliseconds between two looks; null without --watch. */
function intervalOf(watch: string | null): number | null {
  if (watch === null) return null;
  if (watch === "") return DEFAULT_INTERVAL_MILLISECONDS;
  const seconds = spanOf("--watch", watch);
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
): StatusOfHost {
  const { redact } = around.stdout;
  const units = judgeStatus(targets, answer, observation?.versions).map((unit) => ({
    ...unit,
    detail: redact(unit.detail),
  }));
  return {
    host: targets[0]?.host.name ?? "",
    units,
    lastRun: answer.lastRun,
    transactions: answer.transactions,
    drift: driftMarks(targets, units, observation, unsure),
  };
}

/** unsure: services of which it is not known whether they drifted. */
function textWriter(unsure: ReadonlySet<string>): Writer<StatusView> {
  return async (view, { stdout, stderr }) => {
    stdout.print(statusText(view, stdout.columns));
    if (unsure.size === 0) return;
    const what =
      `note: drift of ${[...unsure].join(", ")} is unknown: the artifact or a secret of ` +
      `${plural(unsure.size, "service")} is not on this machine`;
    stderr.print([line(styled("dim", what))]);
  };
}
