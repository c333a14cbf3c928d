/** One host's drift in one play: what is not as declared, what healing did about it, and what is ignored. */
import type { SvcdeployError } from "../errors.ts";
import type { IgnoreRule } from "../model/declared.ts";
import type { Observation } from "../model/observation.ts";
import type { Finding } from "../model/plan.ts";
import type { HostTarget } from "../model/resource.ts";
import type { IgnoredFinding } from "./ignore.ts";

/** What became of a finding where healing was asked for, and why. */
export type HealOutcome = {
  readonly outcome: "heal" | "healed" | "left" | "flapping" | "failed";
  readonly why: string;
};
/** A finding as it is reported. */
export type DriftFinding = Finding & { readonly heal?: HealOutcome };

/** One host in one play: how it differs, or why it could not be looked at. */
export type DriftHost = {
  readonly host: string;
  readonly play: string;
  readonly services: readonly string[];
  readonly findings: readonly DriftFinding[];
  /** What was found and healed by this run; in no other count. */
  readonly healed?: readonly DriftFinding[];
  /** What the project's rules ignore; in no other count. */
  readonly ignored: readonly IgnoredFinding[];
  /** The host's clock when it was looked at, in seconds since the epoch; null: unknown. */
  readonly clock: number | null;
  readonly error: SvcdeployError | null;
};

/** One host in one play and what its drift was read from; observation null: it could not be looked at. */
export type Looked = {
  readonly target: HostTarget;
  readonly observation: Observation | null;
  readonly drift: DriftHost;
};

/** Ignore rules past their date, and those that ignored nothing (why: where that is known). */
export type RuleNotes = {
  readonly expired: readonly IgnoreRule[];
  readonly unmatched: readonly { readonly rule: IgnoreRule; readonly why: string | null }[];
};
