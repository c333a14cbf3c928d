/** What the project delivers to a host that takes commands of its own there, for a first look at the host. */
import { artifactForm } from "../config/artifact-form.ts";
import type { Host, Project, Tree, TreeMap } from "../model/declared.ts";
import { isTreeMap } from "../model/tree.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";

/** What takes more commands than a file does. */
export type Delivery = "trees" | "encrypted credentials";

/**
 * By the services as they are written: nothing need be rendered for a first look, and what a variable says is
 * asked about by the plan.
 */
export function deliveriesTo({ services, plays }: Project, { name, systemd }: Host): ReadonlySet<Delivery> {
  const brought = new Set(plays.filter(({ hosts }) => hosts.includes(name)).flatMap((play) => play.services));
  const trees = services.filter((service) => brought.has(service.name)).map(({ tree }) => tree);
  const encrypts = isKnownDirective("Service", "LoadCredentialEncrypted", systemd);
  return new Set([
    ...(trees.some(({ artifact }) => isTree(artifact)) ? ["trees" as const] : []),
    ...(encrypts && trees.some(hasCredential) ? ["encrypted credentials" as const] : []),
  ]);
}

function isTree(artifact: Tree | undefined): boolean {
  const source = isTreeMap(artifact) ? artifact.source : null;
  return typeof source === "string" && artifactForm(source) !== "file";
}

function hasCredential({ secrets }: TreeMap): boolean {
  return (
    isTreeMap(secrets) &&
    Object.values(secrets).some((secret) => isTreeMap(secret) && secret.deliver === "credential")
  );
}
