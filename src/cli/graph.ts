/**
 * `svcdeploy graph`: the units of an environment and what orders or requires what. Reads the project alone.
 */
import { resolve } from "node:path";
import { EXIT } from "../core/exit-code.ts";
import { aroundServices, unitGraph } from "../core/graph/unit-graph.ts";
import { hostOfTargets } from "../core/lint/from-targets.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { byHost, targetsOf } from "../core/target/play-targets.ts";
import { select } from "../core/target/select.ts";
import { loadProject } from "../project/load.ts";
import { buildTargets, STAND_INS } from "../project/targets.ts";
import { graphDot } from "../report/graph/graph-dot.ts";
import { graphMermaid } from "../report/graph/graph-mermaid.ts";
import { type GraphView, graphJson, graphText, type HostsGraph } from "../report/graph/graph-text.ts";
import { formatJson } from "../report/lines/json.ts";
import { optionalText, type RawArguments, type Selection, selectionOf } from "./options.ts";
import { showLines } from "./show-long.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints the graph in the format that was asked for. Throws UsageError and ConfigError. */
export async function graph(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const view = await draw(selectionOf(raw), surroundings);
  const { stdout } = surroundings;
  switch (optionalText(raw, "format")) {
    case "mermaid":
      stdout.write(graphMermaid(view));
      break;
    case "dot":
      stdout.write(graphDot(view));
      break;
    case "svg":
      stdout.write(await (await import("../report/graph/graph-svg.ts")).graphSvg(view));
      break;
    case "json":
      stdout.write(formatJson(graphJson(view)));
      break;
    default:
      await showLines(graphText(view, stdout.columns), surroundings);
  }
  return EXIT.done;
}

/**
 * The graphs of what was selected. Every service of the hosts is rendered, also with --service: its
 * neighbours are known then.
 */
export async function draw(
  selection: Selection,
  { workingDirectory }: Pick<Surroundings, "workingDirectory">,
): Promise<GraphView> {
  const root = resolve(workingDirectory, selection.project);
  const valuesFiles = selection.valuesFiles.map((file) => resolve(workingDirectory, file));
  const project = await loadProject(root, selection.environment, { set: selection.set, valuesFiles });
  // Says what --service names and what is not there; what follows renders all.
  select(project, selection);
  const { plays } = await buildTargets(project, { limit: selection.limit, services: [] }, STAND_INS);
  const graphs = byHost(targetsOf(plays)).flatMap(({ host, targets }) =>
    graphOf(host.name, targets, selection.services),
  );
  const same = Map.groupBy(graphs, ({ graph }) => JSON.stringify(graph));
  const folded = [...same.values()].flatMap((group): readonly HostsGraph[] =>
    group[0] === undefined ? [] : [{ hosts: group.flatMap(({ hosts }) => hosts), graph: group[0].graph }],
  );
  return { environment: project.environment, graphs: folded };
}

function graphOf(
  name: string,
  targets: readonly HostTarget[],
  services: readonly string[],
): readonly HostsGraph[] {
  const host = hostOfTargets(targets);
  if (host === null) return [];
  const owners = targets
    .flatMap(({ resources }) => resources)
    .flatMap((resource) => {
      if (resource.kind === "unit") return [[resource.unit, resource.service] as const];
      return resource.kind === "file" && resource.role === "unit"
        ? [[resource.path.slice(resource.path.lastIndexOf("/") + 1), resource.service] as const]
        : [];
    });
  const graph = aroundServices(unitGraph(host, new Map(owners)), services);
  return graph.nodes.length === 0 ? [] : [{ hosts: [name], graph }];
}
