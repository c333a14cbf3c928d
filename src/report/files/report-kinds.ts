/**
 * What --report can write, and of which commands; apart from the formats, so that the command line's help
 * loads none of them.
 */

/** The kinds in the order of the help. */
export const REPORT_KINDS = [
  "junit",
  "markdown",
  "json",
  "ndjson",
  "github",
  "gitlab",
  "prometheus",
] as const;
/** One of them. */
export type ReportKind = (typeof REPORT_KINDS)[number];

/** Whether a word is one of them. */
export function isReportKind(word: string): word is ReportKind {
  return REPORT_KINDS.some((kind) => kind === word);
}

/** The commands that write reports. */
export const REPORTED_COMMANDS = ["plan", "apply", "rollback", "verify", "drift"] as const;
/** One of them. */
export type ReportedCommand = (typeof REPORTED_COMMANDS)[number];

/** Whether a command is one of them. */
export function isReported(command: string): command is ReportedCommand {
  return REPORTED_COMMANDS.some((name) => name === command);
}
