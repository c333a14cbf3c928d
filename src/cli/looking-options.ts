/** Options of what looks at one service of one host, and asks nobody. */
import type { Options } from "yargs";
import { SELECTION } from "./options.ts";

/** Which project and environment, and what is laid over its values. */
export const LOOKING = {
  project: SELECTION.project,
  env: SELECTION.env,
  set: SELECTION.set,
  values: SELECTION.values,
} as const satisfies Readonly<Record<string, Options>>;
