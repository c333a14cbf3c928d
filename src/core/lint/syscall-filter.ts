/**
 * SystemCallFilter= as a set of system calls (systemd.exec(5)); the groups are those of systemd 257, of what
 * x86-64 has.
 */
import { type LintUnit, wordsByLine } from "./lint-unit.ts";
import sets from "./syscall-sets.json" with { type: "json" };

/** allow: only these; deny: all but these; none: everything. */
export type SyscallFilter = { readonly kind: "allow" | "deny" | "none"; readonly calls: ReadonlySet<string> };

const SETS: ReadonlyMap<string, string> = new Map(Object.entries(sets));

/** The system calls of a group, e.g. @clock, with those of the groups in it. */
export function syscallsOf(group: string): readonly string[] {
  const words = SETS.get(group.slice(1))?.split(" ") ?? [];
  return words.flatMap((word) => (word.startsWith("@") ? syscallsOf(word) : [word]));
}

/**
 * The first line says which kind it is; a later line with the other sign takes away. An allow list always has
 * @default.
 */
export function syscallFilter(unit: LintUnit): SyscallFilter {
  let kind: SyscallFilter["kind"] = "none";
  const calls = new Set<string>();
  for (const { isInverted, words } of wordsByLine(unit, "SystemCallFilter")) {
    if (kind === "none") {
      kind = isInverted ? "deny" : "allow";
      if (kind === "allow") for (const call of syscallsOf("@default")) calls.add(call);
    }
    // Without `~` NAME:ERRNO says how a call fails, so it is none that is allowed.
    const meant = isInverted
      ? words.map((word) => word.replace(/:.*/, ""))
      : words.filter((word) => !word.includes(":"));
    const named = meant.flatMap((word) => (word.startsWith("@") ? syscallsOf(word) : [word]));
    for (const call of named) {
      if (isInverted === (kind === "deny")) calls.add(call);
      else calls.delete(call);
    }
  }
  return { kind, calls };
}
