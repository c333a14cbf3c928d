/** What an act is called, in a plan before it and in a report, a history and a story after it. */

/**
 * An act of a plan, or as a host keeps it: unit "-" or "" where it is on none, and a verb that may be
 * anything.
 */
export type NamedAction = { readonly verb: string; readonly unit?: string; readonly timeoutSeconds?: number };

/** The act without its reason: `restart etcd.service`, `wait 10 s`. */
export function actionName({ verb, unit = "", timeoutSeconds = 0 }: NamedAction): string {
  if (verb === "settle") return `wait ${timeoutSeconds} s`;
  return unit === "" || unit === "-" ? verb : `${verb} ${unit}`;
}
