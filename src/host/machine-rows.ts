/** What an answer says of the machine: its facts, its accounts and its mounts. */
import type { HostFacts, Observation } from "../core/model/observation.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { type Reply, refuseAnswer } from "./question.ts";
import { type AnswerRow, wholeNumber } from "./rows.ts";

/**
 * The `fact` rows. Throws HostError("host-answer") without a machine-id and a boot-id; what else is missing
 * is empty or 0.
 */
export function decodeFacts(reply: Reply, rows: readonly AnswerRow[]): HostFacts {
  const fact = (name: string): string =>
    sanitizeLine(rows.find((row) => row[0] === name)?.[1] ?? "").slice(0, 256);
  const machineId = fact("machine-id");
  const bootId = fact("boot-id");
  if (!/^[0-9a-f]{32}$/.test(machineId) || !/^[0-9a-f-]{36}$/.test(bootId))
    refuseAnswer(reply, "no machine-id or boot-id in the answer");
  return {
    machineId,
    bootId,
    os: fact("os").replace(/^"|"$/g, ""),
    systemd: Number.parseInt(fact("Version"), 10) || 0,
    hostname: fact("hostname"),
    uid: wholeNumber(fact("uid")),
    clock: wholeNumber(fact("clock")),
    uptime: Number.parseFloat(fact("uptime")) || 0,
    cgroup: fact("cgroup") === "v2" ? "v2" : "v1",
    missing: rows.filter((row) => row[0] === "missing").map((row) => sanitizeLine(row[1] ?? "").slice(0, 64)),
    system: fact("SystemState"),
    freeKib: wholeNumber(fact("free").split(/\s+/)[3] ?? ""),
  };
}

/** The `user` rows, each a line of passwd(5); a number that is none is 0. */
export function decodeUsers(rows: readonly AnswerRow[]): Observation["users"] {
  return new Map(
    rows.map(([text = ""]) => {
      const [name = "", , uid = "", gid = ""] = text.split(":");
      return [name, { uid: wholeNumber(uid), gid: wholeNumber(gid) }];
    }),
  );
}

/** The `group` rows, each a line of group(5). */
export function decodeGroups(rows: readonly AnswerRow[]): Observation["groups"] {
  return new Map(
    rows.map(([text = ""]) => {
      const [name = "", , gid = "", members = ""] = text.split(":");
      return [name, { gid: wholeNumber(gid), members: members.split(",").filter((member) => member !== "") }];
    }),
  );
}

/** The `mount` rows: mount point, type of file system, options with commas between. */
export function decodeMounts(rows: readonly AnswerRow[]): Observation["mounts"] {
  return new Map(
    rows.map(([point = "", type = "", options = ""]) => [
      point,
      { type: sanitizeLine(type), options: sanitizeLine(options).split(",") },
    ]),
  );
}
