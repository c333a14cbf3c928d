/** A reporter: a function of the events, with an end. */
import type { RunEvent } from "../../core/model/run.ts";

/** event must return at once and never throws; close resolves when everything is shown. */
export type Reporter = { readonly event: (event: RunEvent) => void; readonly close: () => Promise<void> };

/** now: milliseconds of a clock that never runs backwards. time: the moment as the wall's clock has it. */
export type Clock = { readonly now: () => number; readonly time: () => Date };

/** hosts: what is done to each and how it ended. steps: every step between as well. */
export type ProgressDetail = "hosts" | "steps";
