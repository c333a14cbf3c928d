/** The table at the end, one row a host, and the sentence that counts them. */
import type { HostReport, HostStatus } from "../../core/model/run.ts";
import { formatDuration, type Line, line, type Style, styled, truncate } from "../lines/text.ts";

/** With more hosts than this there is no table: the failures and the sentence say it all. */
export const MAX_ROWS = 20;

type SummaryRow = {
  readonly host: string;
  readonly status: HostStatus;
  readonly services: string;
  readonly duration: string;
};

/**
 * The table within so many columns: host, status, services, duration. A host in several plays is one row: its
 * worst status and all its services.
 */
export function summaryTable(reports: readonly HostReport[], columns: number): readonly Line[] {
  const hosts = mergePlays(reports);
  if (hosts.length === 0) return [];
  const rows = hosts.map(rowOf);
  const widths = layOut(rows, columns);
  const header = cells(
    { host: "host", services: "services", duration: "time" },
    styled("dim", "status"),
    widths,
  );
  return [
    header.map((span) => ({ ...span, style: "dim" as const })),
    ...rows.map((row) => cells(row, styled(STYLES[row.status], row.status), widths)),
  ];
}

/** "2 changed, 1 failed": what the table says, in the order of concern. */
export function countStatuses(reports: readonly HostReport[]): string {
  const hosts = mergePlays(reports);
  const parts = STATUS_ORDER.map((status) => ({
    status,
    count: hosts.filter((report) => report.status === status).length,
  }));
  return parts
    .filter((part) => part.count > 0)
    .map((part) => `${part.count} ${part.status}`)
    .join(", ");
}

/** How a host's story may end, worst first; what was unchanged last. */
export const STATUS_ORDER: readonly HostStatus[] = [
  "unknown",
  "failed",
  "rolled-back",
  "unreachable",
  "skipped",
  "changed",
  "unchanged",
];

/** How each status is painted. */
export const STYLES: Readonly<Record<HostStatus, Style>> = {
  unchanged: "dim",
  changed: "good",
  "rolled-back": "bad",
  failed: "bad",
  unreachable: "bad",
  skipped: "warn",
  unknown: "bad",
};

function mergePlays(reports: readonly HostReport[]): readonly HostReport[] {
  const byHost = new Map<string, HostReport>();
  for (const report of reports) {
    const seen = byHost.get(report.host);
    byHost.set(report.host, seen === undefined ? report : merge(seen, report));
  }
  return [...byHost.values()];
}

function merge(first: HostReport, second: HostReport): HostReport {
  const worst = STATUS_ORDER.indexOf(second.status) < STATUS_ORDER.indexOf(first.status) ? second : first;
  const services = [...new Set([...first.services, ...second.services])];
  return {
    ...worst,
    services,
    durationMilliseconds: first.durationMilliseconds + second.durationMilliseconds,
  };
}

function rowOf(report: HostReport): SummaryRow {
  // A host that was only skipped took no time worth a figure.
  const duration = report.durationMilliseconds < 50 ? "" : formatDuration(report.durationMilliseconds);
  return { host: report.host, status: report.status, services: report.services.join(", "), duration };
}

type Widths = { readonly host: number; readonly status: number; readonly services: number };

function layOut(rows: readonly SummaryRow[], columns: number): Widths {
  const widest = (texts: readonly string[]): number => Math.max(...texts.map((text) => [...text].length));
  const status = widest(["status", ...rows.map((row) => row.status)]);
  const duration = widest(["time", ...rows.map((row) => row.duration)]);
  const host = Math.min(
    widest(["host", ...rows.map((row) => row.host)]),
    Math.max(12, columns - status - duration - 20),
  );
  const room = Math.max(8, columns - host - status - duration - 6);
  return { host, status, services: Math.min(room, widest(["services", ...rows.map((row) => row.services)])) };
}

function cells(
  row: { readonly host: string; readonly services: string; readonly duration: string },
  status: Line[number],
  widths: Widths,
): Line {
  const pad = (text: string, width: number): string =>
    text + " ".repeat(Math.max(0, width - [...text].length));
  const host = pad(truncate(row.host, widths.host), widths.host + 2);
  const gap = " ".repeat(widths.status - status.text.length + 2);
  const services = pad(truncate(row.services, widths.services), widths.services + 2);
  return line(host, status, `${gap}${services}${row.duration}`.trimEnd());
}
