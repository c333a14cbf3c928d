/** The names of a fleet, as host patterns select from them. */
import type { Roster } from "../pattern/host-pattern.ts";
import { type Fleet, membersOf } from "./fleet.ts";

/** The roster; each group has its hosts in its own order. */
export function rosterOf(fleet: Fleet): Roster {
  const groups = new Map([...fleet.groups.keys()].map((name) => [name, membersOf(fleet, name)]));
  return { hosts: [...fleet.hosts.keys()], groups, implicitLocalhost: true };
}
