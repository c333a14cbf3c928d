/**
 * Capabilities (capabilities(7)) and what CapabilityBoundingSet= and AmbientCapabilities= make of them
 * (systemd.exec(5)). The names are the same on 247, 252 and 257.
 */
import { parseInteger } from "./integer.ts";

/** All names, in the order of their numbers, as `systemd-analyze capability` prints them. */
export const CAPABILITIES: readonly string[] = [
  "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable " +
    "net_bind_service net_broadcast net_admin net_raw",
  "ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice " +
    "sys_resource sys_time sys_tty_config mknod",
  "lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend " +
    "audit_read perfmon bpf checkpoint_restore",
].flatMap((line) => line.split(" ").map((name) => `cap_${name}`));

/** A set of names, and words that systemd ignores with a warning. */
export type CapabilitySet = { readonly names: ReadonlySet<string>; readonly unknown: readonly string[] };

/** The name of a capability by its name in any case or by its number; null when there is none. */
export function capabilityName(text: string): string | null {
  const name = text.toLowerCase();
  if (CAPABILITIES.includes(name)) return name;
  return CAPABILITIES[parseInteger(text) ?? -1] ?? null;
}

/**
 * What the assignments of CapabilityBoundingSet= (which starts with all) or AmbientCapabilities= (with none)
 * come to, in their order: "~" takes away, the empty value leaves none.
 */
export function capabilitySet(start: "all" | "none", values: readonly string[]): CapabilitySet {
  const initial: ReadonlySet<string> = new Set(start === "all" ? CAPABILITIES : []);
  const unknown: string[] = [];
  let names = initial;
  for (const value of values) {
    const [inverted, list] = value.startsWith("~") ? [true, value.slice(1)] : [false, value];
    const words = list.split(/[ \t\n\r]+/).filter((word) => word !== "");
    const known = new Set(words.flatMap((word) => capabilityName(word) ?? []));
    unknown.push(...words.filter((word) => capabilityName(word) === null));
    const before = names;
    // systemd cannot tell a set that was never assigned from one that came to the same.
    const starts = known.size === 0 || isSame(before, initial);
    if (value === "") names = new Set();
    else if (inverted)
      names = new Set((starts ? CAPABILITIES : [...before]).filter((name) => !known.has(name)));
    else names = starts ? known : new Set([...before, ...known]);
  }
  return { names, unknown };
}

function isSame(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((name) => right.has(name));
}
