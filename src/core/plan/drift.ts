/**
 * In which ways a host is not as declared, who moved and since when; for reading only, nothing follows from
 * it on its own.
 */

import type { Observation, OpenTransaction } from "../model/observation.ts";
import type { Change, Finding } from "../model/plan.ts";
import type { HostTarget, Resource, UnitResource } from "../model/resource.ts";
import { compareResource } from "../resources/compare.ts";
import { subjectOf } from "../resources/registry.ts";
import { executablePath } from "../resources/release.ts";
import { asEncrypted, isEncrypted, isUndecryptable, sayEncrypted } from "./encrypted.ts";
import { liveDifferences } from "./file-acts.ts";
import { manifestPath } from "./manifest.ts";
import { foreignFindings } from "./notices/foreign-notices.ts";
import { sayNewest, sayWrongType } from "./notices/path-notices.ts";
import { type Aspect, isDamaged, originOf } from "./origin.ts";
import { orphanEntries } from "./orphans.ts";
import { touchedAt } from "./since.ts";
import { mountFindings, unitFindings } from "./unit-drift.ts";

/** Everything that is not as declared, in the order of the resources; health is not in it. */
export function findDrift(declared: HostTarget, observation: Observation): readonly Finding[] {
  const target = asEncrypted(declared, observation);
  const changes = target.resources.flatMap((resource) => compareResource(resource, observation) ?? []);
  return [
    ...manifestFindings(target, observation),
    ...target.resources.flatMap((resource) =>
      resource.kind === "unit"
        ? unitFindings(target, resource, observation, changes)
        : pathFindings(target, resource, observation),
    ),
    ...mountFindings(target, observation),
    ...foreignFindings(target, observation, changes),
    ...orphanFindings(target, observation),
    ...observation.transactions.map((transaction) => transactionFinding(transaction, observation)),
  ];
}

/** A service that left the project is one finding, whatever it has here. */
function orphanFindings(target: HostTarget, observation: Observation): readonly Finding[] {
  const orphans = orphanEntries(target, observation);
  const isLeft = (service: string): boolean => target.services.every(({ name }) => name !== service);
  const finding = (service: string, subject: string, text: string): Finding => ({
    ...{ kind: "orphan", service, subject, text, origin: "project", since: null, change: null },
  });
  const gone = new Set(orphans.map(({ service }) => service).filter(isLeft));
  return [
    ...[...gone].map((service) =>
      finding(
        service,
        service,
        `service ${service} left the project and is still here: svcdeploy apply --prune removes it`,
      ),
    ),
    ...orphans
      .filter(({ service }) => !isLeft(service))
      .map(({ service, kind, path }) =>
        finding(service, path, `${kind} ${path} was put there by svcdeploy and is no longer declared`),
      ),
  ];
}

function manifestFindings(target: HostTarget, observation: Observation): readonly Finding[] {
  const damaged = target.services.filter(({ name }) => isDamaged(target, name, observation));
  return damaged.map(({ name: service }): Finding => {
    const path = manifestPath(target.project, service);
    const text =
      "damaged: what the last apply left is not fully known, nor always who changed a file since; the " +
      "next apply writes it again";
    return {
      kind: "manifest",
      service,
      subject: path,
      text,
      origin: "host",
      since: touchedAt(path, observation),
      change: null,
    };
  });
}

function transactionFinding(
  { id, state, owner, ageSeconds }: OpenTransaction,
  { facts }: Observation,
): Finding {
  const text = `a transaction of ${owner} has not ended (${state})`;
  const since = ageSeconds === null || facts.clock === 0 ? null : facts.clock - ageSeconds;
  return {
    kind: "unfinished-transaction",
    service: "",
    subject: id,
    text,
    origin: "host",
    since,
    change: null,
  };
}

type PathResource = Exclude<Resource, UnitResource>;
type About = (kind: Finding["kind"], aspect: Aspect, text: string, change: Change | null) => Finding;

function pathFindings(
  target: HostTarget,
  resource: PathResource,
  observation: Observation,
): readonly Finding[] {
  const about: About = (kind, aspect, text, change) => {
    // Whose the text was can no longer be told; that it cannot be read is the host's doing.
    const isLocked = aspect === "content" && isUndecryptable(resource, observation);
    const origin = isLocked ? "host" : originOf(target, resource, observation, aspect);
    // The kernel does not say when a value was set.
    const isDated = origin !== "project" && kind !== "setting";
    const since = isDated ? changedAt(resource, observation, aspect) : null;
    const subject = subjectOf(resource);
    return { kind, service: resource.service, subject, text, origin, since, change };
  };
  const wrong = sayWrongType(resource, observation);
  if (wrong !== null) return [about(wrong.endsWith("masked") ? "masked" : "type", "existence", wrong, null)];
  const change = compareResource(resource, observation);
  return change === null ? [] : changeFindings(change, observation, about);
}

/** The user database does not say when it changed. */
function changedAt(resource: PathResource, observation: Observation, aspect: Aspect): number | null {
  if (resource.kind === "account") return null;
  if (resource.kind !== "release" || aspect !== "content") return touchedAt(resource.path, observation);
  return (
    observation.trees.get(resource.path)?.newest?.ctime ?? touchedAt(executablePath(resource), observation)
  );
}

function changeFindings(change: Change, observation: Observation, about: About): readonly Finding[] {
  const { resource, before, after, differs } = change;
  const aspect = before === null ? "existence" : "content";
  if (resource.kind === "account")
    return [about("account", aspect, before === null ? "the user is missing" : sayKeys(change), change)];
  if (resource.kind === "link" && resource.role === "enablement")
    return [about("not-enabled", aspect, before === null ? "the link is missing" : sayKeys(change), change)];
  if (before === null) return [about("missing", aspect, `the ${resource.kind} is missing`, change)];
  const owner = differs.includes("owner") || differs.includes("group");
  // Beside other content it tells nothing of its own: what the file says is not in force either.
  const live = differs.includes("sha256") ? [] : liveDifferences(change);
  const [was, wanted] = [before, after].map((state) => `${state?.owner ?? ""}:${state?.group ?? ""}`);
  const ownerText = `owner is ${was}, not ${wanted}`;
  return [
    ...(differs.includes("sha256") || differs.includes("target")
      ? [
          about(
            "content",
            aspect,
            differs.includes("target")
              ? sayKeys(change)
              : sayContent(resource, observation) + sayNewest(resource, observation),
            change,
          ),
        ]
      : []),
    ...(differs.includes("mode")
      ? [about("mode", "mode", `mode is ${before.mode ?? ""}, not ${after?.mode ?? ""}`, change)]
      : []),
    ...(owner ? [about("owner", "owner", ownerText, change)] : []),
    ...(live.length > 0 ? [about("setting", aspect, sayKeys(change, live), change)] : []),
  ];
}

function sayKeys({ before, after, differs }: Change, keys: readonly string[] = differs): string {
  return keys.map((key) => `${key} is ${before?.[key] ?? "none"}, not ${after?.[key] ?? "none"}`).join(", ");
}

function sayContent(resource: Resource, observation: Observation): string {
  return isEncrypted(resource) ? sayEncrypted(resource, observation) : "other content than declared";
}
