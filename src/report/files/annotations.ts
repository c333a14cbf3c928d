/**
 * GitHub's workflow commands: mistakes and unhealthy hosts, shown at the lines that they come from.
 */
import { sanitizeLine } from "../../core/sanitize.ts";
import { sayExpired } from "../drift/drift-rules.ts";
import { plural } from "../lines/text.ts";
import { hostEnds } from "./host-ends.ts";
import { originText, pathOf, type RunLog } from "./run-log.ts";

/** GitHub shows ten a step; a log full of them helps no one. */
const MAX_ANNOTATIONS = 40;

type Annotation = {
  readonly level: "error" | "warning";
  readonly title: string;
  readonly place: { readonly file: string; readonly line: number; readonly column: number } | null;
  readonly message: string;
};

/**
 * One `::error file=…,line=…,title=…::message` a line, complete: it must reach the runner as it is. Nothing
 * that others wrote can end or begin one.
 */
export function annotations(log: RunLog, redact: (text: string) => string): readonly string[] {
  const all = [...errorAnnotations(log), ...ruleAnnotations(log), ...hostAnnotations(log)];
  const rest = all.length - MAX_ANNOTATIONS;
  const more: Annotation = {
    level: "error",
    title: "svcdeploy",
    place: null,
    message: `${plural(rest, "more annotation")} left out; ${originText(log)}`,
  };
  const shown = rest > 0 ? [...all.slice(0, MAX_ANNOTATIONS), more] : all;
  return shown.map((each) => format(each, log, redact));
}

function errorAnnotations({ error, command }: RunLog): readonly Annotation[] {
  if (error === null) return [];
  const hinted = (message: string, hint: string | null): string =>
    hint === null ? message : `${message}\nhint: ${hint}`;
  if (error.problems.length === 0)
    return [
      {
        level: "error",
        title: `svcdeploy ${command}`,
        place: null,
        message: hinted(error.message, error.hint),
      },
    ];
  return error.problems.map(({ place, message, hint }) => ({
    level: "error",
    title: "svcdeploy",
    place,
    message: hinted(message, hint),
  }));
}

function ruleAnnotations({ drift }: RunLog): readonly Annotation[] {
  const expired = drift?.rules.expired ?? [];
  return expired.map((rule) => ({
    level: "warning",
    title: "ignore rule",
    place: rule.place,
    message: sayExpired(rule),
  }));
}

function hostAnnotations(log: RunLog): readonly Annotation[] {
  return hostEnds(log)
    .filter(({ end }) => end === "not-well" || end === "lost")
    .map(({ host, status, title, place }) => ({
      level: status === "drift" ? "warning" : "error",
      title: `${host}: ${status}`,
      place,
      message: title === "" ? status : title,
    }));
}

function format(
  { level, title, place, message }: Annotation,
  log: RunLog,
  redact: (text: string) => string,
): string {
  const property = (text: string): string =>
    escapeData(sanitizeLine(redact(text)))
      .replaceAll(":", "%3A")
      .replaceAll(",", "%2C");
  const where =
    place === null
      ? []
      : [`file=${property(pathOf(log, place))}`, `line=${place.line}`, `col=${place.column}`];
  const text = redact(message)
    .split("\n")
    .map((line) => escapeData(sanitizeLine(line)));
  return `::${level} ${[...where, `title=${property(title)}`].join(",")}::${text.join("%0A")}`;
}

/** GitHub's own escapes of a command's data. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
