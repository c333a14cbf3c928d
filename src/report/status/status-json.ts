/** Status for machines: schema svcdeploy.status/1. */
import { isLocked } from "../../core/plan/notices/host-notices.ts";
import { errorJson } from "../plan/plan-json.ts";
import { type SeenHost, type StatusView, silenceOf, summariseStatus } from "./status-view.ts";

/** Everything as plain data, ready for formatJson. Spans are seconds, sizes bytes. */
export function statusJson(view: StatusView, exitCode: number): object {
  return {
    schema: "svcdeploy.status/1",
    environment: view.environment,
    summary: summariseStatus(view),
    exitCode,
    hosts: view.hosts.map(hostJson),
  };
}

function hostJson({ host, status, error, ageSeconds, changed }: SeenHost): object {
  return {
    host,
    status: error === null ? "answered" : silenceOf(error),
    error: error === null ? null : errorJson(error),
    ageSeconds: status === null ? null : ageSeconds,
    lastRun: status?.lastRun ?? null,
    transactions: (status?.transactions ?? []).map((each) => ({
      ...each,
      isUnderWay: error === null && isLocked(each),
    })),
    units: (status?.units ?? []).map(({ main, ...unit }) => ({
      ...unit,
      isMain: main === "yes",
      drift: status?.drift.get(unit.unit) ?? "not-looked",
      isChanged: changed.has(unit.unit),
    })),
  };
}
