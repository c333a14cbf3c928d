/** The worlds of the crash suite by name, each with a digest over what it is made of. */
import { systemdWorlds } from "./systemd/run.ts";
import { shortDigest } from "./tally.ts";
import type { CrashWorld } from "./world.ts";
import { WORLDS } from "./worlds.ts";

/** definition: numbers of points of another one mean nothing for this world. */
export type Defined = { readonly name: string; readonly definition: string };

/** What a world without systemd is made of. */
export function definitionOf(world: CrashWorld): string {
  return shortDigest(JSON.stringify(world));
}

/** Worlds without systemd. */
export const plainWorlds: readonly Defined[] = WORLDS.map((world) => ({
  name: world.name,
  definition: definitionOf(world),
}));

/** All of them. */
export const allWorlds: readonly Defined[] = [...plainWorlds, ...systemdWorlds];

/** Those that a word of the command line means: a name, or a version of systemd. */
export function worldsNamed(word: string): readonly Defined[] {
  return allWorlds.filter(({ name }) => name === word || (name.startsWith(`${word}-`) && /^\d+$/.test(word)));
}

/** Whether a world is run on a host of its own. */
export function hasSystemd({ name }: Pick<Defined, "name">): boolean {
  return systemdWorlds.some((each) => each.name === name);
}
