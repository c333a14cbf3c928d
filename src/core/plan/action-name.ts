/** What an act is called, in a plan before it and in a report, a history and a story after it. */

/**
 * An act of a plan, or as a host keeps it: unit "-" or "" where it is on none, and a verb that may be
 * anything. path: of an act on the host that is for one file.
 */
export type NamedAction = {
  readonly verb: string;
  readonly unit?: string;
  readonly path?: string;
  readonly timeoutSeconds?: number;
};

/** The act without its reason: `restart etcd.service`, `wait 10 s`. */
export function actionName({ verb, path = "", unit = path, timeoutSeconds = 0 }: NamedAction): string {
  if (verb === "settle") return `wait ${timeoutSeconds} s`;
  return unit === "" || unit === "-" ? verb : `${verb} ${unit}`;
}
