/** ports.sh's question and answer: encoded, and decoded without trusting a byte. */
import { sanitizeLine } from "../core/sanitize.ts";
import type { Listener } from "../core/verify/port-owner.ts";
import { line } from "./frames.ts";
import type { Question, Reply } from "./question.ts";
import { type AnswerRow, group } from "./rows.ts";
import { scripts } from "./scripts.ts";

/** Who listens on these TCP ports. Of a process that the login may not see only the socket is known. */
export const portsQuestion: Question<readonly number[], readonly Listener[]> = {
  script: scripts.ports,
  about: "the processes that listen",
  frame: "block",
  limits: { timeoutMilliseconds: 30_000 },
  encode: (ports) => [...ports.map((port) => line(String(port))), "end\n"].join(""),
  decode,
};

function decode({ lines }: Reply): readonly Listener[] {
  const rows = group(lines);
  const [manager = ""] = rows.get("manager")?.[0] ?? [];
  return (rows.get("listener") ?? []).flatMap((row) => listener(row, manager.replace(/\/init\.scope$/, "")));
}

/** top: the control group of the service manager, as a container has one of its own. */
function listener(
  [socket = "", pid = "", path = "", program = ""]: AnswerRow,
  top: string,
): readonly Listener[] {
  const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(socket);
  if (match === null) return [];
  const [, address = "", port = ""] = match;
  const isBelow = path === top || path.startsWith(`${top}/`);
  return [
    {
      address,
      port: Number.parseInt(port, 16),
      pid: /^\d{1,10}$/.test(pid) ? Number(pid) : null,
      program: sanitizeLine(program),
      group: sanitizeLine(isBelow ? path.slice(top.length) : path),
    },
  ];
}
