/** What `svcdeploy init` gets about the first host: [USER@]HOST[:PORT]. */
import { refuseAddress, refuseInventoryName, refuseLogin } from "../config/allow-lists.ts";

/**
 * The first host of a project. name: what the inventory calls it; user null: the inventory's default, root;
 * port null: 22.
 */
export type Login = {
  readonly name: string;
  readonly address: string;
  readonly user: string | null;
  readonly port: number | null;
};

/** The login, or why the text is not one. An IPv6 address with a port is in brackets, as everywhere. */
export function parseLogin(text: string): Login | { readonly problem: string } {
  const at = text.lastIndexOf("@");
  const user = at < 0 ? null : text.slice(0, at);
  const reason = user === null ? null : refuseLogin(user);
  if (reason !== null) return { problem: `the user before @: ${reason}` };
  const { address, port } = splitPort(text.slice(at + 1));
  const refused = address === "" ? "a host is missing" : (refuseAddress(address) ?? refuseColons(address));
  if (refused !== null) return { problem: refused };
  if (port !== null && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    return { problem: `a port is a number from 1 to 65535, not ${JSON.stringify(port)}` };
  return {
    name: nameOf(address),
    address,
    user,
    port: port === null || Number(port) === 22 ? null : Number(port),
  };
}

function refuseColons(address: string): string | null {
  if (!/[:[\]]/.test(address) || /^[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?$/.test(address)) return null;
  return "an address with more than one colon is IPv6, and that is written as [ADDRESS]:PORT";
}

function splitPort(text: string): { readonly address: string; readonly port: string | null } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) return { address: bracketed[1] ?? "", port: bracketed[2] ?? null };
  const colons = text.split(":").length - 1;
  if (colons !== 1) return { address: text, port: null };
  const [address = "", port = ""] = text.split(":");
  return { address, port };
}

/** A host's first label; an address in numbers has none. */
function nameOf(address: string): string {
  const [label = ""] = address.split(".");
  if (
    !/[A-Za-z]/.test(label) ||
    address.includes(":") ||
    label === "all" ||
    refuseInventoryName(label) !== null
  )
    return "host1";
  return label;
}
