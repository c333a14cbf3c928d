/**
 * `svcdeploy logs`: what services said, merged from all their hosts. Reads only, needs neither artifacts nor
 * secrets.
 */
import { UsageError } from "../../core/errors.ts";
import { causeOfError, exitCodeOfObservation } from "../../core/exit-code.ts";
import type { Project } from "../../core/model/declared.ts";
import type { Rendered } from "../../core/model/resource.ts";
import type { FailureCause } from "../../core/model/run.ts";
import { byHost, targetsOf } from "../../core/target/play-targets.ts";
import type { LogContext, LogTarget } from "../../deploy/collect-logs.ts";
import { hintLines } from "../../report/lines/error-text.ts";
import { line, plural, styled, wrap } from "../../report/lines/text.ts";
import { type LogLayout, makeLogLayout } from "../../report/log-text.ts";
import { reasonOf } from "../../report/status/status-view.ts";
import { openLeniently } from "../open-leniently.ts";
import type { Arguments, OptionValues } from "../options/arguments.ts";
import type { LOGS } from "../options/by-command.ts";
import { connectionOf, type ProjectSelection, selectionOf } from "../options/selection.ts";
import type { Surroundings } from "../surroundings.ts";
import { withHosts } from "../with-hosts.ts";
import { logQuery } from "./log-query.ts";
import { type LogSubject, logSubject, logUnits, requireInstances } from "./log-units.ts";
import { showFollowed, showOnce } from "./show-logs.ts";

/**
 * Prints the entries. 0; 1, 3, 4 or 77 when hosts could not be read; -f ends by Ctrl-C or a closed pipe, with
 * 0.
 */
export async function logs(
  { options, operands }: Arguments<typeof LOGS>,
  surroundings: Surroundings,
): Promise<number> {
  const subjects = operands.map(logSubject);
  const [selection, connection, query] = [
    logSelection(options, subjects),
    connectionOf(options),
    logQuery(options, Date.now()),
  ];
  const { project, plays, services, unread } = await openLeniently(selection, surroundings, "assumed").catch(
    (error: unknown) => {
      throw inTypedWords(error, options);
    },
  );
  const targets = logTargets({ plays, services }, subjects);
  sayUnread(unread, surroundings);
  const failures = new Map<string, FailureCause>();
  const names = targets.map(({ host }) => host.name);
  await withHosts({ project, connection, looking: null }, surroundings, async (context, interrupts) => {
    const signal = AbortSignal.any([interrupts.signal, surroundings.stdout.gone]);
    const around = logContext({ ...context, signal }, failures, surroundings);
    const shown = { targets, query, around, layout: layoutOf(targets, project), output: options.output };
    if (options.follow) await showFollowed(shown, surroundings);
    else await interrupts.abandonable(showOnce(shown, surroundings));
  });
  if (options.follow && failures.size < names.length) return 0;
  return exitCodeOfObservation({
    changes: "none",
    detailed: "off",
    failures: [...failures.values()],
    total: names.length,
  });
}

function logTargets({ plays, services }: Rendered, subjects: readonly LogSubject[]): readonly LogTarget[] {
  requireInstances([...services.values()].flat(), subjects);
  return byHost(targetsOf(plays))
    .map(({ host, targets }): LogTarget => {
      return { host, units: logUnits(targets, services.get(host.name) ?? [], subjects) };
    })
    .filter(({ units }) => units.length > 0);
}

function layoutOf(targets: readonly LogTarget[], { hosts }: Project): LogLayout {
  return makeLogLayout(
    targets.map(({ host }) => host.name),
    [...new Set(targets.flatMap(({ units }) => units))],
    hosts.map(({ name }) => name),
  );
}

function logSelection(options: OptionValues<typeof LOGS>, subjects: readonly LogSubject[]): ProjectSelection {
  const services = [...new Set(subjects.map(({ service }) => service))];
  if (services.length === 0)
    throw new UsageError("logs needs a service", "e.g. svcdeploy logs web --env prod");
  const { host, limit } = options;
  if (host !== null && limit !== null) throw new UsageError("--host and --limit exclude each other");
  return selectionOf({ ...options, service: services, limit: host ?? limit });
}

/** The selection speaks of the options that other commands have. */
function inTypedWords(error: unknown, { host }: OptionValues<typeof LOGS>): unknown {
  if (!(error instanceof UsageError)) return error;
  const message = error.message.replace(/^--service /, "");
  return new UsageError(
    host === null ? message : message.replace(/^--limit /, "--host "),
    error.hint ?? undefined,
  );
}

function logContext(
  context: LogContext["context"],
  failures: Map<string, FailureCause>,
  { stderr }: Surroundings,
): LogContext {
  const hints = new Set<string | null>([null]);
  return {
    context,
    wallClock: Date.now,
    note: (host, text) => {
      failures.delete(host);
      stderr.print(wrap(`${host}: ${text}`, stderr.columns).map((part) => line(styled("dim", part))));
    },
    lost: (host, error) => {
      failures.set(host, causeOfError(error));
      stderr.print(
        wrap(`${host}: ${reasonOf(host, error)}`, stderr.columns).map((part) => line(styled("bad", part))),
      );
      // What to do about it is often the same for all hosts.
      if (!hints.has(error.hint)) stderr.print(hintLines(error.hint, stderr.columns));
      hints.add(error.hint);
    },
  };
}

function sayUnread(unread: readonly string[], { stderr }: Surroundings): void {
  if (unread.length === 0) return;
  const text =
    `note: ${plural(unread.length, "secret")} cannot be read here (${unread.join(", ")}), so it is ` +
    "shown if a service logs it";
  stderr.print(wrap(text, stderr.columns).map((part) => line(styled("warn", part))));
}
