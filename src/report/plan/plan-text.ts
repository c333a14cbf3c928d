/** The plan for a terminal: hosts that need the same folded into one block, and one sentence at the end. */
import type { SvcdeployError } from "../../core/errors.ts";
import type { Action, Notice, Plan } from "../../core/model/plan.ts";
import { actionName } from "../../core/plan/action-name.ts";
import { hasWork, type PlannedHost, type PlanView } from "../../core/plan/planned.ts";
import { errorLines, hintLines, withoutTarget } from "../lines/error-text.ts";
import { breakLine, hang, indent, type Line, line, type Span, styled, wrap } from "../lines/text.ts";
import { changeLines, type ShowDiff, showEachDiffOnce } from "./change-text.ts";
import { orphanTexts } from "./orphan-text.ts";
import { foldSame, hostList, sayLeft, sayStop, summarisePlan, sumPlans } from "./plan-view.ts";
import { signedLines } from "./signed-text.ts";

/** The whole plan, laid out for so many columns. Diff lines are never broken. */
export function planText(view: PlanView, columns: number): readonly Line[] {
  const once = showEachDiffOnce();
  const plays = view.plays.flatMap((each) =>
    playLines(each.play.name, each.hosts, { columns, title: view.plays.length > 1, once }),
  );
  return [
    ...plays,
    ...signedLines(view, columns),
    ...leftLines(view, columns),
    ...sentence(summarisePlan(view), columns),
    ...sayStop(view).flatMap((text) => wrap(text, columns).map((each) => line(styled("bad", each)))),
  ];
}

function leftLines(view: PlanView, columns: number): readonly Line[] {
  const lines = sayLeft(view).flatMap((text) => note("warn", "left", text, columns));
  return lines.length === 0 ? [] : [...lines, []];
}

function sentence(text: string, columns: number): readonly Line[] {
  return wrap(text, columns).map((each) => line(styled("strong", each)));
}

/** What one host needs, without its name; empty when it is as declared and there is nothing to say. */
export function planBody(host: PlannedHost, columns: number, showDiff?: ShowDiff): readonly Line[] {
  if (host.error !== null) return errorLines(host.error, columns);
  if (host.plan === null) return [line("not checked")];
  const { plan } = host;
  return [
    ...plan.changes.flatMap((change) => changeLines(change, columns, showDiff)),
    ...actionLines(plan, columns),
    ...bookkeepingLines(plan),
    ...plan.collateral.flatMap((each) =>
      note("warn", "along with it", `${each.unit}: ${each.because}`, columns),
    ),
    ...plan.notices.flatMap((notice) => note(styleOf(notice), notice.severity, notice.text, columns)),
    ...orphanTexts(plan.orphans).flatMap((text) => note("warn", "orphan", text, columns)),
  ];
}

/** An action as every output words it: `restart etcd.service: ExecStart changed`. */
export function actionTitle(action: Action): string {
  return `${actionName(action)}: ${action.because}`;
}

type Layout = {
  readonly columns: number;
  readonly title: boolean;
  readonly once: ReturnType<typeof showEachDiffOnce>;
};

function playLines(
  play: string,
  hosts: readonly PlannedHost[],
  { columns, title, once }: Layout,
): readonly Line[] {
  const groups = foldSame(
    hosts,
    (host) => host.target.host.name,
    (host) =>
      host.error === null
        ? planBody(host, columns - 2)
        : [line(`error: ${withoutTarget(host.error.message)}`)],
  );
  const top = title ? [line(styled("strong", `Play ${play}`)), []] : [];
  const bodies = groups.flatMap(({ names: [first = "", ...others], item }) => [
    ...breakLine(heading([first, ...others], item), columns),
    ...indent(
      item.error !== null && others.length > 0
        ? sharedError(item.error, first, columns - 2)
        : planBody(item, columns - 2, once(first)),
      2,
    ),
    [],
  ]);
  return [...top, ...bodies];
}

/** The hint has one host's address in it, and is good for all. */
function sharedError({ message, hint }: SvcdeployError, first: string, columns: number): readonly Line[] {
  return [
    ...wrap(withoutTarget(message), columns).map((text) => line(styled("bad", text))),
    ...hintLines(hint === null ? null : `of ${first}: ${hint}`, columns),
  ];
}

function heading(names: readonly string[], first: PlannedHost): Line {
  const name = styled("strong", hostList(names));
  if (first.error !== null) return line(name, ": ", styled("bad", "not planned"));
  if (first.plan === null || !hasWork(first.plan)) return line(name, ": ", styled("good", "no changes"));
  return line(name, `: ${sumPlans([first.plan])}`);
}

function actionLines(plan: Plan, columns: number): readonly Line[] {
  return plan.actions.flatMap((action) =>
    hang(
      line(styled("warn", "!"), " ", styled("strong", actionName(action))),
      `: ${action.because}`,
      columns,
      4,
    ),
  );
}

/** Work that changes nothing but our own records would otherwise be an unexplained non-empty plan. */
function bookkeepingLines(plan: Plan): readonly Line[] {
  if (plan.takenFrom !== undefined)
    return [line(styled("warn", `the machine is taken over from ${plan.takenFrom}`))];
  if (plan.changes.length + plan.actions.length > 0 || !hasWork(plan)) return [];
  return [line(styled("dim", "only svcdeploy's own records on the host are renewed"))];
}

function note(style: Span["style"], word: string, text: string, columns: number): readonly Line[] {
  return hang(line(styled(style, `${word}: `)), text, columns, 4);
}

function styleOf(notice: Notice): Span["style"] {
  switch (notice.severity) {
    case "error":
      return "bad";
    case "warning":
      return "warn";
    case "info":
      return "dim";
  }
}
