/** Which hosts a rollback asks what they keep, and which of them it is about. */
import type { Host, Project } from "../model/declared.ts";
import type { HostChoices } from "./rollback-targets.ts";

/**
 * Of the selected hosts those that a play brings the service to; all where there is none of them, since one
 * may have lost it, and for null: a run.
 */
export function hostsToAsk(
  project: Project,
  selected: readonly Host[],
  service: string | null,
): readonly Host[] {
  const brought = selected.filter(({ name }) => service !== null && isBrought(project, name, service));
  return brought.length === 0 ? selected : brought;
}

/** Without the hosts that never had the service and that no play brings it to: they were asked to be sure. */
export function foundOfService(
  project: Project,
  found: readonly HostChoices[],
  service: string,
): readonly HostChoices[] {
  return found.filter(
    ({ host, result }) =>
      !result.ok ||
      isBrought(project, host.name, service) ||
      result.choices.some((choice) => choice.ok || !choice.isUnknown),
  );
}

/** Whether a play brings the service to this host. */
export function isBrought({ plays }: Project, host: string, service: string): boolean {
  return plays.some(({ services, hosts }) => services.includes(service) && hosts.includes(host));
}
