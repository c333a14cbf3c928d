/** The graph in each format: what it says, and that hostile names stay names. */
import { instance } from "@viz-js/viz";
import { describe, expect, test } from "vitest";
import { draw } from "../../src/cli/graph.ts";
import { graphDot } from "../../src/report/graph/graph-dot.ts";
import { graphMermaid } from "../../src/report/graph/graph-mermaid.ts";
import { graphSvg } from "../../src/report/graph/graph-svg.ts";
import { type GraphView, graphJson, graphText } from "../../src/report/graph/graph-text.ts";
import { plainText } from "../../src/report/lines/text.ts";
import { seeingProject } from "../support/seeing-project.ts";

async function drawn(
  root: string,
  more: { readonly services?: readonly string[]; readonly limit?: string } = {},
): Promise<GraphView> {
  const selection = {
    project: root,
    environment: "prod",
    limit: more.limit ?? null,
    services: more.services ?? [],
    set: [],
    valuesFiles: [],
  };
  return await draw(selection, { workingDirectory: root, environment: {} });
}

test("units by service, what each has to do with others; hosts that read the same are one graph", async () => {
  const view = await drawn(await seeingProject());
  expect(plainText(graphText(view, 80))).toMatchInlineSnapshot(`
    "web1, web2
      app
        app-job.service
          in slice         apps-base.slice
          requires, after  var-cache-app.mount
          started by       app-job.timer
        app-job.timer
          starts     app-job.service
          wanted by  timers.target *
        app.service
          in slice         apps-base.slice
          after            db.service
          after            network-online.target *
          requires, after  var-cache-app.mount
          started by       app.socket
          wanted by        multi-user.target *
        app.socket
          starts     app.service
          wanted by  sockets.target *
        apps-base.slice
        var-cache-app.mount
          wanted by  local-fs.target *
      db
        db.service
          wanted by  a.target *
          wanted by  b.target *

    db1
      db
        db.service
          wanted by  a.target *
          before     app.service *
          wanted by  b.target *

    * not of this project: only its name is known
    "
  `);
});

test("a cycle is marked in every format", async () => {
  const root = await seeingProject({
    "services/db.yaml": "name: db\nunit: { After: app.service }\nservice: { ExecStart: /usr/bin/db }\n",
  });
  const view = await drawn(root, { limit: "web1" });
  expect(view.graphs[0]?.graph.cycles).toEqual([["app.service", "db.service"]]);
  expect(plainText(graphText(view, 80))).toContain("    app.service → db.service → app.service\n");
  expect(graphDot(view).match(/, color=red/g)).toHaveLength(2);
  expect(graphMermaid(view)).toMatch(/linkStyle \d+,\d+ stroke:#d00/);
  expect(JSON.stringify(graphJson(view))).toContain('"cycles":[["app.service","db.service"]]');
  expect((await graphSvg(view)).match(/stroke="red"/g)?.length).toBeGreaterThanOrEqual(2);
});

test("--service: its units and those next to them", async () => {
  const view = await drawn(await seeingProject(), { services: ["db"], limit: "web1" });
  expect(view.graphs[0]?.graph.nodes).toEqual([
    { name: "a.target", service: null },
    { name: "app.service", service: "app" },
    { name: "b.target", service: null },
    { name: "db.service", service: "db" },
  ]);
});

const HOSTILE = [
  `a"];evil`,
  "-->|x|",
  "<script>alert(1)</script>",
  "&amp;",
  "\\N\\\\",
  "%%{init}%%",
  "end",
  "#quot;",
  "n0_0[x]",
  "é→𝄞",
  "]]>",
  "'--",
];

describe("hostile names", async () => {
  const text = `name: app\nunit: { After: ${JSON.stringify(HOSTILE.join(" "))} }\nservice: { ExecStart: /bin/true }\n`;
  const make = async (): Promise<GraphView> =>
    await drawn(await seeingProject({ "services/app.yaml": text }), { limit: "web1", services: ["app"] });
  const names = (view: GraphView): readonly string[] =>
    view.graphs.flatMap(({ graph }) => graph.nodes.map(({ name }) => name)).toSorted();

  test("every line of Mermaid is one of the few kinds, and its labels read back as the names", async () => {
    const view = await make();
    const label = /"(?:[A-Za-z0-9 .,:_@/-]|#\d+;)*"/.source;
    const kinds = [
      `  (?:  |    )?n\\d+_\\d+\\[${label}\\](?::::foreign)?`,
      `    n\\d+_\\d+ -\\.?->\\|${label}\\| n\\d+_\\d+`,
      ` +subgraph [hs]\\d+(?:_\\d+)?\\[${label}\\]`,
    ];
    const lines = graphMermaid(view).trimEnd().split("\n");
    const known = new RegExp(`^(?:flowchart LR|${kinds.join("|")}| +end|  classDef foreign .*)$`);
    expect(lines.filter((line) => !known.test(line))).toEqual([]);
    const read = lines
      .flatMap((line) => /^ +n\d+_\d+\["(.*)"\]/.exec(line)?.[1] ?? [])
      .map((each) => each.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))));
    expect(read.toSorted()).toEqual(names(view));
  });

  test("Graphviz reads the names from DOT, and writes them as text into SVG", async () => {
    const view = await make();
    const viz = await instance();
    const read = viz.renderJSON(graphDot(view));
    const labels = objectsOf(read).flatMap((each) =>
      "nodes" in each || typeof each.label !== "string"
        ? []
        : [each.label.replaceAll("\\\\", "\\").replaceAll('\\"', '"')],
    );
    expect(labels.toSorted()).toEqual(names(view));
    const svg = await graphSvg(view);
    expect(badlyNested(svg)).toBeNull();
    expect(svg).not.toContain("<script");
    expect(svg).toContain("&lt;script&gt;");
  });
});

/** The nodes and clusters of Graphviz's JSON. */
function objectsOf(read: object): readonly { readonly label?: unknown; readonly nodes?: unknown }[] {
  return "objects" in read && Array.isArray(read.objects) ? read.objects : [];
}

/** Where the tags of a text do not match; null when all do. Text between them holds no bare < or &. */
function badlyNested(xml: string): string | null {
  const open: string[] = [];
  const body = xml.replace(/<\?[\s\S]*?\?>|<!DOCTYPE[\s\S]*?>|<!--[\s\S]*?-->/g, "");
  for (const [token] of body.matchAll(/<[^<>]*>|[^<]+|</g)) {
    if (!token.startsWith("<")) {
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/i.test(token)) return token;
    } else if (token.startsWith("</")) {
      if (open.pop() !== token.slice(2, -1)) return token;
    } else if (!token.endsWith("/>")) {
      const name = /^<([\w:]+)(?:\s[\s\S]*)?>$/.exec(token)?.[1];
      if (name === undefined) return token;
      open.push(name);
    }
  }
  return open.length === 0 ? null : open.join();
}
