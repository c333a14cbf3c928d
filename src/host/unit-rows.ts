/** What an answer says of units: their properties, their drop-ins, and the programs that they run. */
import type { Observation, UnitProperties } from "../core/model/observation.ts";
import { isAbout } from "../core/plan/drop-ins.ts";
import { wordsOf } from "../core/plan/unit-state.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { parseLink } from "./path-rows.ts";
import { type Reply, refuseAnswer } from "./question.ts";
import { type AnswerRow, wholeNumber } from "./rows.ts";

/** The lines between `units` and the frame that ends them, and all others. */
export function splitUnits({ lines, nonce }: Reply): {
  readonly records: readonly string[];
  readonly unitLines: readonly string[];
} {
  const start = lines.indexOf("units");
  const stop = lines.indexOf(`${nonce} units-end`);
  if (start < 0 || stop < start) return { records: lines, unitLines: [] };
  return {
    records: [...lines.slice(0, start), ...lines.slice(stop + 1)],
    unitLines: lines.slice(start + 1, stop),
  };
}

/**
 * One record a unit, in the order they were asked for. Throws HostError("host-answer") when some are missing.
 */
export function decodeUnits(
  reply: Reply,
  asked: readonly string[],
  lines: readonly string[],
): ReadonlyMap<string, UnitProperties> {
  if (asked.length === 0) return new Map();
  const blocks = splitBlocks(lines);
  if (blocks.length !== asked.length)
    refuseAnswer(reply, `systemctl answered for ${blocks.length} of ${asked.length} units`);
  return new Map(asked.map((unit, index) => [unit, blocks[index] ?? {}]));
}

/**
 * The property blocks of `systemctl show` for several units: one record a block, repeated properties joined
 * by newline.
 */
export function splitBlocks(lines: readonly string[]): readonly UnitProperties[] {
  const blocks: Record<string, string>[] = [];
  let block: Record<string, string> | null = null;
  for (const text of lines) {
    if (text === "") {
      block = null;
      continue;
    }
    const equals = text.indexOf("=");
    if (equals < 1) continue;
    if (block === null) {
      block = {};
      blocks.push(block);
    }
    const name = text.slice(0, equals);
    if (!/^[A-Za-z0-9]{1,64}$/.test(name)) continue;
    const value = sanitizeLine(text.slice(equals + 1));
    block[name] = block[name] === undefined ? value : `${block[name]}\n${value}`;
  }
  return blocks;
}

/** Only what systemd itself named counts, and what is in a folder of a unit that was asked for. */
export function decodeDropIns(
  rows: readonly AnswerRow[],
  units: ReadonlyMap<string, UnitProperties>,
): Observation["dropIns"] {
  const named = new Set([...units.values()].flatMap((properties) => wordsOf(properties, "DropInPaths")));
  const taken = rows.filter(
    ([path = ""]) => named.has(path) || [...units.keys()].some((unit) => isAbout(path, unit)),
  );
  const textOf = (base64: string): string | null =>
    base64 === "" ? null : Buffer.from(base64, "base64").toString("utf8");
  return new Map(
    taken.map(([path = "", ctime = "", text = ""]) => [
      path,
      { ctime: wholeNumber(ctime), text: textOf(text) },
    ]),
  );
}

/** The `program` rows: stat's %N of /proc/PID/exe. */
export function decodePrograms(rows: readonly AnswerRow[]): Observation["programs"] {
  const links = rows.map(([text = ""]) => parseLink(text));
  return new Map(
    links.flatMap(([link, target]) =>
      /^\/proc\/\d{1,9}\/exe$/.test(link) ? [[Number(link.split("/")[2]), target]] : [],
    ),
  );
}
