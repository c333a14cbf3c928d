/** The graph as a drawing: Graphviz, compiled to WebAssembly, lays it out. Loaded only for this. */
import { instance } from "@viz-js/viz";
import { graphDot } from "./graph-dot.ts";
import type { GraphView } from "./graph-text.ts";

/** The text of an SVG file. Graphviz escapes its content for XML. */
export async function graphSvg(view: GraphView): Promise<string> {
  const viz = await instance();
  return viz.renderString(graphDot(view), { format: "svg" });
}
