/** One host of an Ansible inventory with every variable and its place. */
import type { Place } from "../../model/declared.ts";
import { groupsAbove } from "./fleet.ts";
import { type Value, valueJson, whyUnusable } from "./value.ts";
import type { ReadFleet } from "./variables.ts";

/** A variable. json: its value; unusable: why no template can use it. */
export type ShownVariable = {
  readonly name: string;
  readonly json: string;
  readonly place: Place;
  readonly unusable: string | null;
};

/** A host; groups from `all` inwards, without it. */
export type ShownHost = {
  readonly name: string;
  readonly place: Place;
  readonly groups: readonly string[];
  readonly variables: readonly ShownVariable[];
};

/** The host; null: there is none of that name. */
export function showHost({ fleet, variablesOf }: ReadFleet, name: string): ShownHost | null {
  const host = fleet.hosts.get(name);
  if (host === undefined) return null;
  const variables = [...variablesOf(name)]
    .map(([key, { value, place }]) => ({
      name: key,
      json: compact(value),
      place,
      unusable: whyUnusable(value),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const groups = groupsAbove(fleet, host).filter((group) => group !== "all");
  return { name, place: host.place, groups, variables };
}

function compact(value: Value): string {
  return valueJson(value)
    .split("\n")
    .map((line) => line.trimStart())
    .reduce((all, line) => (/[[{]$/.test(all) || /^[\]}]/.test(line) ? all + line : `${all} ${line}`));
}
