/**
 * A plan without anything that a secret could be guessed from: what depends on file contents is in it
 * under a key.
 */
import type { Change, Plan, State } from "../model/plan.ts";
import type { Secret } from "../secret.ts";
import { keyed } from "./plan-key.ts";

/**
 * The plan with the sha256 of every file, wanted or found, and its fingerprint replaced by HMACs, and without
 * contents and manifests' texts. Two sealed plans of one host compare as the plans do. A file that holds no
 * secret now may have held one before, so no file's digest stays as it is.
 */
export function sealPlan(plan: Plan, key: Secret): Plan {
  return {
    ...plan,
    changes: plan.changes.map((change) => sealChange(change, plan.host, key)),
    manifests: [],
    fingerprint: keyed(key, ["fingerprint", plan.host], plan.fingerprint),
  };
}

function sealChange(change: Change, host: string, key: Secret): Change {
  if (change.resource.kind !== "file") return change;
  const seal = (state: State | null): State | null => sealState(state, [host, change.resource.id], key);
  return { ...change, before: seal(change.before), after: seal(change.after), beforeContent: null };
}

/**
 * A state without a digest (a directory where a file is to be, a file that could not be read) stays as it is.
 */
function sealState(state: State | null, about: readonly string[], key: Secret): State | null {
  if (state?.sha256 === undefined || !/^[0-9a-f]{64}$/.test(state.sha256)) return state;
  return { ...state, sha256: `hmac:${keyed(key, ["state", ...about], state.sha256)}` };
}
