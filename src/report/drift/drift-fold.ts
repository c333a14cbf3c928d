/** Hosts that drifted alike, as one: what happened on each at another time is still the same drift. */

import type { DriftHost } from "../../core/drift/host-drift.ts";
import { type Line, line, plainText } from "../lines/text.ts";
import { sayBeside } from "./drift-view.ts";

/**
 * Hosts in order; host: stands for all of them, with the oldest time of each finding by the clock of the
 * first.
 */
export type DriftGroup = { readonly names: readonly string[]; readonly host: DriftHost };

/** Folds hosts of which `body` says the same once their times are left out, in order of first appearance. */
export function foldDrift(
  hosts: readonly DriftHost[],
  body: (host: DriftHost) => readonly Line[],
): readonly DriftGroup[] {
  const groups = new Map<string, DriftHost[]>();
  for (const host of hosts) {
    const key = plainText([...body({ ...host, clock: null }), line(sayBeside(host))]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [host]);
    else group.push(host);
  }
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [{ names: same.map(({ host }) => host), host: same.length === 1 ? first : oldestOf(first, same) }];
  });
}

function oldestOf(first: DriftHost, same: readonly DriftHost[]): DriftHost {
  const findings = first.findings.map((finding, index) => {
    const ages = same.flatMap(({ clock, findings: others }) => {
      const since = others[index]?.since ?? null;
      return clock === null || since === null ? [] : [clock - since];
    });
    return {
      ...finding,
      since: first.clock === null || ages.length === 0 ? null : first.clock - Math.max(...ages),
    };
  });
  return { ...first, findings };
}
