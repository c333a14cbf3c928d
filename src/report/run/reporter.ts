/** A reporter: a function of the events, with an end. */
import type { DeployEvent } from "../../core/model/run.ts";

/** event must return at once and never throws; close resolves when everything is shown. */
export type Reporter = { readonly event: (event: DeployEvent) => void; readonly close: () => Promise<void> };
