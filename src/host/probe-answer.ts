/**
 * The probe's question and answer: encoded for probe.sh, decoded into an Observation without trusting a byte.
 */
import type { Observation, ProbeRequest } from "../core/model/observation.ts";
import { unitProperties } from "../core/plan/unit-properties.ts";
import { line, stateFolder, systemScope } from "./frames.ts";
import { decodeFacts, decodeGroups, decodeMounts, decodeUsers } from "./machine-rows.ts";
import { decodeEncrypted, decodePaths, decodeTrees } from "./path-rows.ts";
import type { Question, Reply } from "./question.ts";
import { type AnswerRow, group } from "./rows.ts";
import { scripts } from "./scripts.ts";
import { decodeManifest, decodeOthers, decodeRecords, decodeTransactions } from "./state-rows.ts";
import { decodeDropIns, decodePrograms, decodeUnits, splitUnits } from "./unit-rows.ts";
import { decodeVersions, versionLine } from "./version-rows.ts";

/** What a host is, as far as a plan has to know it. */
export const probeQuestion: Question<ProbeRequest, Observation> = {
  script: scripts.probe,
  about: "the host's state",
  frame: "block",
  limits: { timeoutMilliseconds: 60_000 },
  encode,
  decode,
};

function encode(request: ProbeRequest): string {
  const parts = [
    `${stateFolder}\n${systemScope}\n`,
    line("project", request.project),
    line("properties", unitProperties.join(",")),
  ];
  for (const { path, sha256 } of request.paths) parts.push(line("path", path, sha256 ?? "-"));
  for (const unit of request.units) parts.push(line("unit", unit));
  for (const user of request.users) parts.push(line("user", user));
  for (const group of request.groups) parts.push(line("group", group));
  for (const mount of request.mounts) parts.push(line("mount", mount));
  for (const service of request.manifests.selected) parts.push(line("selected", service));
  for (const service of request.manifests.leave) parts.push(line("leave", service));
  parts.push(line("rest", request.manifests.rest));
  for (const path of request.encrypted) parts.push(line("encrypted", path));
  for (const tree of request.trees) parts.push(line("tree", tree));
  for (const asked of request.versions) parts.push(versionLine(asked));
  if (request.programs === "asked") parts.push(line("programs"));
  parts.push("end\n");
  return parts.join("");
}

function decode(reply: Reply, request: ProbeRequest): Observation {
  const { records, unitLines } = splitUnits(reply);
  const rows = group(records);
  const facts = decodeFacts(reply, rows.get("fact") ?? []);
  const asked = withLeftBehind(request, rows.get("left") ?? []);
  const units = decodeUnits(reply, asked.units, unitLines);
  return {
    facts,
    paths: decodePaths(rows, asked.paths),
    units,
    dropIns: decodeDropIns(rows.get("dropin") ?? [], units),
    users: decodeUsers(rows.get("user") ?? []),
    groups: decodeGroups(rows.get("group") ?? []),
    mounts: decodeMounts(rows.get("mount") ?? []),
    encrypted: decodeEncrypted(rows.get("decrypted") ?? [], request.encrypted),
    trees: decodeTrees(rows.get("tree") ?? [], new Set(request.trees)),
    versions: decodeVersions(rows.get("version") ?? [], request.versions),
    programs: decodePrograms(rows.get("program") ?? []),
    records: decodeRecords(rows.get("record") ?? []),
    manifest: decodeManifest(request.project, rows.get("manifest") ?? []),
    others: decodeOthers(request.project, asked.paths, rows.get("other") ?? []),
    transactions: decodeTransactions(rows.get("transaction") ?? []),
  };
}

/** What was asked for, and what the host found in the manifests beyond that. */
function withLeftBehind(
  request: ProbeRequest,
  rows: readonly AnswerRow[],
): { readonly paths: ReadonlySet<string>; readonly units: readonly string[] } {
  const named = (kind: string, allowed: RegExp): readonly string[] =>
    rows.flatMap(([word, name = ""]) => (word === kind && allowed.test(name) ? [name] : []));
  return {
    paths: new Set([...request.paths.map(({ path }) => path), ...named("path", /^\/[!-~]{0,4095}$/)]),
    units: [...request.units, ...named("unit", /^[A-Za-z0-9:_.@\\-]{1,255}$/)],
  };
}
