/** What the unit-file library answers, in the words of the real tools, for the comparison with them. */
import { parseCalendarSpec } from "../../src/core/unit-file/calendar-spec.ts";
import { CAPABILITIES, capabilitySet } from "../../src/core/unit-file/capability.ts";
import { parseExitStatusSet } from "../../src/core/unit-file/exit-status.ts";
import { nextElapse } from "../../src/core/unit-file/next-elapse.ts";
import { parsePercent } from "../../src/core/unit-file/percent.ts";
import { printCalendarSpec } from "../../src/core/unit-file/print-calendar-spec.ts";
import { signalName, signalNumber } from "../../src/core/unit-file/signal.ts";
import { parseSize } from "../../src/core/unit-file/size.ts";
import { formatTimeSpan } from "../../src/core/unit-file/time-span.ts";

/** Differing answers as readable lines; the first few say enough. */
export function differences(
  inputs: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
): readonly string[] {
  const all = inputs.flatMap((input, index) =>
    ours[index] === theirs[index]
      ? []
      : [
          `${JSON.stringify(input)}: ours ${JSON.stringify(ours[index])}, systemd ${JSON.stringify(theirs[index])}`,
        ],
  );
  return all.length > 10 ? [...all.slice(0, 10), `and ${all.length - 10} more`] : all;
}

/** Lines of [Service], the property that shows each, and what it should show. */
export function numberCases(
  systemd: number,
): readonly (readonly [line: string, property: string, ours: string])[] {
  return [
    ...[
      "2G",
      "1.5G",
      "10.M",
      "1G 500M",
      "1G500M",
      "500M1G",
      "1M1M",
      "4 K",
      "512B",
      "1K1",
      "0.7K",
      "010K",
      "0x10K",
      "16E",
      "15.99E",
      "2GB",
      "2g",
      "1.0000000001T",
    ].map((text) => [`MemoryMax=${text}`, "MemoryMax", String(parseSize(text) ?? "infinity")] as const),
    ...[
      "20%",
      "250%",
      "20.5%",
      "20.55%",
      "20.555%",
      "5‰",
      "5.5‰",
      "5‱",
      "050%",
      "+5%",
      "-5%",
      "20",
      "99999999%",
      ".5%",
      "5.%",
    ].map(
      (text) => [`CPUQuota=${text}`, "CPUQuotaPerSecUSec", quotaOf(parsePercent(text, { systemd }))] as const,
    ),
    ...[
      "SIGTERM",
      "INT",
      "RTMIN+3",
      "SIGRTMIN+30",
      "RTMIN+31",
      "RTMAX-5",
      "64",
      "65",
      "term",
      "SIG9",
      "RTMIN+",
      "IOT",
      "010",
      "09",
      "RTMIN+0x2",
      "32",
    ].map((text) => [`KillSignal=${text}`, "KillSignal", String(signalNumber(text) ?? 15)] as const),
    ...["3 SIGKILL", "TEMPFAIL 3 FOO 4", "256", "010", "tempfail", "BPF KSM", "RTMIN+3 TERM 255"].map(
      (text) => [`SuccessExitStatus=${text}`, "SuccessExitStatus", statusesOf(text, systemd)] as const,
    ),
    ...[
      "CAP_CHOWN",
      "~CAP_CHOWN",
      "",
      "5 41 40",
      "CAP_CHOWN FOO,CAP_KILL",
      "CAP_CHOWN;CAP_KILL",
      "CAP_CHOWN CAP_KILL;~CAP_KILL",
      "~CAP_KILL;CAP_KILL",
      "CAP_CHOWN;;~CAP_KILL",
    ].map(
      (text) =>
        [
          text
            .split(";")
            .map((each) => `CapabilityBoundingSet=${each}`)
            .join("\n"),
          "CapabilityBoundingSet",
          capabilitiesOf(text.split(";")),
        ] as const,
    ),
  ];
}

/** The normal form and five elapses; nothing for an expression that is refused. */
export function calendarAnswer(text: string, base: string, systemd: number): readonly string[] {
  const spec = parseCalendarSpec(text);
  if (spec === null) return [];
  const found: string[] = [];
  for (let after: number | null = Date.parse(`${base}Z`) * 1000; found.length < 5; ) {
    after = nextElapse(spec, after, { systemd });
    if (after === null) return [printCalendarSpec(spec), ...(found.length === 0 ? ["never"] : found)];
    const date = new Date(Math.floor(after / 1_000_000) * 1000);
    found.push(`${date.toUTCString().slice(0, 3)} ${date.toISOString().slice(0, 19).replace("T", " ")} UTC`);
  }
  return [printCalendarSpec(spec), ...found];
}

/**
 * systemd 247 prints "*" for any range of seconds that starts at 0 and steps by one, which only a whole
 * minute's should be.
 */
export function withoutStar(line: string): string {
  return line.replace(/:(?:\*|00\.\.\d\d)(?= |$)/, ":*");
}

/**
 * Before 252 a path with "." parts was refused, and a relative one is escaped with a warning that no one
 * sees.
 */
export function isPathWithoutDots(text: string): boolean {
  return text.startsWith("/") && !text.split("/").includes(".");
}

function quotaOf(percent: number | null): string {
  return percent === null || percent < 0 ? "infinity" : formatTimeSpan(BigInt(Math.round(percent * 10_000)));
}

function statusesOf(text: string, systemd: number): string {
  const { statuses, signals } = parseExitStatusSet(text, systemd);
  const sorted = (set: ReadonlySet<number>): readonly number[] => [...set].sort((a, b) => a - b);
  return [...sorted(statuses), ...sorted(signals).map((signal) => signalName(signal)?.slice(3))].join(" ");
}

function capabilitiesOf(values: readonly string[]): string {
  const { names } = capabilitySet("all", values);
  return CAPABILITIES.filter((name) => names.has(name)).join(" ");
}

/** A variable of the generated environment files. */
export function isOurs(pair: string): boolean {
  return /^(?:A|B|C|D|_x)=/.test(pair);
}
