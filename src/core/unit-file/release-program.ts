/** Programs of units that are in the release of a service. */
import { parseExecCommands } from "./exec-command.ts";

/** The folder of the release that runs. */
export function currentPath(service: string): string {
  return `/opt/${service}/current`;
}

/**
 * Absolute programs of Exec lines, with the service whose release they are in. Those with a specifier or a
 * variable in their path are left out, and those whose failure is ignored.
 */
export function releasePrograms(
  values: readonly string[],
): readonly { readonly service: string; readonly program: string; readonly inside: string }[] {
  return values
    .flatMap((value) => parseExecCommands(value).commands)
    .flatMap(({ prefixes, program }) => {
      const [, service, inside] = /^\/opt\/([^/%$]+)\/current\/([^%$]+)$/.exec(program) ?? [];
      if (service === undefined || inside === undefined || prefixes.includes("-")) return [];
      return [{ service, program, inside }];
    });
}
