/**
 * The graph as Graphviz reads it (graphviz.org/doc/info/lang.html). Names stand in labels alone, quoted; what
 * is a node is called by its number.
 */

import type { GraphEdge, GraphNode, UnitGraph } from "../../core/graph/unit-graph.ts";
import { stripControls } from "../../core/sanitize.ts";
import { unitType } from "../../core/unit-file/unit-name.ts";
import {
  type GraphView,
  type HostsGraph,
  hostsTitle,
  isOrderOnly,
  relationLabel,
  servicesOf,
} from "./graph-text.ts";

/** The text of a .dot file: one cluster for hosts that read the same, within it one for each service. */
export function graphDot({ environment, graphs }: GraphView): string {
  const head = [
    `digraph ${quote(`units of ${environment}`)} {`,
    '  rankdir=LR; compound=true; fontname="Helvetica,Arial,sans-serif"; nodesep=0.25;',
    '  node [shape=box, style=rounded, fontsize=11, height=0.3, margin="0.15,0.05"];',
    '  node [fontname="Helvetica,Arial,sans-serif"];',
    '  edge [fontname="Helvetica,Arial,sans-serif", fontsize=9, color=gray40];',
  ];
  return `${[...head, ...graphs.flatMap(hostsCluster), "}"].join("\n")}\n`;
}

function hostsCluster(each: HostsGraph, index: number): readonly string[] {
  const { graph } = each;
  const ids = new Map(graph.nodes.map(({ name }, at) => [name, `n${index}_${at}`]));
  const own = servicesOf(graph).flatMap((service, at) =>
    serviceCluster(service, `${index}_${at}`, graph, ids),
  );
  const strangers = graph.nodes
    .filter(({ service }) => service === null)
    .map((node) => `    ${nodeLine(node, ids)}`);
  return [
    `  subgraph cluster_${index} {`,
    `    label=${quote(hostsTitle(each))}; labeljust=l; style=solid; color=gray70;`,
    ...own,
    ...strangers,
    ...graph.edges.map((edge) => `    ${edgeLine(edge, ids)}`),
    "  }",
  ];
}

function serviceCluster(
  service: string,
  id: string,
  graph: UnitGraph,
  ids: ReadonlyMap<string, string>,
): readonly string[] {
  const nodes = graph.nodes
    .filter((node) => node.service === service)
    .map((node) => `      ${nodeLine(node, ids)}`);
  return [
    `    subgraph cluster_${id} {`,
    `      label=${quote(service)}; style="rounded,filled"; color=gray85; fillcolor=gray97;`,
    ...nodes,
    "    }",
  ];
}

function nodeLine({ name, service }: GraphNode, ids: ReadonlyMap<string, string>): string {
  const look =
    service === null
      ? `style="rounded,dashed", fontcolor=gray40, color=gray60`
      : (SHAPES[unitType(name)] ?? "");
  return `${ids.get(name)} [label=${quote(name)}${look === "" ? "" : `, ${look}`}];`;
}

/** What is no service looks different. */
const SHAPES: Readonly<Record<string, string>> = {
  slice: "shape=tab, style=solid",
  mount: "shape=cylinder, style=solid",
  socket: "shape=cds, style=solid",
  timer: "shape=octagon, style=solid",
  path: "shape=note, style=solid",
};

function edgeLine({ from, to, relations, cycle }: GraphEdge, ids: ReadonlyMap<string, string>): string {
  const style = isOrderOnly(relations)
    ? ", style=dashed"
    : relations.includes("in slice")
      ? ", style=dotted"
      : "";
  const danger = cycle === "in a cycle" ? ", color=red, fontcolor=red, penwidth=2" : "";
  return `${ids.get(from)} -> ${ids.get(to)} [label=${quote(relationLabel(relations))}${style}${danger}];`;
}

/**
 * A quoted string: backslashes doubled, for \n and \N mean something in a label; no line ends and no control
 * characters.
 */
function quote(text: string): string {
  const plain = stripControls(text).replace(/\s+/g, " ");
  return `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
