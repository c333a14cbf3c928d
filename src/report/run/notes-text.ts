/** What an operator should know of hosts where all is well: each note once, with its hosts. */
import type { HostReport } from "../../core/model/run.ts";
import { hang, type Line, line, styled } from "../lines/text.ts";

/** A line for each note; hosts with the same one share it. */
export function notesText(reports: readonly HostReport[], columns: number): readonly Line[] {
  const notes = reports.flatMap(({ host, verdicts, health }) => [
    ...verdicts.flatMap(({ unit, note }) => (note === undefined ? [] : [{ host, text: `${unit}: ${note}` }])),
    ...health.flatMap(({ service, check, note }) =>
      note === undefined ? [] : [{ host, text: `${service}, ${check}: ${note}` }],
    ),
  ]);
  return [...Map.groupBy(notes, ({ text }) => text)].flatMap(([text, of]) => {
    const hosts = [...new Set(of.map(({ host }) => host))].join(", ");
    return hang(line(styled("warn", "note: ")), `${hosts}: ${text}`, columns, 4);
  });
}
