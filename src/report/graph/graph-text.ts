/**
 * `svcdeploy graph` for a terminal: service by service, unit by unit, what each has to do with which other
 * one.
 */
import { RELATIONS, type Relation, type UnitGraph } from "../../core/graph/unit-graph.ts";
import { hostRanges } from "../lines/host-ranges.ts";
import { type Line, line, type Span, styled, wrap } from "../lines/text.ts";

/** The graph of hosts that read the same. */
export type HostsGraph = { readonly hosts: readonly string[]; readonly graph: UnitGraph };
/** Everything that is drawn. */
export type GraphView = { readonly environment: string; readonly graphs: readonly HostsGraph[] };

/** All of it for so many columns. */
export function graphText({ graphs }: GraphView, columns: number): readonly Line[] {
  const blocks = graphs.map((each) => [
    ...wrap(hostsTitle(each), columns).map((title) => line(styled("strong", title))),
    ...graphLines(each.graph),
  ]);
  const isStrange = graphs.some(({ graph }) => graph.nodes.some(({ service }) => service === null));
  const legend = isStrange ? [[], line(styled("dim", "* not of this project: only its name is known"))] : [];
  return [...blocks.flatMap((block, index) => (index === 0 ? block : [[], ...block])), ...legend];
}

/** The same as plain data: schema svcdeploy.graph/1. */
export function graphJson({ environment, graphs }: GraphView): object {
  const edges = (graph: UnitGraph) =>
    graph.edges.map(({ from, to, relations, cycle }) => ({
      from,
      to,
      relations,
      inCycle: cycle === "in a cycle",
    }));
  return {
    schema: "svcdeploy.graph/1",
    environment,
    graphs: graphs.map(({ hosts, graph }) => ({
      hosts,
      units: graph.nodes,
      edges: edges(graph),
      cycles: graph.cycles,
    })),
  };
}

/** The hosts of a graph: web[1:3], db1. */
export function hostsTitle({ hosts }: HostsGraph): string {
  return hostRanges(hosts);
}

/** The services of a graph, by name. */
export function servicesOf({ nodes }: UnitGraph): readonly string[] {
  return [...new Set(nodes.flatMap(({ service }) => service ?? []))].sort();
}

function graphLines(graph: UnitGraph): readonly Line[] {
  const services = servicesOf(graph).flatMap((service) => [
    line("  ", styled("strong", service)),
    ...graph.nodes.filter((node) => node.service === service).flatMap(({ name }) => unitLines(name, graph)),
  ]);
  const cycles = graph.cycles.flatMap((cycle) => [
    line(styled("bad", "  Cycle: each waits for the next, so systemd drops the start of one of them")),
    line(styled("bad", `    ${[...cycle, cycle[0]].join(" → ")}`)),
  ]);
  return [...services, ...cycles];
}

type Say = { readonly words: string; readonly other: string; readonly cycle: "in a cycle" | "in none" };

function unitLines(name: string, graph: UnitGraph): readonly Line[] {
  const strangers = new Set(graph.nodes.filter(({ service }) => service === null).map((node) => node.name));
  const own = graph.edges
    .filter(({ from }) => from === name)
    .map(({ relations, to, cycle }) => ({ words: relations.join(", "), other: to, cycle }));
  const others = graph.edges
    .filter(({ from, to, relations }) => to === name && (strangers.has(from) || relations.includes("starts")))
    .map(({ relations, from, cycle }) => ({
      words: relations.map((each) => INVERSE[each]).join(", "),
      other: from,
      cycle,
    }));
  const said: readonly Say[] = [...own, ...others];
  const width = Math.max(0, ...said.map(({ words }) => words.length));
  return [
    line(`    ${name}`),
    ...said.map(({ words, other, cycle }) =>
      line(`      ${words.padEnd(width)}  `, ...otherSpans(other, strangers, cycle)),
    ),
  ];
}

function otherSpans(other: string, strangers: ReadonlySet<string>, cycle: Say["cycle"]): readonly Span[] {
  const mark = cycle === "in a cycle" ? [styled("bad", "  ← cycle")] : [];
  return strangers.has(other)
    ? [styled("dim", `${other} *`), ...mark]
    : [{ style: "plain", text: other }, ...mark];
}

/** The relation as the other unit would say it. */
const INVERSE: Readonly<Record<Relation, string>> = {
  "in slice": "holds",
  starts: "started by",
  requires: "required by",
  requisite: "required to run by",
  "binds to": "bound by",
  "part of": "has as a part",
  upholds: "upheld by",
  wants: "wanted by",
  after: "before",
  "on failure starts": "started by the failure of",
  "on success starts": "started by the success of",
  "conflicts with": "conflicts with",
};

/** True when nothing but the order is meant. */
export function isOrderOnly(relations: readonly Relation[]): boolean {
  return relations.every((relation) => relation === "after");
}

/** Relations in their order, as the label of an arrow. */
export function relationLabel(relations: readonly Relation[]): string {
  return RELATIONS.filter((relation) => relations.includes(relation)).join(", ");
}
