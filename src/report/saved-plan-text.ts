/** What stands above a saved plan when it is carried out: whose it is, of when, and what it was made for. */
import type { SavedPlan } from "../core/model.ts";
import { type Line, line, styled } from "./text.ts";

/** The lines, and an empty one below them. */
export function savedPlanText(saved: SavedPlan, file: string): readonly Line[] {
  const { limit, services, set, values } = saved.selection;
  const selected = [
    ...(limit === null ? [] : [`--limit ${limit}`]),
    ...services.map((name) => `--service ${name}`),
    ...set.map((each) => `--set ${each}`),
    ...values.map(({ file: name }) => `--values ${name}`),
  ];
  return [
    line(styled("strong", `The saved plan ${file}`), `: project ${saved.project}, environment ${saved.environment}`),
    line(`made ${saved.madeAt} by svcdeploy ${saved.version}, valid until ${saved.validUntil}`),
    ...(selected.length === 0 ? [] : [line(`made with ${selected.join(" ")}`)]),
    [],
  ];
}
