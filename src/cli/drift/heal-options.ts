/** The options of `drift --heal`. */
import type { Options } from "yargs";
import { UsageError } from "../../core/errors.ts";
import { parseTimeSpan } from "../../core/unit-file/time-span.ts";
import { isGiven, optionalText, type RawArguments } from "../options.ts";

/** As yargs takes them; --state stands among those of a watched run. */
export const HEAL = {
  heal: { type: "boolean", describe: "put right what changed on the hosts, without asking" },
  grace: {
    type: "string",
    describe: "with --heal: leave alone what is younger; default 15min",
    requiresArg: true,
  },
  "max-heals": {
    type: "string",
    describe: "with --heal: times a day, host and service; default 3",
    requiresArg: true,
  },
} as const satisfies Readonly<Record<string, Options>>;

/** What --heal may do; state: the folder as typed, null: the user's own. */
export type HealOrder = {
  readonly graceSeconds: number;
  readonly maxHeals: number;
  readonly state: string | null;
};

/** Null without --heal. Throws UsageError. */
export function healOrder(raw: RawArguments): HealOrder | null {
  const [grace, most] = [optionalText(raw, "grace"), optionalText(raw, "max-heals")];
  const state = optionalText(raw, "state");
  if (!isGiven(raw, "heal")) {
    const [lone] = ["grace", "max-heals", "verbose"].filter((name) => raw[name] !== undefined);
    if (lone !== undefined) throw new UsageError(`--${lone} is for healing`, "Add --heal.");
    return null;
  }
  const graceSeconds = parseTimeSpan(grace ?? "15min");
  if (graceSeconds === null || graceSeconds > 30 * 86_400)
    throw new UsageError(`--grace takes a time span such as 15min or 0, not ${JSON.stringify(grace)}`);
  if (!/^[1-9][0-9]{0,2}$/.test(most ?? "3"))
    throw new UsageError(`--max-heals takes a number from 1 to 999, not ${JSON.stringify(most)}`);
  return { graceSeconds, maxHeals: Number(most ?? "3"), state };
}
