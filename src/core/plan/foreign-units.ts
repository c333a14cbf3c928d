/** Units that are not ours and that drop-ins of ours change, and what they owe when a drop-in changes. */
import { createHash } from "node:crypto";
import type { Observation, UnitProperties } from "../model/observation.ts";
import type { Change } from "../model/plan.ts";
import type { FileResource, HostTarget, Resource, UnitResource } from "../model/resource.ts";
import { appliesWithoutRestart } from "../render/restart-relevance.ts";
import { baseName } from "../unit-file/path-name.ts";
import { parseTimeSpan } from "../unit-file/time-span.ts";
import { unitOfDropIn } from "./drop-ins.ts";
import { isContentChange, sayChanged } from "./input-changes.ts";
import { type Debt, isSameInstance } from "./unit-debt.ts";
import { type DirectiveChange, diffUnitFiles } from "./unit-diff.ts";
import { isLive, startedAt, UNKNOWN_UNIT, wordsOf } from "./unit-state.ts";

/** One such unit; dropIns: ours, also those that go. */
export type ForeignUnit = { readonly unit: string; readonly dropIns: readonly FileResource[] };

/** Every unit that a drop-in of the target is for, by name; also those that a change takes a drop-in from. */
export function foreignUnits(target: HostTarget, changes: readonly Change[]): readonly ForeignUnit[] {
  const going = changes.flatMap((change) =>
    change.after === null && isDropIn(change.resource) ? [asItWas(change.resource, change)] : [],
  );
  const byUnit = Map.groupBy(
    [...target.resources.filter(isDropIn), ...going],
    ({ path }) => unitOfDropIn(path) ?? "",
  );
  return [...byUnit]
    .map(([unit, dropIns]) => ({ unit, dropIns }))
    .sort((left, right) => (left.unit < right.unit ? -1 : 1));
}

/** True for a drop-in that is for a foreign unit. */
export function isDropIn(resource: Resource): resource is FileResource {
  return resource.kind === "file" && resource.role === "drop-in";
}

/** What is removed may be known by its path and its text alone. */
function asItWas(file: FileResource, { beforeContent }: Change): FileResource {
  const says =
    beforeContent !== null &&
    diffUnitFiles("", textOf(beforeContent)).some(
      ({ section, after }) => section === OWN_SECTION && after === "none",
    );
  return says ? { ...file, onChange: "none" } : file;
}

/** Of a drop-in: nothing to systemd (systemd.unit(5)), and to us what its unit does when it is removed. */
const OWN_SECTION = "X-Svcdeploy";

/**
 * The unit as if it were one of ours that runs from its drop-ins: what an act on it, its record and its
 * verdict need. Only a process that runs owes anything: one that is down reads the drop-ins when it starts,
 * and whether it starts is not ours to say.
 */
export function asUnit({ unit, dropIns }: ForeignUnit, observation: Observation): UnitResource {
  const properties = observation.units.get(unit) ?? UNKNOWN_UNIT;
  return {
    kind: "unit",
    id: `unit:${unit}`,
    service: dropIns[0]?.service ?? "",
    unit,
    path: properties.FragmentPath ?? "",
    running: true,
    restartInputs: {},
    reloadInputs: {},
    restartDigest: digestOf(dropIns),
    reloadDigest: digestOf([]),
    inputPaths: dropIns.map(({ path }) => path),
    canReload: false,
    after: [],
    startTimeoutSeconds: secondsOf(properties.TimeoutStartUSec),
    stopTimeoutSeconds: secondsOf(properties.TimeoutStopUSec),
    type: properties.Type ?? "",
  };
}

/** What the unit owes once the changes are written: a restart of the process that runs, or nothing. */
export function foreignDebt(
  foreign: ForeignUnit,
  changes: readonly Change[],
  observation: Observation,
): Debt | null {
  const properties = observation.units.get(foreign.unit) ?? UNKNOWN_UNIT;
  if (!isLive(properties)) return null;
  const record = observation.records.get(foreign.unit);
  if (record?.invocationId === "pending")
    return { verb: "restart", because: "a run wrote a drop-in and ended before the restart" };
  const isSame = isSameInstance(record, properties, observation.facts);
  const restarting = foreign.dropIns.filter(({ onChange }) => onChange === "restart");
  const changed = restarting.flatMap((dropIn) => restartLabels(dropIn, changes));
  // A process that runs from these drop-ins never read the edit that is put back now.
  if (isSame && record?.restartDigest === digestOf(foreign.dropIns)) return null;
  if (changed.length > 0)
    return {
      verb: "restart",
      because: `${sayChanged(changed.map((label) => ({ label, effect: "restart" })))} in our drop-in`,
    };
  if (isSame) return null;
  const older = restarting.find((dropIn) => isOlder(properties, dropIn, changes, observation));
  return older === undefined
    ? null
    : { verb: "restart", because: `started before ${baseName(older.path)} was written` };
}

/** True when a record of the running process need not be written along. */
export function isForeignRecorded(foreign: ForeignUnit, observation: Observation): boolean {
  const properties = observation.units.get(foreign.unit) ?? UNKNOWN_UNIT;
  const record = observation.records.get(foreign.unit);
  if (!isLive(properties)) return true;
  return (
    isSameInstance(record, properties, observation.facts) &&
    record.restartDigest === digestOf(foreign.dropIns)
  );
}

/** Units whose drop-in is on the disk as declared, and that systemd has loaded without it. */
export function unreadDropIns(target: HostTarget, observation: Observation): readonly string[] {
  return foreignUnits(target, []).flatMap(({ unit, dropIns }) => {
    const properties = observation.units.get(unit) ?? UNKNOWN_UNIT;
    const loaded = new Set(wordsOf(properties, "DropInPaths"));
    const unread = dropIns.some(
      ({ path }) => observation.paths.get(path)?.type === "file" && !loaded.has(path),
    );
    return properties.LoadState === "loaded" && (unread || properties.NeedDaemonReload === "yes")
      ? [unit]
      : [];
  });
}

/** The directives of a changed drop-in that only a restart brings to a process. */
export function restartLabels(dropIn: FileResource, changes: readonly Change[]): readonly string[] {
  const change = changes.find(({ resource }) => resource.id === dropIn.id);
  if (change === undefined || !isContentChange(change)) return [];
  if (change.before !== null && change.beforeContent === null) return [baseName(dropIn.path)];
  const [before, after] = [
    change.beforeContent ?? new Uint8Array(),
    change.after === null ? new Uint8Array() : dropIn.content,
  ];
  return diffUnitFiles(textOf(before), textOf(after))
    .filter(needsRestart)
    .map(({ name }) => name);
}

/** Of sections beside [Service], a daemon-reload or the operator (onChange: none) takes care. */
function needsRestart({ section, name }: Pick<DirectiveChange, "section" | "name">): boolean {
  return (section === "Service" || section === "Unit") && !appliesWithoutRestart(section, name);
}

function isOlder(
  properties: UnitProperties,
  { id, path, content }: FileResource,
  changes: readonly Change[],
  observation: Observation,
): boolean {
  const started = startedAt(properties, observation.facts);
  const found = observation.paths.get(path);
  if (started === null || found === undefined || changes.some(({ resource }) => resource.id === id))
    return false;
  // ctime is in whole seconds, so the write may have been up to a second later.
  return found.ctime + 1 > started && diffUnitFiles("", textOf(content)).some(needsRestart);
}

function digestOf(dropIns: readonly FileResource[]): string {
  const restarting = dropIns.filter(({ onChange }) => onChange === "restart");
  const inputs = restarting.map(
    ({ path, content }) => [path, diffUnitFiles("", textOf(content)).filter(needsRestart)] as const,
  );
  return createHash("sha256")
    .update(JSON.stringify(inputs.filter(([, directives]) => directives.length > 0)))
    .digest("hex");
}

/** A time as systemctl prints it; "infinity" and none count as the longest that a step may take. */
function secondsOf(text: string | undefined): number {
  const seconds = text === undefined ? 90 : parseTimeSpan(text);
  return seconds === null || seconds === 0 || seconds > 600 ? 600 : Math.ceil(seconds);
}

function textOf(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}
