/**
 * The units of one host and what they have to do with each other: made of what lint sees, so that both speak
 * of the same cycles.
 */
import type { LintHost } from "../lint/lint-host.ts";
import { type LintUnit, lastOf, wordsOf } from "../lint/lint-unit.ts";
import { orderingCycles } from "../lint/ordering.ts";
import { expandSpecifiers } from "../unit-file/expand-specifiers.ts";
import { triggeredUnit } from "../unit-file/triggers.ts";

/**
 * What one unit has to do with another, the strongest first. "after": it waits for the other one; "starts":
 * it is what makes the other one run.
 */
export const RELATIONS = [
  "in slice",
  "starts",
  "requires",
  "requisite",
  "binds to",
  "part of",
  "upholds",
  "wants",
  "after",
  "on failure starts",
  "on success starts",
  "conflicts with",
] as const;
/** One of them. */
export type Relation = (typeof RELATIONS)[number];

/** A unit. service: whose it is; null: it is not of this project, so only its name is known. */
export type GraphNode = { readonly name: string; readonly service: string | null };
/** All that `from` says of `to`, in the order of RELATIONS. cycle: it is a step of a cycle of waiting. */
export type GraphEdge = {
  readonly from: string;
  readonly to: string;
  readonly relations: readonly Relation[];
  readonly cycle: "in a cycle" | "in none";
};
/**
 * nodes and edges by name; cycles: units that wait for each other, each for the next and the last for the
 * first.
 */
export type UnitGraph = {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly cycles: readonly (readonly string[])[];
};

/** The graph of a host. serviceOf: unit → the service that brings it. */
export function unitGraph(host: LintHost, serviceOf: ReadonlyMap<string, string>): UnitGraph {
  const cycles = orderingCycles(host).map((cycle) => cycle.map(({ name }) => name));
  const links = host.units.flatMap((unit) => linksOf(unit, host));
  const names = new Set([
    ...host.units.map(({ name }) => name),
    ...links.flatMap(({ from, to }) => [from, to]),
  ]);
  const nodes = [...names].sort().map((name) => ({ name, service: serviceOf.get(name) ?? null }));
  return { nodes, edges: mergeLinks(links, cycles), cycles };
}

/** Of a graph the units of these services, and those that are next to them; with none named, all. */
export function aroundServices(graph: UnitGraph, services: readonly string[]): UnitGraph {
  if (services.length === 0) return graph;
  const own = new Set(
    graph.nodes
      .filter(({ service }) => service !== null && services.includes(service))
      .map(({ name }) => name),
  );
  const cycles = graph.cycles.filter((cycle) => cycle.some((name) => own.has(name)));
  const whole = new Set([...own, ...cycles.flat()]);
  const edges = graph.edges.filter(
    ({ from, to }) => own.has(from) || own.has(to) || (whole.has(from) && whole.has(to)),
  );
  const near = new Set([...whole, ...edges.flatMap(({ from, to }) => [from, to])]);
  return { nodes: graph.nodes.filter(({ name }) => near.has(name)), edges, cycles };
}

type Link = { readonly from: string; readonly to: string; readonly relation: Relation };

/** Directives of [Unit] that name other units. */
const DIRECTIVES: readonly (readonly [directive: string, relation: Relation])[] = [
  ["Requires", "requires"],
  ["Requisite", "requisite"],
  ["BindsTo", "binds to"],
  ["PartOf", "part of"],
  ["Upholds", "upholds"],
  ["Wants", "wants"],
  ["After", "after"],
  ["OnFailure", "on failure starts"],
  ["OnSuccess", "on success starts"],
  ["Conflicts", "conflicts with"],
];

/** Directives of [Install], by which the other unit gets a dependency on this one. */
const INSTALLED: readonly (readonly [directive: string, relation: Relation])[] = [
  ["WantedBy", "wants"],
  ["RequiredBy", "requires"],
  ["UpheldBy", "upholds"],
];

function linksOf(unit: LintUnit, host: LintHost): readonly Link[] {
  const { name } = unit;
  const named = (section: string, directive: string): readonly string[] =>
    wordsOf(unit, section, directive)
      .map(({ word }) => expanded(word, name, host.systemd))
      .filter((word) => word !== name);
  const forth = DIRECTIVES.flatMap(([directive, relation]) =>
    named("Unit", directive).map((to) => ({ from: name, to, relation })),
  );
  const back = INSTALLED.flatMap(([directive, relation]) =>
    named("Install", directive).map((from) => ({ from, to: name, relation })),
  );
  const before = named("Unit", "Before").map((from) => ({ from, to: name, relation: "after" as const }));
  const sockets = named("Service", "Sockets").map((from) => ({
    from,
    to: name,
    relation: "starts" as const,
  }));
  const started = triggeredUnit(
    name,
    (section, directive) => lastOf(unit, section, directive)?.value ?? null,
  );
  const starts = started === null ? [] : [{ from: name, to: started, relation: "starts" as const }];
  return [
    ...forth,
    ...back,
    ...before,
    ...sockets,
    ...starts,
    ...sliceLinks(unit, host),
    ...mountLinks(unit, host),
  ];
}

/**
 * Slice= of whatever runs in one, and of a slice the one that it is nested in by its name, where that is
 * ours.
 */
function sliceLinks(unit: LintUnit, host: LintHost): readonly Link[] {
  const slices = ["Service", "Socket", "Mount", "Scope"].flatMap(
    (section) => lastOf(unit, section, "Slice")?.value ?? [],
  );
  const outer = unit.type === "slice" ? unit.name.replace(/-[^-]+\.slice$/, ".slice") : unit.name;
  const nested = outer !== unit.name && host.units.some(({ name }) => name === outer) ? [outer] : [];
  return [...slices, ...nested].map((to) => ({ from: unit.name, to, relation: "in slice" }));
}

/**
 * RequiresMountsFor= requires the mounts on the way to a path, and waits for them; those that are ours are
 * known.
 */
function mountLinks(unit: LintUnit, host: LintHost): readonly Link[] {
  const mounts = host.units.flatMap((each) => {
    const where = lastOf(each, "Mount", "Where")?.value;
    return where === undefined ? [] : [{ to: each.name, where: where.replace(/\/+$/, "") }];
  });
  const link = (directive: string, relation: Relation): readonly Link[] =>
    wordsOf(unit, "Unit", directive).flatMap(({ word }) =>
      mounts
        .filter(({ where }) => word === where || word.startsWith(`${where}/`))
        .flatMap(({ to }): readonly Link[] => [
          { from: unit.name, to, relation },
          { from: unit.name, to, relation: "after" },
        ]),
    );
  return [...link("RequiresMountsFor", "requires"), ...link("WantsMountsFor", "wants")];
}

function expanded(word: string, unit: string, systemd: number): string {
  const result = expandSpecifiers(word, { unit, systemd });
  return result.ok ? result.text : word;
}

function mergeLinks(links: readonly Link[], cycles: UnitGraph["cycles"]): readonly GraphEdge[] {
  const steps = new Set(
    cycles.flatMap((cycle) =>
      cycle.map((name, index) => `${name}\0${cycle[(index + 1) % cycle.length] ?? name}`),
    ),
  );
  const byPair = [...Map.groupBy(links, ({ from, to }) => `${from}\0${to}`)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return byPair.flatMap(([key, same]) => {
    const [first] = same;
    if (first === undefined) return [];
    const relations = RELATIONS.filter((relation) => same.some((each) => each.relation === relation));
    return [{ from: first.from, to: first.to, relations, cycle: steps.has(key) ? "in a cycle" : "in none" }];
  });
}
