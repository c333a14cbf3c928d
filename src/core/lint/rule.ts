/** What a rule is, and what it finds. */
import type { Place } from "../model/declared.ts";
import type { LintHost } from "./lint-host.ts";
import type { LintUnit } from "./lint-unit.ts";
import type { LintEdit } from "./unit-edit.ts";

/**
 * error: it will not do what it says, or harms the host; warn: it works until something fails; info:
 * worth knowing.
 */
export type Severity = "error" | "warn" | "info";

/** A rule's id, e.g. SD003; stable forever. */
export type RuleId = `SD${number}`;

/**
 * What one rule found at one place, in one sentence each. severity: where it differs from the rule's own.
 * edits: the fix, where it needs no decision.
 */
export type RuleFinding = {
  readonly place: Place;
  readonly happens: string;
  readonly fix: string;
  readonly severity?: Severity;
  readonly edits?: readonly LintEdit[];
};

/**
 * A found mistake with the rule behind it. unit: the unit's name, or the host's for a rule over the whole
 * host.
 */
export type LintFinding = {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly place: Place;
  readonly unit: string;
  readonly happens: string;
  readonly fix: string;
  readonly edits?: readonly LintEdit[];
  /** The rule whose entry in lint.ignore is to be removed. */
  readonly unignore?: string;
};

/**
 * What documentation and `--explain` say of a rule. bad is a unit that the rule finds, good the same unit put
 * right; the tests run both.
 */
export type RuleText = {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly title: string;
  /** What systemd really does, in a few sentences. */
  readonly explain: string;
  readonly bad: string;
  readonly good: string;
  /** Name of the example's file; app.service where it is left out. */
  readonly exampleFile?: string;
};

/** A rule over one unit. */
export type UnitRule = RuleText & {
  readonly over: "unit";
  readonly check: (unit: LintUnit, host: LintHost) => readonly RuleFinding[];
};
/** A rule over everything on one host. Its examples may hold several files, each after a line `# FILE`. */
export type HostRule = RuleText & {
  readonly over: "host";
  readonly check: (host: LintHost) => readonly RuleFinding[];
};
/**
 * A rule over a project, whose examples are service files: over one host of it, or, without check, over what
 * the other rules found on all of them, which fold.ts judges.
 */
export type ProjectRule = RuleText & {
  readonly over: "project";
  readonly check?: (host: LintHost) => readonly RuleFinding[];
};
/** A rule: data and one pure function. */
export type Rule = UnitRule | HostRule | ProjectRule;
