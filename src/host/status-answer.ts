/** status.sh's question and answer: encoded for it, decoded without trusting a byte. */
import { parseHostRecord } from "../core/history/host-record.ts";
import type { LastRun, ProcessFacts, StatusAnswer, StatusRequest } from "../core/status/host-status.ts";
import { statusProperties } from "../core/status/judge-status.ts";
import { line, stateFolder, systemScope } from "./frames.ts";
import { decodeFacts } from "./machine-rows.ts";
import type { Question, Reply } from "./question.ts";
import { type AnswerRow, group, wholeNumber } from "./rows.ts";
import { scripts } from "./scripts.ts";
import { decodeTransactions } from "./state-rows.ts";
import { decodeUnits, splitUnits } from "./unit-rows.ts";

/** How the units of a project are, and what its last run here was. */
export const statusQuestion: Question<StatusRequest, StatusAnswer> = {
  script: scripts.status,
  about: "its status",
  frame: "block",
  limits: { timeoutMilliseconds: 30_000 },
  encode,
  decode,
};

function encode(request: StatusRequest): string {
  const parts = [
    `${stateFolder}\n${systemScope}\n`,
    line("project", request.project),
    line("properties", statusProperties.join(",")),
  ];
  for (const unit of request.units) parts.push(line("unit", unit));
  for (const link of request.links) parts.push(line("link", link));
  return `${parts.join("")}end\n`;
}

function decode(reply: Reply, request: StatusRequest): StatusAnswer {
  const { records, unitLines } = splitUnits(reply);
  const rows = group(records);
  const { machineId, bootId, uptime, clock, uid } = decodeFacts(reply, rows.get("fact") ?? []);
  const asked = new Set(request.links);
  return {
    machineId,
    bootId,
    uptime,
    clock,
    uid,
    units: decodeUnits(reply, request.units, unitLines),
    processes: new Map(
      (rows.get("process") ?? []).map(decodeProcess).map((process) => [process.pid, process]),
    ),
    links: new Map((rows.get("link") ?? []).filter(([path = ""]) => asked.has(path)).map(decodeLink)),
    lastRun: decodeRun(rows.get("run")?.[0], clock),
    transactions: decodeTransactions(rows.get("transaction") ?? []),
  };
}

function decodeProcess([pid = "", exe = "", openFiles = "", limit = ""]: AnswerRow): ProcessFacts {
  return {
    pid: wholeNumber(pid),
    exe: /^\/[A-Za-z0-9._@:+=,~/-]{1,1024}(?: \(deleted\))?$/.test(exe) ? exe : null,
    openFiles: number(openFiles),
    openFilesLimit: number(limit),
  };
}

function decodeLink([path = "", changedAt = "", target = ""]: AnswerRow): readonly [
  string,
  { readonly target: string; readonly changedAt: number },
] {
  return [
    path,
    { target: /^[A-Za-z0-9._+~/-]{1,1024}$/.test(target) ? target : "", changedAt: wholeNumber(changedAt) },
  ];
}

/**
 * A line of the host's record; before its `at=` was there, what the host says of the file's age has to do.
 */
function decodeRun(row: AnswerRow | undefined, clock: number): LastRun | null {
  if (row === undefined) return null;
  const [at = "", text = ""] = row;
  const record = parseHostRecord(text);
  if (record === null) return null;
  const { run, user, controller, commit, tree, outcome } = record;
  const moment = record.at ?? number(at);
  return {
    run,
    user,
    controller,
    commit,
    tree,
    result: outcome,
    agoSeconds: moment === null ? null : Math.max(0, clock - moment),
  };
}

function number(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
