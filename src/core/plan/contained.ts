/** Whether what a host needs now is still what the operator was shown. */
import type { Action, Change, Plan, State } from "../model/plan.ts";
import { hostVerbs, unitVerbs } from "../model/verb.ts";
import { isUnitAction } from "./acted-units.ts";
import { actionName } from "./action-name.ts";

/**
 * Changes and actions of a fresh plan that the shown one did not have, a line each; empty when the shown plan
 * covers the fresh one. Less is fine.
 */
export function notContained(fresh: Plan, shown: Plan): readonly string[] {
  const known = new Map(shown.changes.map((change) => [change.resource.id, change]));
  const acts = new Set(shown.actions.map(actionName));
  const collateral = new Set(shown.collateral.map(({ unit }) => unit));
  return [
    ...fresh.changes.flatMap((change) => sayEdited(change, known.get(change.resource.id))),
    ...fresh.actions
      .filter((action) => !isHarmless(action) && !acts.has(actionName(action)))
      .map(sayNewAction),
    ...fresh.collateral
      .filter(({ unit }) => !collateral.has(unit))
      .map(({ unit, because }) => `${unit} would go down with it: ${because}`),
  ];
}

/** The first of several instances may be another one than in the plan, and so the one that is waited for. */
function isHarmless(action: Action): boolean {
  const row = isUnitAction(action) ? unitVerbs[action.verb] : hostVerbs[action.verb];
  return row.touches === "nothing";
}

function sayEdited(fresh: Change, shown: Change | undefined): readonly string[] {
  const name = "path" in fresh.resource ? fresh.resource.path : fresh.resource.id;
  if (shown === undefined && fresh.after === null)
    return [`${name} would be removed, which was not in the plan`];
  if (shown === undefined)
    return [
      `${name} was edited since the plan: it was as declared, now ${sayState(fresh.before, fresh.differs)}`,
    ];
  if (!isSame(fresh.after, shown.after)) return [`${name} is to become something else than in the plan`];
  if (isSame(fresh.before, shown.before)) return [];
  const keys = [...new Set([...fresh.differs, ...shown.differs])];
  return [
    `${name} was edited since the plan: ${sayState(shown.before, keys)} then, ` +
      `${sayState(fresh.before, keys)} now`,
  ];
}

function sayState(state: State | null, keys: readonly string[]): string {
  if (state === null) return "absent";
  const told = keys.map(
    (key) => `${key} ${key === "sha256" ? (state[key] ?? "none").slice(0, 12) : (state[key] ?? "none")}`,
  );
  return told.join(", ");
}

function isSame(left: State | null, right: State | null): boolean {
  if (left === null || right === null) return left === right;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => left[key] === right[key]);
}

function sayNewAction(action: Action): string {
  return `${actionName(action)} was not in the plan: ${action.because}`;
}
