/** `svcdeploy inventory list|graph|show HOST|hosts PATTERN`: what an inventory says. Contacts no host. */
import { relative, resolve } from "node:path";
import { fleetGraph, fleetList } from "../core/config/ansible/list.ts";
import { fleetOfHosts } from "../core/config/ansible/of-hosts.ts";
import { rosterOf } from "../core/config/ansible/roster.ts";
import { showHost } from "../core/config/ansible/show.ts";
import type { ReadFleet } from "../core/config/ansible/variables.ts";
import { makeMatcher, splitHostPattern } from "../core/config/pattern/host-pattern.ts";
import { ConfigError, didYouMean, nameList, UsageError } from "../core/errors.ts";
import { EXIT } from "../core/exit-code.ts";
import { programPolicy, readEnvironmentsAnsible } from "../project/ansible/ansible-of.ts";
import { readAnsibleInventory } from "../project/ansible/read-inventory.ts";
import { type InventoryView, inventoryJson, inventoryText } from "../report/inventory-text.ts";
import { line, styled } from "../report/lines/text.ts";
import type { Arguments } from "./options/arguments.ts";
import type { INVENTORY } from "./options/by-command.ts";
import { selectionOf } from "./options/selection.ts";
import { asLines, asText, print } from "./print.ts";
import { suggest } from "./suggest.ts";
import type { Surroundings } from "./surroundings.ts";
import { loadSelected } from "./workspace.ts";

type Given = Arguments<typeof INVENTORY>;

/** Prints it. Throws UsageError and ConfigError. */
export async function inventory(given: Given, surroundings: Surroundings): Promise<number> {
  const [what = "list", name = null] = given.operands;
  if (!WHAT.includes(what))
    throw new UsageError(`inventory ${what}: there is no such view`, suggest(what, WHAT, ""));
  const read = await readAsked(given, surroundings);
  const view = look(what, name, read);
  await print(view, WRITERS, given.options.format, surroundings);
  surroundings.stderr.print(notesOf(read).map((note) => line(styled("warn", note))));
  return EXIT.done;
}

/** What is not shown, and what Ansible passes over as well. */
function notesOf({ fleet, sealed }: ReadFleet): readonly string[] {
  return [
    ...sealed.map((file) => `note: ${file} is encrypted; its variables are not shown`),
    ...fleet.ignored.map(({ place, message }) => `note: ${place.file}:${place.line}: ${message}`),
  ];
}

const WHAT = ["list", "graph", "show", "hosts"];
const WRITERS = { text: asLines(inventoryText), json: asText(inventoryJson) };

/** What -i names, else what the environment has. */
async function readAsked({ options }: Given, surroundings: Surroundings): Promise<ReadFleet> {
  const { workingDirectory, environment } = surroundings;
  const programs = programPolicy(environment);
  if (options.inventory.length > 0)
    return await readAnsibleInventory({
      sources: options.inventory.map((name) => (name.includes(",") ? name : resolve(workingDirectory, name))),
      playbookFolders:
        options["playbook-dir"] === null ? [] : [resolve(workingDirectory, options["playbook-dir"])],
      programs,
      nameOf: (path) => relative(workingDirectory, path) || ".",
    });
  const selection = selectionOf({ ...options, project: options.project, env: options.env });
  const root = resolve(workingDirectory, selection.project);
  const { ansible, problems } = await readEnvironmentsAnsible(root, selection.environment, programs);
  if (problems.length > 0) throw new ConfigError(problems);
  if (ansible !== null) return ansible;
  const { hosts, groups = new Map() } = await loadSelected(selection, surroundings);
  return fleetOfHosts(hosts, groups, (host) => host.place);
}

function look(what: string, name: string | null, read: ReadFleet): InventoryView {
  if (what === "list") return { kind: "list", json: fleetList(read.fleet, read.variablesOf) };
  if (what === "graph")
    return { kind: "graph", lines: fleetGraph(read.fleet, groupNamed(name ?? "all", read)) };
  if (what === "hosts") return { kind: "hosts", names: hostsOf(name ?? "all", read) };
  if (name === null) throw new UsageError("inventory show needs a HOST", "svcdeploy inventory show web1");
  const host = showHost(read, name);
  if (host !== null) return { kind: "host", host };
  const known = [...read.fleet.hosts.keys()];
  throw new UsageError(`There is no host "${name}"`, didYouMean(name, known) ?? `hosts: ${nameList(known)}`);
}

function groupNamed(name: string, { fleet }: ReadFleet): string {
  if (fleet.groups.has(name)) return name;
  throw new UsageError(`There is no group "${name}"`, didYouMean(name, fleet.groups.keys()) ?? undefined);
}

/** In the pattern's order, as `ansible --list-hosts` has it. */
function hostsOf(pattern: string, { fleet }: ReadFleet): readonly string[] {
  const roster = rosterOf(fleet);
  const { hosts, mistakes } = makeMatcher(roster)(splitHostPattern(pattern));
  const [first] = mistakes.filter(({ kind }) => kind !== "unmatched");
  if (first === undefined) return hosts;
  const hint = didYouMean(first.detail, [...roster.hosts, ...roster.groups.keys()]);
  throw new UsageError(`${pattern}: ${WORDS[first.kind]}: ${first.term}`, hint ?? undefined);
}

const WORDS = {
  unknown: "there is no host or group of that name",
  unmatched: "it selects no host",
  nothing: "a sign without a name behind it",
  subscript: "it counts past the last host",
  regex: "it is no regular expression",
  service: "services are known only in a project",
} as const;
