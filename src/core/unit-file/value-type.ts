/**
 * What kind of value a directive takes, as far as it is certain on 247, 252 and 257, and whether a value is
 * of it. Data: `systemd --dump-configuration-items`.
 */
import { parseInteger } from "./integer.ts";
import { parsePercent } from "./percent.ts";
import { signalNumber } from "./signal.ts";
import { parseSize } from "./size.ts";
import { parseTimeSpan } from "./time-span.ts";
import types from "./value-types.json" with { type: "json" };

/** Why systemd ignores a value, and how it would be right. */
export type BadValue = {
  readonly expected: string;
  readonly example: string;
  /** Where only some words are right: those. */
  readonly words?: readonly string[];
};

/**
 * What is wrong with a directive's value; null when it is right, empty (a reset), holds a specifier, or its
 * kind is not known here.
 */
export function badValue(section: string, name: string, value: string): BadValue | null {
  if (value === "" || (value.includes("%") && !PERCENT.test(value.trim()))) return null;
  const kind = kindFor(section, name);
  return kind === undefined || kind.accepts(value)
    ? null
    : { expected: kind.expected, example: kind.example, ...(kind.words && { words: kind.words }) };
}

/**
 * True when the directive's value is one word or number, so that anything after a blank and `#` cannot be
 * meant.
 */
export function isTyped(section: string, name: string): boolean {
  return kindFor(section, name) !== undefined;
}

/**
 * True for a signal's name as systemd takes it: with or without SIG, RTMIN+n, or a number (signal-util.c).
 */
export function isSignal(text: string): boolean {
  return signalNumber(text) !== null;
}

type Kind = BadValue & { readonly accepts: (value: string) => boolean };

const PERCENT = /^[0-9.]+[%‰‱]$/;
const BOOLEAN: Kind = {
  expected: "yes or no",
  example: "yes",
  accepts: (value) => /^(?:1|yes|y|true|t|on|0|no|n|false|f|off)$/i.test(value),
};
const SPAN: Kind = {
  expected: "a time span",
  example: "90s, 2min 30s",
  accepts: (value) => parseTimeSpan(value) !== null,
};
const OCTAL: Kind = {
  expected: "an octal mode",
  example: "0750",
  accepts: (value) => /^[0-7]{1,5}$/.test(value),
};
const SIGNAL: Kind = { expected: "a signal", example: "SIGTERM", accepts: isSignal };
const UNSIGNED: Kind = {
  expected: "a whole number",
  example: "5",
  accepts: (value) => (parseInteger(value) ?? -1) >= 0,
};
const RLIMIT: Kind = { expected: "a limit, or SOFT:HARD", example: "65536, infinity", accepts: isRlimit };
const SIZE: Kind = {
  expected: "a size in K, M, G or T, or a percentage",
  example: "512M, 50%",
  accepts: isSizeOrPercent,
};
const QUOTA: Kind = {
  expected: "a percentage of one CPU",
  example: "75%",
  accepts: (value) => parsePercent(value) !== null,
};
const TASKS: Kind = {
  expected: "a number or a percentage",
  example: "512, 40%",
  accepts: (value) => value === "infinity" || (parseInteger(value) ?? 0) > 0 || parsePercent(value) !== null,
};

/** Emergency actions up to systemd 257 (systemd.unit(5)). */
const ACTIONS =
  "none reboot reboot-force reboot-immediate poweroff poweroff-force poweroff-immediate exit exit-force " +
  "soft-reboot soft-reboot-force kexec kexec-force halt halt-force halt-immediate";

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...kindOf(types.boolean, BOOLEAN),
  ...kindOf(types.span, SPAN),
  ...kindOf(types.octal, OCTAL),
  ...kindOf(types.signal, SIGNAL),
  ...kindOf(types.unsigned, UNSIGNED),
  ...kindOf(types.rlimit, RLIMIT),
  ...kindOf(types.size, SIZE),
  ...kindOf("CPUQuota", QUOTA),
  ...kindOf("TasksMax", TASKS),
  ...oneOf("Type", "simple exec forking oneshot dbus notify notify-reload idle"),
  ...oneOf("Restart", "no on-success on-failure on-abnormal on-watchdog on-abort always"),
  ...oneOf("KillMode", "control-group mixed process none"),
  ...oneOf("NotifyAccess", "none main exec all"),
  ...oneOf("OOMPolicy", "continue stop kill"),
  ...["SuccessAction", "FailureAction", "StartLimitAction"].flatMap((name) => oneOf(name, ACTIONS)),
]);

/** Type= of a mount is its file system. */
function kindFor(section: string, name: string): Kind | undefined {
  return name === "Type" && section !== "Service" ? undefined : KINDS.get(name);
}

function kindOf(names: string, kind: Kind): readonly (readonly [string, Kind])[] {
  return names.split(" ").map((name) => [name, kind] as const);
}

function oneOf(name: string, words: string): readonly (readonly [string, Kind])[] {
  const known = words.split(" ");
  return kindOf(name, {
    expected: `one of ${known.join(", ")}`,
    example: known[0] ?? "",
    words: known,
    accepts: (value) => known.includes(value),
  });
}

/**
 * Limits count in bytes with K, M, G, or plainly, or as a time; one of the three is enough (systemd.exec(5)).
 */
function isRlimit(value: string): boolean {
  const parts = value.split(":");
  return (
    parts.length <= 2 &&
    parts.every((part) => /^[+-]?\d+$/.test(part) || parseSize(part) !== null || parseTimeSpan(part) !== null)
  );
}

function isSizeOrPercent(value: string): boolean {
  return parseSize(value) !== null || parsePercent(value) !== null;
}
