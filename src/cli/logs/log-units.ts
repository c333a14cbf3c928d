/** Whose journal `logs web db@blue` asks for: services, or instances of them. */
import { didYouMean, UsageError } from "../../core/errors.ts";
import type { HostTarget } from "../../core/model/resource.ts";
import type { Instance, Service } from "../../core/model/service.ts";

/** What one operand names; instance null: all of the service. */
export type LogSubject = { readonly service: string; readonly instance: string | null };

/** An operand, SERVICE or SERVICE@INSTANCE; the instance as in the service file or as in its unit's name. */
export function logSubject(operand: string): LogSubject {
  const at = operand.indexOf("@");
  return at < 0
    ? { service: operand, instance: null }
    : { service: operand.slice(0, at), instance: operand.slice(at + 1) };
}

/**
 * The subjects' units on one host; a slice has no voice of its own, asking for its service gives all that
 * others in it say.
 */
export function logUnits(
  targets: readonly HostTarget[],
  services: readonly Service[],
  subjects: readonly LogSubject[],
): readonly string[] {
  const units = targets.flatMap((target) =>
    subjects.flatMap((subject) => unitsOf(target, services, subject)),
  );
  return [...new Set(units)];
}

/** Throws UsageError for an instance that none of the services has. */
export function requireInstances(services: readonly Service[], subjects: readonly LogSubject[]): void {
  for (const { service, instance } of subjects) {
    const known = services.filter(({ name }) => name === service).flatMap(({ instances }) => instances);
    if (instance === null || known.some((one) => isNamed(one, instance))) continue;
    const names = [...new Set(known.map(({ name }) => name))];
    const hint =
      names.length === 0
        ? `${service} runs once, without instances`
        : didYouMean(instance, names, `${service}@`);
    throw new UsageError(
      `${service}@${instance}: ${service} has no such instance`,
      hint ?? `its instances: ${names.join(", ")}`,
    );
  }
}

function unitsOf(
  target: HostTarget,
  services: readonly Service[],
  { service, instance }: LogSubject,
): readonly string[] {
  if (instance !== null) return instancesOf(services, service, instance).map(({ unit }) => unit);
  const own = target.resources.filter(({ id }) => target.owners.get(id)?.includes(service));
  return own.flatMap((resource) =>
    resource.kind === "unit" && !resource.unit.endsWith(".slice") ? [resource.unit] : [],
  );
}

function instancesOf(services: readonly Service[], service: string, instance: string): readonly Instance[] {
  return services
    .filter(({ name }) => name === service)
    .flatMap(({ instances }) => instances.filter((one) => isNamed(one, instance)));
}

function isNamed({ name, escaped }: Instance, text: string): boolean {
  return text === name || text === escaped;
}
