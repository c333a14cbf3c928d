/**
 * `svcdeploy graph`: the units of an environment and what orders or requires what. Reads the project alone.
 */
import { EXIT } from "../core/exit-code.ts";
import { aroundServices, unitGraph } from "../core/graph/unit-graph.ts";
import { hostOfTargets } from "../core/lint/from-targets.ts";
import type { LintHost } from "../core/lint/lint-host.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { byHost, targetsOf } from "../core/target/play-targets.ts";
import { select } from "../core/target/select.ts";
import { buildTargets, STAND_INS } from "../project/targets.ts";
import { graphDot } from "../report/graph/graph-dot.ts";
import { graphMermaid } from "../report/graph/graph-mermaid.ts";
import { type GraphView, graphJson, graphText, type HostsGraph } from "../report/graph/graph-text.ts";
import type { Arguments } from "./options/arguments.ts";
import type { GRAPH } from "./options/by-command.ts";
import { type ProjectSelection, selectionOf } from "./options/selection.ts";
import { asJson, asLines, asText, print } from "./print.ts";
import type { Surroundings } from "./surroundings.ts";
import { loadSelected } from "./workspace.ts";

/** Prints the graph in the format that was asked for. Throws UsageError and ConfigError. */
export async function graph(
  { options }: Arguments<typeof GRAPH>,
  surroundings: Surroundings,
): Promise<number> {
  await print(await draw(selectionOf(options), surroundings), WRITERS, options.format, surroundings);
  return EXIT.done;
}

const WRITERS = {
  text: asLines(graphText),
  mermaid: asText(graphMermaid),
  dot: asText(graphDot),
  svg: asText(async (view: GraphView) => (await import("../report/graph/graph-svg.ts")).graphSvg(view)),
  json: asJson(graphJson),
};

/**
 * The graphs of what was selected. Every service of the hosts is rendered, also with --service: its
 * neighbours are known then.
 */
export async function draw(
  selection: ProjectSelection,
  surroundings: Pick<Surroundings, "workingDirectory" | "environment">,
): Promise<GraphView> {
  const project = await loadSelected(selection, surroundings);
  // Says what --service names and what is not there; what follows renders all.
  select(project, selection);
  const { plays, services } = await buildTargets(
    project,
    { limit: selection.limit, services: [] },
    STAND_INS,
  );
  const graphs = byHost(targetsOf(plays)).flatMap(({ host, targets }) =>
    graphOf(hostOfTargets(targets, services.get(host.name) ?? []), targets, selection.services),
  );
  const same = Map.groupBy(graphs, ({ graph }) => JSON.stringify(graph));
  const folded = [...same.values()].flatMap((group): readonly HostsGraph[] =>
    group[0] === undefined ? [] : [{ hosts: group.flatMap(({ hosts }) => hosts), graph: group[0].graph }],
  );
  return { environment: project.environment, graphs: folded };
}

function graphOf(
  host: LintHost | null,
  targets: readonly HostTarget[],
  services: readonly string[],
): readonly HostsGraph[] {
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
  return graph.nodes.length === 0 ? [] : [{ hosts: [host.name], graph }];
}
