/** Which words the lists of names know: capabilities, address families, signals. */

import { CAPABILITIES } from "../unit-file/capability.ts";
import { isSignal } from "../unit-file/value-type.ts";
import type { LintEntry } from "./lint-unit.ts";

/**
 * What a word of this assignment must be: a capability, an address family or a signal that exists; null where
 * it is no such list.
 */
export function knownNames(entry: LintEntry): ((word: string) => boolean) | null {
  switch (entry.name) {
    case "CapabilityBoundingSet":
    case "AmbientCapabilities":
      return (word) => /^\d+$/.test(word) || CAPABILITIES.includes(word.toLowerCase());
    case "RestrictAddressFamilies":
      return (word) => /^\d+$/.test(word) || FAMILIES.includes(word);
    case "RestartPreventExitStatus":
    case "RestartForceExitStatus":
    case "SuccessExitStatus":
      // Exit statuses have names too (EX_TEMPFAIL is TEMPFAIL); only what looks like a signal is judged.
      return (word) => !word.startsWith("SIG") || isSignal(word);
    default:
      return null;
  }
}

/** A name that exists, for a directive of that kind. */
export function exampleName(name: string): string {
  if (name === "RestrictAddressFamilies") return "AF_UNIX AF_INET AF_INET6";
  return name.endsWith("ExitStatus") ? "SIGTERM" : "CAP_NET_BIND_SERVICE";
}

const FAMILIES = (
  "AF_UNSPEC AF_UNIX AF_LOCAL AF_FILE AF_INET AF_AX25 AF_IPX AF_APPLETALK AF_NETROM AF_BRIDGE AF_ATMPVC " +
  "AF_X25 AF_INET6 AF_ROSE AF_DECnet AF_NETBEUI AF_SECURITY AF_KEY AF_NETLINK AF_ROUTE AF_PACKET AF_ASH " +
  "AF_ECONET AF_ATMSVC AF_RDS AF_SNA AF_IRDA AF_PPPOX AF_WANPIPE AF_LLC AF_IB AF_MPLS AF_CAN AF_TIPC " +
  "AF_BLUETOOTH AF_IUCV AF_RXRPC AF_ISDN AF_PHONET AF_IEEE802154 AF_CAIF AF_ALG AF_NFC AF_VSOCK AF_KCM " +
  "AF_QIPCRTR AF_SMC AF_XDP AF_MCTP none"
).split(" ");
