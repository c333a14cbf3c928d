/** What the status reporters are given, what they count, and in which order things stand. */
import type { SvcdeployError } from "../../core/errors.ts";
import { causeOfError } from "../../core/exit-code.ts";
import {
  type DriftMark,
  isWell,
  type LastRun,
  type StateKind,
  type StatusOfHost,
  type UnitStatus,
} from "../../core/status/host-status.ts";
import { plural } from "../lines/text.ts";

/**
 * One host. status: what it last said, null when it never did. error: why it says nothing now; both: what is
 * shown is old; neither: it is being asked for the first time.
 */
export type SeenHost = {
  readonly host: string;
  readonly status: StatusOfHost | null;
  readonly error: SvcdeployError | null;
  /** Age of what it said, in seconds; 0 when it was said just now. */
  readonly ageSeconds: number;
  /** Units that changed lately; empty but for --watch. */
  readonly changed: ReadonlySet<string>;
};

/** Every selected host of an environment. rows all: nothing is folded or left out. */
export type StatusView = {
  readonly environment: string;
  readonly hosts: readonly SeenHost[];
  readonly rows: "folded" | "all";
};

/** One row's matter: a unit, or a host that says nothing. */
export type StatusRow =
  | {
      readonly kind: "unit";
      readonly host: string;
      readonly unit: UnitStatus;
      readonly drift: DriftMark;
      readonly lastRun: LastRun | null;
      readonly isOld: boolean;
      readonly isChanged: boolean;
    }
  | {
      readonly kind: "host";
      readonly host: string;
      readonly word: string;
      readonly reason: string;
      readonly ageSeconds: number | null;
    };

/**
 * What is in the table, worst first and otherwise in the inventory's order. Units beside a service's own
 * only when they are unhealthy, or with rows all.
 */
export function statusRows(view: StatusView): readonly StatusRow[] {
  const rows = view.hosts.flatMap((host) => [...silentRow(host), ...unitRows(host, view.rows)]);
  return rows.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * "7 running, 1 crash loop, 1 of 3 hosts not seen": services of the hosts that answered, then what is wrong,
 * worst first.
 */
export function summariseStatus(view: StatusView): string {
  const now = view.hosts.filter(({ error }) => error === null);
  const units = now
    .flatMap(({ status }) => status?.units ?? [])
    .filter((unit) => unit.main === "yes" || !isWell(unit));
  const counted = (["running", ...BY_CONCERN.filter((state) => state !== "running")] as const).map(
    (state) => ({
      word: WORDS[state],
      count: units.filter((unit) => unit.state === state).length,
    }),
  );
  const parts = counted.filter(({ count }) => count > 0).map(({ word, count }) => `${count} ${word}`);
  const silent = view.hosts.length - now.length;
  const asking = now.filter(({ status }) => status === null).length;
  const drifted = now.flatMap(
    ({ status }) =>
      status?.units.filter(({ main, unit }) => main === "yes" && status.drift.get(unit) === "drift") ?? [],
  ).length;
  return [
    ...parts,
    ...(drifted > 0 ? [`${drifted} drifted`] : []),
    ...(asking > 0 ? [`asking ${asking} of ${plural(view.hosts.length, "host")} …`] : []),
    ...(silent > 0 ? [`${silent} of ${plural(view.hosts.length, "host")} not seen`] : []),
  ].join(", ");
}

/** An error's message without the host's name or login that it begins with: they stand before it. */
export function reasonOf(host: string, error: SvcdeployError): string {
  const text = error.message.replaceAll("\n", " ");
  return text.startsWith(`${host}: `) ? text.slice(host.length + 2) : text.replace(/^\S+@\S+:\d+: /, "");
}

/** Why a host says nothing, in a word. */
export function silenceOf(error: SvcdeployError): string {
  const cause = causeOfError(error);
  return cause === "unreachable" ? "unreachable" : cause === "refused" ? "refused us" : "no answer";
}

/** Worst first. */
const BY_CONCERN: readonly StateKind[] = [
  "failed",
  "crash-loop",
  "bad-unit",
  "masked",
  "not-installed",
  "stopped",
  "stopping",
  "starting",
  "idle",
  "running",
];

const WORDS: Readonly<Record<StateKind, string>> = {
  running: "running",
  idle: "idle",
  starting: "starting",
  stopping: "stopping",
  "crash-loop": "crash loop",
  failed: "failed",
  stopped: "stopped",
  "not-installed": "not installed",
  masked: "masked",
  "bad-unit": "bad unit file",
};

function silentRow({ host, error, status, ageSeconds }: SeenHost): readonly StatusRow[] {
  return error === null
    ? []
    : [
        {
          kind: "host",
          host,
          word: silenceOf(error),
          reason: reasonOf(host, error),
          ageSeconds: status === null ? null : ageSeconds,
        },
      ];
}

function unitRows(
  { host, status, error, changed }: SeenHost,
  rows: StatusView["rows"],
): readonly StatusRow[] {
  if (status === null) return [];
  const shown = status.units.filter((unit) => rows === "all" || unit.main === "yes" || !isWell(unit));
  return shown.map((unit) => ({
    kind: "unit",
    host,
    unit,
    drift: status.drift.get(unit.unit) ?? "not-looked",
    lastRun: status.lastRun,
    isOld: error !== null,
    isChanged: changed.has(unit.unit),
  }));
}

/** What an unreachable host said before it was cut off is under it, and both above what is healthy. */
function rank(row: StatusRow): number {
  const concern = row.kind === "host" || row.isOld ? "starting" : row.unit.state;
  const level = BY_CONCERN.indexOf(concern === "idle" ? "running" : concern);
  return row.kind === "unit" && concern === "running" && row.drift === "drift"
    ? level - 0.5
    : level + (row.kind === "host" || row.isOld ? 0.5 : 0);
}
