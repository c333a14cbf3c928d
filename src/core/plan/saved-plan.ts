/**
 * A plan that is kept for review: made from what was planned, written as text that no one without the key can
 * change, and read back.
 */
import { SvcdeployError } from "../errors.ts";
import type { PlayOrder } from "../model/declared.ts";
import type { Plan, SavedHost, SavedPlan } from "../model/plan.ts";
import type { HostTarget } from "../model/resource.ts";
import type { ServicesByHost } from "../model/service.ts";
import type { Secret } from "../secret.ts";
import { isSameKeyed, keyed, keyName } from "./plan-key.ts";
import { sealPlan } from "./seal-plan.ts";
import { fingerprintRollout, fingerprintTarget } from "./target-fingerprints.ts";

/** The schema that is in the file. */
export const SAVED_PLAN_SCHEMA = "svcdeploy.saved-plan/1";

/** One host as it was planned. */
export type HostToSave = { readonly target: HostTarget; readonly plan: Plan; readonly machineId: string };

/** Everything but the plans. redact: takes the run's secrets out of a sentence. */
export type AboutSaved = Omit<SavedPlan, "plays"> & {
  readonly services: ServicesByHost;
  readonly key: Secret;
  readonly redact: (text: string) => string;
};

/** The saved form of planned plays. */
export function makeSavedPlan(
  about: AboutSaved,
  plays: readonly { readonly play: PlayOrder; readonly hosts: readonly HostToSave[] }[],
): SavedPlan {
  const { key, redact, services, ...head } = about;
  return {
    ...head,
    plays: plays.map(({ play, hosts }) => ({
      play: play.name,
      rollout: fingerprintRollout(play.name, play.rollout, key),
      hosts: hosts.map((host) => saveHost(host, { services, key, redact })),
    })),
  };
}

/** The file's text. Its last member is an HMAC over everything before it. */
export function formatSavedPlan(saved: SavedPlan, key: Secret): string {
  return signed({ schema: SAVED_PLAN_SCHEMA, key: keyName(key), ...saved }, key);
}

/**
 * The file's JSON once it is sure that it is as it was written under this key; its shape is the schema's
 * business. Throws SvcdeployError: config when it is cut off, edited, no saved plan, or of another version's
 * schema; usage when it was made under another key.
 */
export function unsealSavedPlan(text: string, file: string, key: Secret): object {
  const found = parseObject(text, file);
  requireSchema(found, file);
  if (found.key !== keyName(key)) throw otherKey(file);
  const { mac: _mac, ...body } = found;
  if (!isSameKeyed(signed(body, key), text)) throw wasChanged(file);
  const { schema: _schema, key: _key, ...saved } = body;
  return saved;
}

function saveHost(
  { target, plan, machineId }: HostToSave,
  { services, key, redact }: Pick<AboutSaved, "services" | "key" | "redact">,
): SavedHost {
  const sealed = sealPlan(plan, key);
  return {
    host: plan.host,
    machineId,
    fingerprint: sealed.fingerprint,
    changes: sealed.changes.map(({ resource, before, after, differs }) => ({
      id: resource.id,
      before,
      after,
      differs,
    })),
    actions: sealed.actions.map((action) => ({ ...action, because: redact(action.because) })),
    collateral: sealed.collateral.map(({ unit, because }) => ({ unit, because: redact(because) })),
    ...fingerprintTarget(target, services, key),
  };
}

function signed(body: object, key: Secret): string {
  const mac = keyed(key, ["file"], JSON.stringify(body));
  return `${JSON.stringify({ ...body, mac }, null, 1)}\n`;
}

type JsonMap = { readonly [key: string]: unknown };

function parseObject(text: string, file: string): JsonMap {
  if (!text.trimStart().startsWith("{")) throw noPlan(file);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // said below
  }
  throw wasChanged(file);
}

function requireSchema({ schema }: JsonMap, file: string): void {
  if (schema === SAVED_PLAN_SCHEMA) return;
  if (typeof schema !== "string" || !/^svcdeploy\.saved-plan\/\d{1,9}$/.test(schema)) throw noPlan(file);
  throw new SvcdeployError(
    "config",
    `${file} was made by another version of svcdeploy: it is ${schema}, and this one reads ` +
      `${SAVED_PLAN_SCHEMA}`,
    {
      hint: "Make the plan again with this version, or apply it with the version that made it.",
    },
  );
}

function noPlan(file: string): SvcdeployError {
  return new SvcdeployError("config", `${file} is not a saved plan`, {
    hint: "svcdeploy plan --env ENV --out FILE makes one.",
  });
}

function wasChanged(file: string): SvcdeployError {
  return new SvcdeployError("config", `${file} is not as svcdeploy wrote it: it was edited or cut off`, {
    hint: "Nothing was changed. Fetch the file again, or make and review the plan again.",
  });
}

function otherKey(file: string): SvcdeployError {
  return new SvcdeployError("usage", `${file} was made under another key than the one here`, {
    hint:
      "Give plan and apply the same SVCDEPLOY_PLAN_KEY; without it each user of each machine has a key of " +
      "their own.",
  });
}
