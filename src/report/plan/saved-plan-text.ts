/**
 * What is shown above a saved plan when it is carried out: whose it is, of when, and what it was made for.
 */
import type { SavedPlan } from "../../core/model/plan.ts";
import { hang, type Line, line, styled } from "../lines/text.ts";

/** The lines, for so many columns, and an empty one below them. */
export function savedPlanText(saved: SavedPlan, file: string, columns: number): readonly Line[] {
  const { limit, services, set, values } = saved.selection;
  const selected = [
    ...(limit === null ? [] : [`--limit ${limit}`]),
    ...services.map((name) => `--service ${name}`),
    ...set.map((each) => `--set ${each}`),
    ...values.map(({ file: name }) => `--values ${name}`),
  ];
  return [
    ...hang(
      line(styled("strong", `The saved plan ${file}`)),
      `: project ${saved.project}, environment ${saved.environment}`,
      columns,
      2,
    ),
    ...hang(line("made "), `${saved.madeAt} by svcdeploy ${saved.version}`, columns, 2),
    ...hang(line("valid until "), saved.validUntil, columns, 2),
    ...(selected.length === 0 ? [] : hang(line("made with "), selected.join(" "), columns, 2)),
    [],
  ];
}
