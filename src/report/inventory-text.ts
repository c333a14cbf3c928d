/** `svcdeploy inventory`: hosts, groups and variables of an inventory. */
import type { ShownHost } from "../core/config/ansible/show.ts";
import { sayPlace } from "./explain-text.ts";
import { type BesideRow, besideLines } from "./lines/beside.ts";
import { type Line, line, styled } from "./lines/text.ts";

/** What was asked for: a text as it is, lines, or one host. */
export type InventoryView =
  | { readonly kind: "list"; readonly json: string }
  | { readonly kind: "graph"; readonly lines: readonly string[] }
  | { readonly kind: "hosts"; readonly names: readonly string[] }
  | { readonly kind: "host"; readonly host: ShownHost };

/** For people. The list is JSON in any case: it is what programs read of Ansible. */
export function inventoryText(view: InventoryView, columns: number): readonly Line[] {
  switch (view.kind) {
    case "list":
      return view.json
        .trimEnd()
        .split("\n")
        .map((each) => line(each));
    case "graph":
      return view.lines.map((each) => line(each));
    case "hosts":
      return view.names.map((name) => line(name));
    case "host":
      return hostLines(view.host, columns);
  }
}

function hostLines({ name, place, groups, variables }: ShownHost, columns: number): readonly Line[] {
  const rows = variables.map(
    ({ name: variable, json, place: at, unusable }): BesideRow => ({
      left: `${variable} = ${json}`,
      right: [unusable === null ? sayPlace(at) : `${sayPlace(at)}; it ${unusable}`],
    }),
  );
  return [
    line(styled("strong", name), styled("dim", ` (${sayPlace(place)})`)),
    line(`groups: ${groups.length === 0 ? "none" : groups.join(", ")}`),
    ...besideLines(rows, columns),
  ];
}

/** For programs: the list as Ansible prints it, all else with schema svcdeploy.inventory/1. */
export function inventoryJson(view: InventoryView): string {
  const schema = "svcdeploy.inventory/1";
  switch (view.kind) {
    case "list":
      return view.json;
    case "graph":
      return asText({ schema, graph: view.lines });
    case "hosts":
      return asText({ schema, hosts: view.names });
    case "host": {
      const { name, place, groups, variables } = view.host;
      const shown = variables.map(({ json, ...rest }) => ({ ...rest, value: readJson(json) }));
      return asText({ schema, host: name, place, groups, variables: shown });
    }
  }
}

function asText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** NaN and the infinities, which Python writes and JSON has not, stay text. */
function readJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
