/**
 * What a Go program should know of its limits: it sees the host's processors and memory, not those of its
 * control group.
 */
import type { Place } from "../model/declared.ts";
import type { Service } from "../model/service.ts";
import { parsePercent } from "../unit-file/percent.ts";
import { parseSize } from "../unit-file/size.ts";
import { effectiveValues } from "./unit-text.ts";

/**
 * The part of MemoryMax= that the runtime may use; the rest is for what it does not count: stacks of C, files
 * mapped, fragments.
 */
const MEMORY_SHARE = 0.9;

/**
 * GOMAXPROCS from CPUQuota= (a share of one processor: 150% is 2) and GOMEMLIMIT, in bytes, from MemoryMax=,
 * each the smaller of the service's and its slice's; nothing for limits that are not there or are a share of
 * the host, and for names that the service sets itself. Empty unless runtime is go.
 */
export function goVariables(
  service: Service,
): readonly { readonly name: string; readonly value: string; readonly place: Place }[] {
  if (service.runtime !== "go") return [];
  const own = new Set([...service.environment, ...service.secrets].map(({ name }) => name));
  const quota = smallest(service, "CPUQuota", parsePercent);
  const memory = smallest(service, "MemoryMax", parseSize);
  const place = { file: service.file, line: 1, column: 1 };
  const wanted = [
    ...(quota === null
      ? []
      : [{ name: "GOMAXPROCS", value: String(Math.max(1, Math.ceil(quota / 100))), place }]),
    ...(memory === null
      ? []
      : [{ name: "GOMEMLIMIT", value: String(Math.floor(memory * MEMORY_SHARE)), place }]),
  ];
  return wanted.filter(({ name }) => !own.has(name));
}

function smallest(
  service: Service,
  directive: string,
  parse: (text: string) => number | null,
): number | null {
  const written = [service.service, service.slice?.directives ?? []].flatMap((section) =>
    effectiveValues(section, directive).slice(-1),
  );
  const limits = written.map(parse).filter((limit) => limit !== null && Number.isFinite(limit) && limit > 0);
  return limits.length === 0 ? null : Math.min(...limits.filter((limit) => limit !== null));
}
