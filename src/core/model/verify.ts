/** What units and health checks turned out to be. */
import type { UnitProperties } from "./observation.ts";
import type { Check } from "./service.ts";

/** What one unit turned out to be. */
export type Verdict = {
  readonly unit: string;
  readonly ok: boolean;
  /**
   * A named cause: running, exited, start-limit, not-ready, watchdog, core-dump, out-of-memory, exec-failed,
   * exited-at-once, crash-loop, port-closed, inactive, failed, masked …
   */
  readonly cause: string;
  /** `systemctl is-active`'s word, literally. */
  readonly isActive: string;
  /** One or more lines for the operator. */
  readonly detail: string;
  /** What an operator should know although it is well. */
  readonly note?: string | undefined;
};

/**
 * A unit that runs as it was before an act that leaves its process alone: a reload, or nothing on it at all.
 */
export type BeforeAct = { readonly sample: UnitProperties; readonly act: "reload" | "none" };

/** What one health check turned out to be. */
export type HealthResult = {
  readonly service: string;
  readonly check: string;
  readonly role: Check["role"];
  readonly ok: boolean;
  readonly detail: string;
  /** What an operator should know although it passed. */
  readonly note?: string | undefined;
  readonly attempts: number;
};
