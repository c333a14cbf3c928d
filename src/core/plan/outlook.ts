/** What an apply would come to on a host, as far as its plan tells. */
import { HostError, type SvcdeployError } from "../errors.ts";
import type { Plan } from "../model/plan.ts";
import { hasWork, type PlannedHost } from "./planned.ts";

/**
 * lost: it could not be planned, or it will refuse; left-out: it moved since a saved plan and the operator
 * wants such hosts skipped.
 */
export type Outlook =
  | { readonly kind: "unchanged" | "changes" }
  | { readonly kind: "left-out"; readonly why: string }
  | { readonly kind: "lost"; readonly error: SvcdeployError };

/** The outlook of one host in one play. */
export function outlookOf({ target, plan, error, review }: PlannedHost): Outlook {
  if (error !== null) return { kind: "lost", error };
  if (plan === null) return { kind: "unchanged" };
  const stale = plan.notices.find(({ code }) => code === STALE);
  if (stale !== undefined && review?.stale === "skip") return { kind: "left-out", why: stale.text };
  const refusal = refusalOf(target.host.name, plan);
  if (refusal !== null) return { kind: "lost", error: refusal };
  return { kind: hasWork(plan) ? "changes" : "unchanged" };
}

/** The code of the notice that a host moved since a saved plan was made. */
export const STALE = "stale";

/** Why the host refuses this plan; null: it does not. */
export function refusalOf(name: string, plan: Plan): HostError | null {
  const refusals = plan.notices.filter(({ severity }) => severity === "error");
  if (refusals.length === 0) return null;
  const has = (code: string): boolean => refusals.some((notice) => notice.code === code);
  const code = has("locked") ? "locked" : has(STALE) ? "conflict" : "host-step";
  return new HostError(code, name, `${name}: ${refusals.map(({ text }) => text).join("\n")}`);
}
