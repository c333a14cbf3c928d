/**
 * What there is to say of the hosts that were asked for their record: who was not reached, and what is odd
 * about the others.
 */
import type { HostAnswer } from "../../core/history/merge-history.ts";
import { hostRanges } from "../lines/host-ranges.ts";
import { hang, type Line, line, styled } from "../lines/text.ts";

/** Hosts that were not reached are named one by one up to so many. */
const MAX_FAILED = 5;

/** Nothing where every host answered and nothing is odd. */
export function answerLines(answers: readonly HostAnswer[], columns: number): readonly Line[] {
  const failed = answers.flatMap(({ host, result }) =>
    result.kind === "failed" ? [{ host, message: result.message }] : [],
  );
  const rest = failed.slice(MAX_FAILED).map(({ host }) => host);
  return [
    ...failed.slice(0, MAX_FAILED).flatMap(({ host, message }) => {
      const isNamed = message.startsWith(`${host}: `) || message.startsWith(`${host} `);
      return hang(
        line(styled("bad", "no answer"), ": "),
        isNamed ? message : `${host}: ${message}`,
        columns,
        4,
      );
    }),
    ...(rest.length === 0
      ? []
      : hang(line(styled("bad", "no answer"), ": "), `${hostRanges(rest)}, for similar reasons`, columns, 4)),
    ...answerNotes(answers).flatMap(({ host, text }) =>
      hang(line(styled("warn", "note"), `: ${host}: `), text, columns, 4),
    ),
  ];
}

/** What a reader must know of the hosts to judge their records. */
function answerNotes(
  answers: readonly HostAnswer[],
): readonly { readonly host: string; readonly text: string }[] {
  return answers.flatMap(({ host, result }) => {
    if (result.kind === "failed") return [];
    const { clockOffset, unreadable } = result;
    const notes: string[] = [];
    if (Math.abs(clockOffset) > 60)
      notes.push(
        `its clock is ${formatSpan(Math.abs(clockOffset))} ${clockOffset > 0 ? "ahead" : "behind"}; ` +
          `its times are corrected by that`,
      );
    if (unreadable > 0)
      notes.push(
        `${unreadable} ${unreadable === 1 ? "line" : "lines"} of its record cannot be read and ` +
          `${unreadable === 1 ? "is" : "are"} left out`,
      );
    return notes.map((text) => ({ host, text }));
  });
}

function formatSpan(seconds: number): string {
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
