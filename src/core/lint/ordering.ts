/** After= and Before= among the units of one host, and the cycles in them. */
import { type LintHost, neighbour } from "./lint-host.ts";
import { type LintUnit, wordsOf } from "./lint-unit.ts";

type Edge = { readonly to: LintUnit; readonly from: LintUnit };

/**
 * Cycles of units that wait for each other, each in the order of waiting; a unit is in one of them at most.
 */
export function orderingCycles(host: LintHost): readonly (readonly LintUnit[])[] {
  const edges = new Map<LintUnit, readonly LintUnit[]>();
  for (const { from, to } of host.units.flatMap((unit) => edgesOf(host, unit)))
    edges.set(from, [...(edges.get(from) ?? []), to]);
  const told = new Set<LintUnit>();
  return [...edges.keys()].flatMap((unit) => {
    const cycle = told.has(unit) ? null : findCycle(edges, unit);
    for (const member of cycle ?? []) told.add(member);
    return cycle === null ? [] : [cycle];
  });
}

/** from waits for to. */
function edgesOf(host: LintHost, unit: LintUnit): readonly Edge[] {
  const find = (word: string): readonly LintUnit[] => {
    const other = neighbour(host, unit, word);
    return other === null || other === unit ? [] : [other];
  };
  const after = wordsOf(unit, "Unit", "After").flatMap(({ word }) =>
    find(word).map((to) => ({ from: unit, to })),
  );
  const before = wordsOf(unit, "Unit", "Before").flatMap(({ word }) =>
    find(word).map((from) => ({ from, to: unit })),
  );
  return [...after, ...before];
}

/** The shortest way back to the start, or null. */
function findCycle(
  edges: ReadonlyMap<LintUnit, readonly LintUnit[]>,
  start: LintUnit,
): readonly LintUnit[] | null {
  const paths: (readonly LintUnit[])[] = [[start]];
  const seen = new Set<LintUnit>();
  for (const path of paths) {
    for (const next of edges.get(path.at(-1) ?? start) ?? []) {
      if (next === start) return path;
      if (!seen.has(next)) paths.push([...path, next]);
      seen.add(next);
    }
  }
  return null;
}
