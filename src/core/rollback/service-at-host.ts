/** Which service, or which instance of it, on which host `why web@web1` and `why db@blue@web1` ask for. */
import { escapeUnitName } from "../unit-file/escape.ts";

/** instance null: the service as a whole; host may be none of the project's. */
export type ServiceAtHost = {
  readonly service: string;
  readonly instance: string | null;
  readonly host: string;
};

/** Split at the last @ that names a host, else at the last one; null where that is no SERVICE@HOST. */
export function serviceAtHost(text: string, hosts: readonly string[]): ServiceAtHost | null {
  const ats = [...text.matchAll(/@/g)].map(({ index }) => index);
  const at = ats.findLast((index) => hosts.includes(text.slice(index + 1))) ?? ats.at(-1) ?? text.length;
  const host = text.slice(at + 1);
  const [, service, instance = null] = /^([a-z][a-z0-9-]{0,62})(?:@(.+))?$/.exec(text.slice(0, at)) ?? [];
  return service === undefined || host === "" ? null : { service, instance, host };
}

/** Whether a unit is asked for; the instance as in the service file or as in its unit's name. */
export function isAskedFor(unit: string, { service, instance }: ServiceAtHost): boolean {
  return (
    instance === null ||
    [instance, escapeUnitName(instance)].some((name) => unit.startsWith(`${service}@${name}.`))
  );
}
