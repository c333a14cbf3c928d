/** Whose port a health check asked: an answer says nothing of a service when another process gave it. */
import type { Check } from "../model/service.ts";

/**
 * A process that holds a listening TCP socket. address: as /proc/net/tcp writes it, in hexadecimal; pid, null:
 * it cannot be seen; group: its control group, below the one of the service manager.
 */
export type Listener = {
  readonly address: string;
  readonly port: number;
  readonly pid: number | null;
  readonly program: string;
  readonly group: string;
};

/** Where a check asks, when that is the host itself. */
export type LocalPort = { readonly address: string; readonly port: number };

/** note: what an operator should know although the check counts; empty: nothing. */
export type OwnerJudgement = { readonly ok: boolean; readonly note: string };

/** Null: the check asks no port of the host's own, or whose it is does not matter. */
export function localPort(check: Check): LocalPort | null {
  if (check.kind === "command" || check.owner === "any") return null;
  if (check.kind === "tcp") return ofLoopback(check.address, check.port);
  const { hostname, port, protocol } = new URL(check.url);
  return ofLoopback(hostname.replace(/^\[|\]$/g, ""), Number(port || (protocol === "https:" ? 443 : 80)));
}

function ofLoopback(address: string, port: number): LocalPort | null {
  return address === "localhost" || address === "::1" || /^127\.\d+\.\d+\.\d+$/.test(address)
    ? { address, port }
    : null;
}

const OK: OwnerJudgement = { ok: true, note: "" };

/**
 * own: the units of the service. Only a process outside every unit makes it wrong: it is not under systemd,
 * thus not what was deployed. Of everything else the owner is named.
 */
export function judgeOwner(
  { address, port }: LocalPort,
  own: ReadonlySet<string>,
  listeners: readonly Listener[],
): OwnerJudgement {
  const asked = listenersFor(address, port, listeners);
  const owners = asked.map((listener) => ownerOf(listener, own));
  if (owners.some(({ kind }) => kind === "own") || asked.length === 0)
    return asked.length === 0 ? unknown(port) : OK;
  const orphan = owners.find(({ kind }) => kind === "orphan");
  if (orphan !== undefined) {
    const note = `port ${port} is held by ${orphan.name}, which no unit owns: it answered, not the service`;
    return { ok: false, note };
  }
  const other = owners.find(({ kind }) => kind === "other");
  return other === undefined ? unknown(port) : { ok: true, note: `port ${port} is held by ${other.name}` };
}

function unknown(port: number): OwnerJudgement {
  return { ok: true, note: `which process holds port ${port} cannot be seen` };
}

/** The sockets that take the connection: those of the very address, else those of every address. */
function listenersFor(address: string, port: number, listeners: readonly Listener[]): readonly Listener[] {
  const there = listeners.filter((each) => each.port === port);
  const spelled = address === "localhost" ? LOOPBACKS : [hexOf(address), mappedOf(address)];
  const exact = there.filter((each) => spelled.includes(each.address));
  return exact.length > 0 ? exact : there.filter((each) => /^0+$/.test(each.address));
}

/** Words of four bytes, each with its lowest byte first, as a little-endian kernel prints them. */
function hexOf(address: string): string {
  if (address === "::1") return "00000000000000000000000001000000";
  const bytes = address.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  return bytes.toReversed().join("").toUpperCase();
}

/** The same address in an IPv6 socket, `::ffff:127.0.0.1`. */
function mappedOf(address: string): string {
  return `0000000000000000FFFF0000${hexOf(address)}`;
}

const LOOPBACKS: readonly string[] = [hexOf("::1"), hexOf("127.0.0.1"), mappedOf("127.0.0.1")];

type Owner = { readonly kind: "own" | "other" | "orphan" | "unknown"; readonly name: string };

function ownerOf({ pid, program, group }: Listener, own: ReadonlySet<string>): Owner {
  if (pid === null) return { kind: "unknown", name: "" };
  const parts = group.split("/").filter((part) => part !== "");
  const process = `${program} (process ${pid})`;
  if (parts.some((part) => own.has(part))) return { kind: "own", name: process };
  if (pid === 1) {
    const hasSocket = [...own].some((unit) => unit.endsWith(".socket"));
    return { kind: hasSocket ? "own" : "other", name: "a socket of systemd's" };
  }
  const unit = parts.findLast((part) => UNIT.test(part));
  // A login's processes are in a scope of the session, and belong to who typed them.
  const isTyped = unit === undefined ? parts.every((part) => part.endsWith(".slice")) : SESSION.test(unit);
  if (isTyped) return { kind: "orphan", name: process };
  return { kind: "other", name: `${unit ?? parts.join("/")}: ${process}` };
}

const UNIT = /\.(?:service|scope|mount|socket)$/;
const SESSION = /^session-[^/]+\.scope$/;
