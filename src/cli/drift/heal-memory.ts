/** The file in which healing remembers, opened before a run and written before it changes anything. */
import { dirname, resolve } from "node:path";
import { policyFrom, stateAfter } from "../../core/drift/heal-state.ts";
import type { Looked } from "../../core/drift/host-drift.ts";
import type { PolicyFor } from "../../core/drift/plan-healing.ts";
import type { Project } from "../../core/model/declared.ts";
import type { PlannedPlay } from "../../core/plan/planned.ts";
import { line, styled } from "../../report/lines/text.ts";
import { healFile, readHealFile, writeHealFile } from "../../store/heal-file.ts";
import type { Surroundings } from "../surroundings.ts";
import type { HealOrder } from "./heal-options.ts";

/**
 * The memory of one run. save: what was seen, and that the work's services are healed once more. Throws
 * UsageError.
 */
export type HealMemory = {
  readonly policyFor: PolicyFor;
  readonly save: (looked: readonly Looked[], work: readonly PlannedPlay[]) => Promise<void>;
};

/**
 * Opens the file of a project's environment; one that makes no sense is moved aside and told. Throws
 * UsageError where there is no place for it.
 */
export async function openHealMemory(
  project: Project,
  order: HealOrder,
  { environment, workingDirectory, stderr }: Surroundings,
): Promise<HealMemory> {
  const path = healFile(
    project,
    order.state === null ? null : resolve(workingDirectory, order.state),
    environment,
  );
  const { state, asideAs } = await readHealFile(path);
  if (asideAs !== null)
    stderr.print([
      line(
        styled(
          "warn",
          `The record of healing in ${dirname(path)} could not be read; a new one is started and the ` +
            `old one kept as ${asideAs}`,
        ),
      ),
    ]);
  const now = Math.floor(Date.now() / 1000);
  return {
    policyFor: policyFrom(state, order, now),
    save: async (looked, work) => writeHealFile(path, stateAfter(state, looked, work, now)),
  };
}
