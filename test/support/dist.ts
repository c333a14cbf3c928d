/** The command line as it ships, which build-once.ts bundled for this run of the tests. */
import { join } from "node:path";
import { inject } from "vitest";

/** The folder that `npm run build` makes. */
export const dist: string = inject("dist");

/** The program, to be run by Node. */
export const main: string = join(dist, "main.js");
