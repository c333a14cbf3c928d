/**
 * The plan for machines: schema svcdeploy.plan/1. It holds no secret, no hash of one and no hash that one
 * went into.
 */
import type { SvcdeployError } from "../../core/errors.ts";
import type { Change, State } from "../../core/model/plan.ts";
import { knownStop } from "../../core/plan/known-stop.ts";
import { countPlans, hasWork, type PlannedHost, type PlanView } from "../../core/plan/planned.ts";
import { plainText } from "../lines/text.ts";
import { diffContent } from "./diff.ts";
import { actionTitle } from "./plan-text.ts";
import { signedArtifacts } from "./signed-text.ts";

/** The plan as plain data, ready for formatJson. */
export function planJson(view: PlanView): object {
  return {
    schema: "svcdeploy.plan/1",
    environment: view.environment,
    summary: countPlans(view),
    stop: knownStop(view),
    artifacts: signedArtifacts(view),
    left: (view.left ?? []).map(({ at, ...each }) => ({ ...each, lastApplied: new Date(at).toISOString() })),
    plays: view.plays.map((each) => ({ play: each.play.name, hosts: each.hosts.map(hostJson) })),
  };
}

/** An error as every JSON output words it. */
export function errorJson(error: SvcdeployError): object {
  return { code: error.code, message: error.message, hint: error.hint };
}

/** A change as plain data; of a secret file only its name, mode and owners. */
export function changeJson(change: Change): object {
  const { resource } = change;
  return {
    kind: resource.kind,
    id: resource.id,
    service: resource.service,
    change: change.before === null ? "create" : change.after === null ? "remove" : "update",
    ...(change.reason === undefined ? {} : { reason: change.reason }),
    secret: isSecret(change),
    differs: change.differs,
    before: publicState(change, change.before),
    after: publicState(change, change.after),
    diff: resource.kind === "file" ? plainText(diffContent(change, resource)) : null,
  };
}

function hostJson(host: PlannedHost): object {
  const { plan } = host;
  const common = {
    host: host.target.host.name,
    services: host.target.services.map((service) => service.name),
  };
  if (plan === null)
    return { ...common, status: "failed", error: host.error === null ? null : errorJson(host.error) };
  return {
    ...common,
    status: hasWork(plan) ? "changes" : "unchanged",
    changes: plan.changes.map(changeJson),
    actions: plan.actions.map((action) => ({ ...action, text: actionTitle(action) })),
    collateral: plan.collateral,
    takenFrom: plan.takenFrom ?? null,
    notices: plan.notices,
    orphans: plan.orphans,
  };
}

function isSecret(change: Change): boolean {
  return change.resource.kind === "file" && change.resource.secret;
}

/**
 * Digests of a unit go over its environment file as well, so they stay out as the hash and size of a secret
 * file do.
 */
function publicState(change: Change, state: State | null): State | null {
  if (state === null) return null;
  const hidden = isSecret(change) ? /^(sha256|content|size)$|digest$/i : /digest$/i;
  return Object.fromEntries(Object.entries(state).filter(([key]) => !hidden.test(key)));
}
