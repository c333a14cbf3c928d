/** Command lines of OpenSSH's own tools, for people to type: with what svcdeploy itself would use. */
import type { Host } from "../core/model/declared.ts";
import { shellWord } from "../core/shell-word.ts";

/**
 * How a host is gone to. Paths are absolute. configured: the file:line of ssh(1)'s own configuration that has
 * this name, which svcdeploy does not read; null: none has.
 */
export type Route = {
  readonly identity: string | null;
  /** The known_hosts files that were named; empty: the usual ones. */
  readonly knownHosts: readonly string[];
  readonly configured: string | null;
};

/** What to type to try the same login with ssh(1). */
export function sshCommand(host: Host, { identity, knownHosts, configured }: Route): string {
  const words = [
    "ssh",
    // Without it the command would follow other settings than svcdeploy does.
    ...(configured === null ? [] : ["-F none"]),
    `-p ${host.port}`,
    ...(identity === null ? [] : [`-i ${shellWord(identity)}`]),
    ...(knownHosts.length === 0 ? [] : [`-o UserKnownHostsFile=${shellWord(knownHosts.join(" "))}`]),
    "-o BatchMode=yes",
    loginOf(host),
    "true",
  ];
  return words.join(" ");
}

/** Puts a public key on the host. identity: the key's file; null: the usual ones. */
export function copyKey(host: Host, identity: string | null): string {
  const which = identity === null ? "" : `-i ${shellWord(identity)} `;
  return `ssh-copy-id ${which}-p ${host.port} ${loginOf(host)}   # puts your public key there`;
}

/** Makes a key. file: where; null: at the usual place. */
export function makeKey(file: string | null): string {
  return `ssh-keygen -t ed25519${file === null ? "" : ` -f ${shellWord(file)}`}   # makes a key`;
}

/** Gives a key to the agent. */
export function addToAgent(file: string): string {
  return `ssh-add ${shellWord(file)}   # asks for its passphrase`;
}

/** Forgets the keys that a known_hosts file has for a name. */
export function forgetKey(name: string, file: string): string {
  return `ssh-keygen -R ${shellWord(name)} -f ${shellWord(file)}`;
}

function loginOf(host: Host): string {
  return `${host.user}@${host.address.replace(/^\[(.*)\]$/, "$1")}`;
}
