/**
 * Prometheus' text format, for the textfile collector of the node exporter: how the last run of a command
 * ended.
 */
import { type HostEnd, hostEnds } from "./host-ends.ts";
import type { ReportFormat, RunLog } from "./run-log.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = { readonly labels: Labels; readonly value: number };

/** The log as gauges, all named svcdeploy_ and labelled with command, project and environment. */
export const prometheusReport: ReportFormat = (log, redact) => {
  const common = { command: log.command, project: log.project ?? "", environment: log.environment ?? "" };
  return [...runMetrics(log), ...driftMetrics(log)].map((each) => each(common, redact)).join("");
};

function runMetrics(log: RunLog): readonly Metric[] {
  return [
    metric("run_timestamp_seconds", "When the last run started, since the epoch.", [
      { labels: {}, value: log.startedAt / 1000 },
    ]),
    metric("run_duration_seconds", "How long it took.", [
      { labels: {}, value: log.durationMilliseconds / 1000 },
    ]),
    metric("run_exit_code", "Its exit code: 0 done, 2 changes or drift, 5 rolled back …", [
      { labels: {}, value: log.exitCode },
    ]),
    metric("run_info", "The state of the project that it ran with.", [
      { labels: { ...log.origin }, value: 1 },
    ]),
    metric("run_mistakes", "Mistakes found in the project's files.", [
      { labels: {}, value: log.error?.problems.length ?? 0 },
    ]),
    metric(
      "hosts",
      "Hosts of the run by how they ended; a host in several plays counts in each.",
      hostCounts(log),
    ),
    metric(
      "host_well",
      "1: the host is as declared; 0: it is not, or its state is unknown.",
      hostEnds(log).map(hostSample),
    ),
  ];
}

function driftMetrics(log: RunLog): readonly Metric[] {
  return [
    metric("host_seen", "1: drift could check the host; 0: it could not.", seenSamples(log)),
    metric(
      "drift_findings",
      "What is not as declared, by kind and by who moved: host, project (pending) or conflict.",
      findingCounts(log),
    ),
    metric(
      "drift_ignored",
      "What is not as declared and ignored by a rule of the project.",
      ignoredCounts(log),
    ),
    metric(
      "drift_rules_expired",
      "Ignore rules past their date.",
      log.drift === null ? [] : [{ labels: {}, value: log.drift.rules.expired.length }],
    ),
  ];
}

type Metric = (common: Labels, redact: (text: string) => string) => string;

/** A metric with its samples; without any it is left out. */
function metric(name: string, help: string, samples: readonly Sample[]): Metric {
  return (common, redact) => {
    if (samples.length === 0) return "";
    const lines = samples.map(
      ({ labels, value }) => `svcdeploy_${name}{${labelText({ ...common, ...labels }, redact)}} ${value}\n`,
    );
    return `# HELP svcdeploy_${name} ${help}\n# TYPE svcdeploy_${name} gauge\n${lines.join("")}`;
  };
}

function hostCounts(log: RunLog): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const { status } of hostEnds(log)) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, value]) => ({ labels: { status }, value }));
}

function hostSample({ host, play, status, end }: HostEnd): Sample {
  return { labels: { host, play, status }, value: end === "well" ? 1 : 0 };
}

function seenSamples({ drift }: RunLog): readonly Sample[] {
  const seen = new Map(drift?.hosts.map(({ host, error }) => [host, error === null ? 1 : 0]) ?? []);
  return [...seen].map(([host, value]) => ({ labels: { host }, value }));
}

function findingCounts({ drift }: RunLog): readonly Sample[] {
  const counts = new Map<string, Sample>();
  for (const { host, play, findings } of drift?.hosts ?? []) {
    for (const { kind, service, origin } of findings) {
      const labels = { host, play, service, kind, origin };
      const key = JSON.stringify(labels);
      counts.set(key, { labels, value: (counts.get(key)?.value ?? 0) + 1 });
    }
  }
  return [...counts.values()];
}

function ignoredCounts({ drift }: RunLog): readonly Sample[] {
  return (drift?.hosts ?? []).flatMap(({ host, play, ignored }) =>
    ignored.length === 0 ? [] : [{ labels: { host, play }, value: ignored.length }],
  );
}

/** Label values know three escapes: backslash, quote and newline. */
function labelText(labels: Labels, redact: (text: string) => string): string {
  const quoted = (text: string): string =>
    redact(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replace(/\r?\n/g, "\\n");
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${quoted(value)}"`)
    .join(",");
}
