/**
 * What `systemd-analyze verify` said of a plan's unit files: each line that it did not say without them, at
 * the place in the service file.
 */

import type { FileResource, HostTarget } from "../model/resource.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import {
  type Planned,
  type ProgramOutput,
  type RehearsalAnswer,
  type RehearsalFinding,
  type RehearsalRequest,
  unitOf,
} from "./rehearsal.ts";

/**
 * Findings. error: systemd would not load the unit ("Refusing"), its parser dies of it, or it requires a unit
 * that is not there; all else, what it ignores or what would not start, is a warning. What the transaction
 * brings along (an executable) is no finding, nor what names none of the plan's units.
 */
export function judgeUnits(
  planned: readonly Planned[],
  request: RehearsalRequest,
  { verify }: RehearsalAnswer,
  systemd: number,
): readonly RehearsalFinding[] {
  if (verify === null) return [];
  const { after, before } = verify;
  const ending = sayEnding(after, before, systemd);
  if (ending !== null) return [ending];
  const known = new Set((before?.lines ?? []).map(withoutLine));
  const units = new Set(request.verify);
  const lines = after.lines.filter(
    (line) => !known.has(withoutLine(line)) && !NOISE.test(line) && !isDelivered(line, planned),
  );
  const said = lines.flatMap((line) => readLine(line, units) ?? []);
  const refused = new Set(said.flatMap(({ unit, text }) => (/Refusing\.?$/.test(text) ? [unit] : [])));
  return said
    .filter(({ unit, text }) => !(text === BAD_SETTING && refused.has(unit)))
    .map(({ unit, path, line, text }) => ({
      severity:
        /Refusing\.?$/.test(text) || text === BAD_SETTING || NEVER_STARTS.test(text) ? "error" : "warning",
      path,
      text: `systemd ${systemd} says of ${sayWhere(planned, unit, path, line)}: ${text}`,
    }));
}

/** Lines that only lead to another one, or explain it. */
const NOISE =
  /: Found (?:ordering cycle|dependency) on |: Unable to break cycle |^Requested transaction contains /;
/**
 * It requires a unit that no file makes; what has none but comes on its own (devices, mounts) may be there
 * all the same.
 */
const NEVER_STARTS =
  /^Failed to create \S+\/start: Unit \S+\.(?:service|socket|target|timer|path) not found\.?$/;
const BAD_SETTING = "it has a bad unit file setting";

type VerifyLine = {
  readonly unit: string;
  readonly path: string;
  readonly line: number | null;
  readonly text: string;
};

/**
 * A line about one of these units; null for one about anything else. Formats: systemd 247 to 257, log_syntax
 * and log_unit.
 */
function readLine(said: string, units: ReadonlySet<string>): VerifyLine | null {
  const [, file, line, text = ""] = /^(\/\S+?):(\d+): (.+)$/.exec(said) ?? [];
  if (file !== undefined) {
    const unit = ownUnit(
      unitOf(file.startsWith(`${UNIT_FOLDER}/`) ? file.slice(UNIT_FOLDER.length + 1) : ""),
      units,
    );
    return unit === null ? null : { unit, path: file, line: Number(line), text };
  }
  const bad = /^Unit (\S+) has a bad unit file setting\.?$/.exec(said)?.[1];
  const [, subject = bad ?? "", about = BAD_SETTING] = /^([^\s:/]+): (.+)$/.exec(said) ?? [];
  const unit = ownUnit(subject, units);
  if (unit !== null) return { unit, path: `${UNIT_FOLDER}/${unit}`, line: null, text: about };
  // A foreign unit, but it is reported because of one of ours: a cycle, a conflict.
  const named = said.split(/[\s,'"/]+/).find((word) => units.has(word));
  return named === undefined
    ? null
    : { unit: named, path: `${UNIT_FOLDER}/${named}`, line: null, text: said };
}

/**
 * The unit that a name is of: a template is tried by an instance, which 247 and 252 call i and 257
 * test_instance.
 */
function ownUnit(name: string, units: ReadonlySet<string>): string | null {
  const template = name.replace(/@[^@]*(\.[a-z]+)$/, "@$1");
  return units.has(name) ? name : units.has(template) ? template : null;
}

function sayEnding(
  { status }: ProgramOutput,
  before: ProgramOutput | null,
  systemd: number,
): RehearsalFinding | null {
  if (status === 124)
    return {
      severity: "warning",
      path: null,
      text: "systemd-analyze verify did not end within 30 s",
    };
  if (status <= 128 || status === before?.status) return null;
  const text =
    `systemd-analyze of systemd ${systemd} crashed on these unit files (signal ${status - 128}); the ` +
    "host's manager reads them the same way and might crash as well";
  return { severity: "error", path: null, text };
}

/** Lines move when a file changes: a report of another line is not new. */
function withoutLine(said: string): string {
  return said.replace(/^(\/\S+?):\d+: /, "$1: ");
}

/** An executable that is not there yet because the same transaction brings it. */
function isDelivered(said: string, planned: readonly Planned[]): boolean {
  const command = /^\S+: Command (\/\S+) is not executable: No such file or directory$/.exec(said)?.[1];
  if (command === undefined) return false;
  const resources = planned.flatMap(({ target }) => target.resources);
  return resources.some((resource) => {
    if (resource.kind === "account" || resource.kind === "unit" || resource.kind === "directory")
      return false;
    return command === resource.path || command.startsWith(`${resource.path}/`);
  });
}

function sayWhere(planned: readonly Planned[], unit: string, path: string, line: number | null): string {
  const name = `${path === `${UNIT_FOLDER}/${unit}` ? unit : path}${line === null ? "" : `:${line}`}`;
  const found = planned.flatMap(({ target }) =>
    target.resources.flatMap((resource) =>
      resource.kind === "file" && resource.path === path ? [{ resource, target }] : [],
    ),
  )[0];
  return found === undefined ? name : `${name} (${sayPlace(found.resource, found.target, line)})`;
}

/** The line of the service file that the file's line came from. */
function sayPlace(file: FileResource, { placeOf }: HostTarget, line: number | null): string {
  const place = placeOf?.(file, line) ?? null;
  return place === null ? file.service : `${place.file}:${place.line}`;
}
