/** The shape of a saved plan's file, checked once it is sure that the file is as it was written. */
import * as z from "zod";
import { SvcdeployError } from "../errors.ts";
import type { SavedPlan } from "../model/plan.ts";

const texts = z.array(z.string());
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const digests = z.record(z.string(), digest);
const state = z.record(z.string(), z.string()).nullable();
const reason = { because: z.string() };
const action = z.union([
  z.strictObject({ verb: z.literal("daemon-reload"), ...reason }),
  z.strictObject({
    verb: z.enum(["start", "restart", "reload", "stop", "settle"]),
    unit: z.string(),
    ...reason,
    timeoutSeconds: z.number(),
  }),
]);
const host = z.strictObject({
  host: z.string(),
  machineId: z.string(),
  fingerprint: digest,
  changes: z.array(z.strictObject({ id: z.string(), before: state, after: state, differs: texts })),
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
    pruning: z.exactOptional(z.enum(["services", "everything"])),
  }),
  plays: z.array(z.strictObject({ play: z.string(), rollout: digest, hosts: z.array(host) })),
});

/** The saved plan in a file's JSON. Throws SvcdeployError: config when it has another shape. */
export function readSavedPlan(value: object, file: string): SavedPlan {
  const read = savedPlanSchema.safeParse(value);
  if (read.success) return read.data;
  const where = read.error.issues[0]?.path.join(".") ?? "";
  throw new SvcdeployError(
    "config",
    `${file} is no plan that this version of svcdeploy can read (at ${where || "its top"})`,
    {
      hint: "Make and review the plan again.",
    },
  );
}
