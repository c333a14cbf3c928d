/** adopt.sh's question and answer: encoded for it, decoded without trusting a byte. */
import type { AdoptFacts, LiveAccount, LiveUnit } from "../core/adopt/host-facts.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { field, stateFolder, systemScope } from "./frames.ts";
import { type Question, type Reply, refuseAnswer } from "./question.ts";
import { type AnswerRow, group } from "./rows.ts";
import { scripts } from "./scripts.ts";

/** units: full names of units whose surroundings are wanted. files: absolute paths that are wanted alone. */
export type AdoptOrder = { readonly units: readonly string[]; readonly files: readonly string[] };

/** Units and the files around them. Throws HostError where systemd knows none of the units. */
export const adoptQuestion: Question<AdoptOrder, AdoptFacts> = {
  script: scripts.adopt,
  about: "its units",
  frame: "block",
  limits: { timeoutMilliseconds: 60_000 },
  encode: ({ units, files }) =>
    `${[stateFolder, systemScope, ...[...units, ...files].map(field), "end"].join("\n")}\n`,
  decode,
};

function decode(reply: Reply, { units }: AdoptOrder): AdoptFacts {
  const rows = group(reply.lines);
  const of = (kind: string): readonly AnswerRow[] => (rows.get(kind) ?? []).slice(0, MOST);
  const told = of("is");
  if (told.length === 0 && units.length > 0)
    refuseAnswer(reply, "its systemd reports nothing about " + "the units");
  const files = new Map(of("file").flatMap(decodeFile));
  return {
    units: units.map((unit) => decodeUnit(unit, told)),
    beside: new Map(
      of("beside").flatMap(([unit = ""]) => (isUnit(unit) ? [[unit, decodeUnit(unit, told)] as const] : [])),
    ),
    files,
    links: new Map(
      of("link").flatMap(([path = "", target = ""]) =>
        isPath(path) ? [[path, sanitizeLine(bytes(target).toString())] as const] : [],
      ),
    ),
    unread: new Map(
      of("unread").flatMap(([path = "", reason = ""]) =>
        isPath(path) ? [[path, REASONS.get(reason) ?? "unknown"] as const] : [],
      ),
    ),
    owners: new Map(of("owner").flatMap(decodeOwner)),
    accounts: decodeAccounts(files),
  };
}

/** Far more files than a few units have around them. */
const MOST = 5000;
const REASONS = new Map([
  ["missing", "it is not there"],
  ["nofile", "it is not a file"],
  ["denied", "the login user may not read it"],
  ["large", "it is larger than 256 KiB"],
]);

function isPath(text: string): boolean {
  return /^\/[A-Za-z0-9._@:+=,~/\\%-]{1,1000}$/.test(text);
}

function isUnit(text: string): boolean {
  return /^[A-Za-z0-9:_.@\\-]{1,255}$/.test(text);
}

function bytes(text: string): Buffer {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, "base64") : Buffer.alloc(0);
}

function decodeFile([path = "", content = ""]: AnswerRow): readonly (readonly [string, Uint8Array])[] {
  return isPath(path) ? [[path, new Uint8Array(bytes(content))]] : [];
}

function decodeOwner([path = "", owner = ""]: AnswerRow): readonly (readonly [string, string])[] {
  return isPath(path) && /^[a-z][a-z0-9-]{0,62}\/[a-z][a-z0-9-]{0,62}$/.test(owner) ? [[path, owner]] : [];
}

function decodeUnit(unit: string, told: readonly AnswerRow[]): LiveUnit {
  // A unit that was asked for and is a job as well appears twice.
  const values = (name: string): readonly string[] => [
    ...new Set(told.flatMap(([of, key, value = ""]) => (of === unit && key === name ? [value] : []))),
  ];
  const word = (name: string): string => /^[a-z-]{0,40}$/.exec(values(name)[0] ?? "")?.[0] ?? "";
  return {
    unit,
    loadState: word("LoadState"),
    activeState: word("ActiveState"),
    unitFileState: word("UnitFileState"),
    fragment: values("FragmentPath").find(isPath) ?? "",
    dropIns: values("DropInPaths").map((path) =>
      isPath(path) ? path : "a drop-in with a name that " + "svcdeploy cannot use",
    ),
    triggeredBy: values("TriggeredBy").filter(isUnit),
  };
}

/** passwd(5) and group(5), as far as names and numbers go. */
function decodeAccounts(files: ReadonlyMap<string, Uint8Array>): readonly LiveAccount[] {
  const rows = (path: string): readonly (readonly string[])[] =>
    new TextDecoder()
      .decode(files.get(path) ?? new Uint8Array())
      .split("\n")
      .slice(0, MOST)
      .map((text) => text.split(":"));
  const groups = new Map(rows("/etc/group").map(([name = "", , gid = ""]) => [gid, name]));
  return rows("/etc/passwd").flatMap(([user = "", , uid = "", gid = "", , home = ""]) =>
    /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(user) && /^\d{1,10}$/.test(uid) && /^\d{1,10}$/.test(gid)
      ? [
          {
            user,
            uid: Number(uid),
            gid: Number(gid),
            group: nameOf(groups.get(gid)),
            home: isPath(home) ? home : "",
          },
        ]
      : [],
  );
}

function nameOf(group: string | undefined): string | null {
  return group !== undefined && /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(group) ? group : null;
}
