/** What the options of `drift --heal` ask for. */
import { UsageError } from "../../core/errors.ts";
import { parseTimeSpan } from "../../core/unit-file/time-span.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { HEAL, PASSED_ON, PROGRESS } from "../options/groups.ts";

/** What --heal may do; state: the folder as typed, null: the user's own. */
export type HealOrder = {
  readonly graceSeconds: number;
  readonly maxHeals: number;
  readonly state: string | null;
};

/** Null without --heal. Throws UsageError. */
export function healOrder({
  heal,
  grace,
  "max-heals": most,
  state,
  verbose = false,
}: OptionValues<typeof HEAL> &
  Partial<OptionValues<typeof PROGRESS>> &
  Pick<OptionValues<typeof PASSED_ON>, "state">): HealOrder | null {
  if (!heal) {
    const [lone] = Object.entries({ grace, "max-heals": most, verbose: verbose || null })
      .filter(([, value]) => value !== null)
      .map(([name]) => name);
    if (lone !== undefined) throw new UsageError(`--${lone} works with --heal only`, "Add --heal.");
    return null;
  }
  const graceSeconds = parseTimeSpan(grace ?? "15min");
  if (graceSeconds === null || graceSeconds > 30 * 86_400)
    throw new UsageError(`--grace takes a time span such as 15min or 0, not ${JSON.stringify(grace)}`);
  if (!/^[1-9][0-9]{0,2}$/.test(most ?? "3"))
    throw new UsageError(`--max-heals takes a number from 1 to 999, not ${JSON.stringify(most)}`);
  return { graceSeconds, maxHeals: Number(most ?? "3"), state };
}
