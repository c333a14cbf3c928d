/** The shape of a saved plan's file, checked once it is sure that the file is as it was written. */

import * as z from "zod";
import { SvcdeployError } from "../errors.ts";
import type { Action, SavedChange, SavedHost, SavedPlan } from "../model/plan.ts";
import { PRUNINGS } from "../model/resource.ts";
import { HOST_VERBS, UNIT_VERBS } from "../model/verb.ts";
import { type Same, same } from "./same-shape.ts";
import { digest } from "./schema-parts.ts";

const texts = z.array(z.string());
const digests = z.record(z.string(), digest);
const state = z.record(z.string(), z.string()).nullable();
const reason = { because: z.string() };
const action = z.union([
  z.strictObject({ verb: z.enum(HOST_VERBS), ...reason, path: z.exactOptional(z.string()) }),
  z.strictObject({
    verb: z.enum(UNIT_VERBS),
    unit: z.string(),
    ...reason,
    timeoutSeconds: z.number(),
  }),
]);
const change = z.strictObject({ id: z.string(), before: state, after: state, differs: texts });
const host = z.strictObject({
  host: z.string(),
  machineId: z.string(),
  fingerprint: digest,
  changes: z.array(change),
  actions: z.array(action),
  collateral: z.array(z.strictObject({ unit: z.string(), ...reason })),
  services: digests,
  resources: digests,
});
const savedPlanSchema = z.strictObject({
  version: z.string(),
  project: z.string(),
  environment: z.string(),
  madeAt: z.iso.datetime(),
  validUntil: z.iso.datetime(),
  selection: z.strictObject({
    limit: z.string().nullable(),
    services: texts,
    set: texts,
    values: z.array(z.strictObject({ file: z.string(), text: z.string() })),
    pruning: z.exactOptional(z.enum(PRUNINGS).exclude(["blocks"])),
  }),
  plays: z.array(z.strictObject({ play: z.string(), rollout: digest, hosts: z.array(host) })),
});

// What the type has and the schema has not, or the other way round, is an error here.
same satisfies Same<z.infer<typeof action>, Action>;
same satisfies Same<z.infer<typeof change>, SavedChange>;
same satisfies Same<z.infer<typeof host>, SavedHost>;
same satisfies Same<z.infer<typeof savedPlanSchema>, SavedPlan>;

/** The saved plan in a file's JSON. Throws SvcdeployError: config when it has another shape. */
export function readSavedPlan(value: object, file: string): SavedPlan {
  const read = savedPlanSchema.safeParse(value);
  if (read.success) return read.data;
  const where = read.error.issues[0]?.path.join(".") ?? "";
  throw new SvcdeployError(
    "config",
    `${file} is not a plan that this version of svcdeploy can read (at ${where || "its top"})`,
    {
      hint: "Make and review the plan again.",
    },
  );
}
