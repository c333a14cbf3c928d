/** The questions and answers of generations.sh and kept.sh: decoded without trusting a byte. */

import { createHash } from "node:crypto";
import type { Generation, Kept, MadeBy, PastRun, UndoneRun } from "../core/rollback/generations.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { field, line, stateFolder } from "./frames.ts";
import type { Question, Reply } from "./question.ts";
import { type AnswerRow, group, NAME, wholeNumber } from "./rows.ts";
import { scripts } from "./scripts.ts";

/** What a host keeps of a project, by its name: generations, failed attempts, its record's last runs. */
export const generationsQuestion: Question<string, Kept> = {
  script: scripts.generations,
  about: "what it keeps",
  frame: "block",
  limits: { timeoutMilliseconds: 60_000 },
  encode: (project) => `${stateFolder}\n${field(project)}\n`,
  decode: decodeGenerations,
};

function decodeGenerations({ lines }: Reply): Kept {
  const rows = group(lines);
  const of = (kind: string): readonly AnswerRow[] => (rows.get(kind) ?? []).slice(0, MOST);
  const generations = of("generation").flatMap((row) => decodeGeneration(row, of));
  return {
    clock: wholeNumber(of("clock")[0]?.[0] ?? ""),
    generations: generations.toSorted((left, right) => left.number - right.number),
    attempts: of("attempt").flatMap((row) => decodeAttempt(row, of)),
    runs: of("run").map(decodeRun),
  };
}

/**
 * A file below /var/lib/svcdeploy, e.g. blobs/<sha256>. credential: the name of an encrypted credential, of
 * which is also asked what it holds.
 */
export type KeptName = { readonly name: string; readonly credential: string | null };

/** Those of the files that are there, and what those hold that the host could decrypt. */
export const keptQuestion: Question<readonly KeptName[], KeptFiles> = {
  script: scripts.kept,
  about: "the files that it keeps",
  frame: "block",
  // 16 MiB is the largest file that a project may hold; several of them, and a third more for base64.
  limits: { timeoutMilliseconds: 300_000, maxOutputBytes: 192 * 1024 * 1024 },
  encode: encodeKept,
  decode: decodeKept,
};

function encodeKept(names: readonly KeptName[]): string {
  const lines = names.map(({ name, credential }) =>
    credential === null ? line(name) : line(name, credential),
  );
  return `${stateFolder}\n${lines.join("")}\n`;
}

function decodeKept({ lines }: Reply, names: readonly KeptName[]): KeptFiles {
  const asked = new Set(names.map(({ name }) => name));
  const rows = group(lines);
  const filesOf = (kind: string): ReadonlyMap<string, Uint8Array> =>
    new Map(
      (rows.get(kind) ?? []).flatMap(([name = "", text = ""]) =>
        asked.has(name) ? [[name, new Uint8Array(Buffer.from(text, "base64"))]] : [],
      ),
    );
  return { files: filesOf("kept"), held: filesOf("held") };
}

/** By name. */
export type KeptFiles = {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly held: ReadonlyMap<string, Uint8Array>;
};

/** A kept file's name by the sha256 of its content; what the host gives must have that hash. */
export function blobName(sha256: string): string {
  return `blobs/${sha256}`;
}

/** The contents that have the hash they are named by. */
export function trueBlobs(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  const hashed = [...files].map(
    ([name, content]) => [name, createHash("sha256").update(content).digest("hex"), content] as const,
  );
  return new Map(
    hashed.flatMap(([name, sha256, content]) =>
      name === blobName(sha256) ? [[sha256, content] as const] : [],
    ),
  );
}

/** Far more than svcdeploy leaves on a host. */
const MOST = 10_000;

type Rows = (kind: string) => readonly AnswerRow[];

function decodeGeneration(
  [number = "", madeAt = "", about = ""]: AnswerRow,
  of: Rows,
): readonly Generation[] {
  if (!/^[1-9]\d{0,8}$/.test(number)) return [];
  const own = (kind: string): readonly AnswerRow[] => of(kind).filter(([each]) => each === number);
  const services = own("service").flatMap(([, service = "", sha256 = ""]) =>
    NAME.test(service) ? [[service, /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null] as const] : [],
  );
  return [
    {
      number: Number(number),
      madeAt: wholeNumber(madeAt),
      madeBy: decodeAbout(about),
      actions: own("action").map(([, verb = "", unit = "", seconds = ""]) => ({
        verb: word(verb),
        unit: word(unit),
        timeoutSeconds: wholeNumber(seconds),
      })),
      services: new Map(services),
    },
  ];
}

function decodeAttempt([id = "", about = "", failure = ""]: AnswerRow, of: Rows): readonly UndoneRun[] {
  if (!/^[0-9a-f]{32}$/.test(id)) return [];
  const services = of("about").flatMap(([each, service = ""]) =>
    each === id && NAME.test(service) ? [service] : [],
  );
  return [{ madeBy: decodeAbout(about), failure: sanitizeLine(failure), services }];
}

function decodeRun([line = ""]: AnswerRow): PastRun {
  return { madeBy: decodeAbout(line), result: word(/ result=(\S+)/.exec(line)?.[1] ?? "") };
}

/** `key=value` words as a transaction's about has them. */
function decodeAbout(text: string): MadeBy {
  const values = new Map(
    text.split(" ").map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]),
  );
  const value = (name: string): string => word(values.get(name) ?? "");
  return {
    run: /^[0-9a-f]{1,32}$/.exec(value("run"))?.[0] ?? "",
    project: value("project"),
    user: value("user"),
    controller: value("controller"),
    commit: value("commit"),
    tree: value("tree"),
    environment: value("env"),
    command: value("command"),
    services: (values.get("services") ?? "").split(",").filter((service) => NAME.test(service)),
    rollbackOf: value("rollback-of"),
  };
}

function word(text: string): string {
  return /^[A-Za-z0-9._@:\\-]{1,255}$/.test(text) ? text : "";
}
