/**
 * The graph as Mermaid reads it, e.g. in a README on GitHub or GitLab. Names stand in quoted labels alone,
 * all but plain characters as entities.
 */
import type { GraphNode, UnitGraph } from "../../core/graph/unit-graph.ts";
import { stripControls } from "../../core/sanitize.ts";
import {
  type GraphView,
  type HostsGraph,
  hostsTitle,
  isOrderOnly,
  relationLabel,
  servicesOf,
} from "./graph-text.ts";

/**
 * The text of a Mermaid flowchart: one subgraph for hosts that read the same, within it one for each service.
 */
export function graphMermaid({ graphs }: GraphView): string {
  const edges = graphs.flatMap(({ graph }) => graph.edges);
  const inCycle = edges.flatMap(({ cycle }, index) => (cycle === "in a cycle" ? [index] : []));
  return `${[
    "flowchart LR",
    ...graphs.flatMap(hostsSubgraph),
    "  classDef foreign stroke-dasharray:4 4,color:#666,fill:#fff",
    ...(inCycle.length === 0 ? [] : [`  linkStyle ${inCycle.join(",")} stroke:#d00,stroke-width:3px`]),
  ].join("\n")}\n`;
}

function hostsSubgraph(each: HostsGraph, index: number): readonly string[] {
  const { graph } = each;
  const ids = new Map(graph.nodes.map(({ name }, at) => [name, `n${index}_${at}`]));
  const services = servicesOf(graph).flatMap((service, at) =>
    serviceSubgraph(service, `s${index}_${at}`, graph, ids),
  );
  const strangers = graph.nodes
    .filter(({ service }) => service === null)
    .map((node) => `    ${nodeText(node, ids)}:::foreign`);
  const edges = graph.edges.map(({ from, to, relations }) => {
    const arrow = isOrderOnly(relations) ? "-.->" : "-->";
    return `    ${ids.get(from)} ${arrow}|${label(relationLabel(relations))}| ${ids.get(to)}`;
  });
  return [`  subgraph h${index}[${label(hostsTitle(each))}]`, ...services, ...strangers, ...edges, "  end"];
}

function serviceSubgraph(
  service: string,
  id: string,
  graph: UnitGraph,
  ids: ReadonlyMap<string, string>,
): readonly string[] {
  const nodes = graph.nodes
    .filter((node) => node.service === service)
    .map((node) => `      ${nodeText(node, ids)}`);
  return [`    subgraph ${id}[${label(service)}]`, ...nodes, "    end"];
}

function nodeText({ name }: GraphNode, ids: ReadonlyMap<string, string>): string {
  return `${ids.get(name)}[${label(name)}]`;
}

/** In quotes; Mermaid reads #92; as the character with that number. */
function label(text: string): string {
  const plain = stripControls(text).replace(/\s+/g, " ");
  return `"${plain.replace(/[^A-Za-z0-9 .,:_@/-]/gu, (character) => `#${character.codePointAt(0)};`)}"`;
}
