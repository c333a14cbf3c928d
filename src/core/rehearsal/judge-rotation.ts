/**
 * What `logrotate -d` said of everything that it would read with a plan's files in it: each message that it
 * has not without them.
 */
import {
  LOGROTATE_FOLDER,
  type Planned,
  type RehearsalAnswer,
  type RehearsalFinding,
  type RehearsalRequest,
} from "./rehearsal.ts";

/**
 * Findings. error: logrotate skips a file or a log that it would rotate otherwise, ours or another's;
 * warning: a line that it ignores, and what keeps a rotation from happening at all. What the transaction puts
 * right (a directory, a user) is no finding.
 */
export function judgeRotation(
  planned: readonly Planned[],
  request: RehearsalRequest,
  answer: RehearsalAnswer,
): readonly RehearsalFinding[] {
  if (!request.logrotate.some(({ content }) => content !== null)) return [];
  const own = request.logrotate.find(({ content }) => content !== null);
  const path = LOGROTATE_FOLDER + (own?.name ?? "");
  const lacks = answer.lacks.flatMap((what): readonly RehearsalFinding[] => {
    if (what === "systemd-analyze") return [];
    const why =
      what === "logrotate"
        ? "logrotate is not installed"
        : "/etc/logrotate.conf does not include /etc/logrotate.d";
    return [{ severity: "warning", path, text: `${why}: nothing will rotate these logs` }];
  });
  return [...lacks, ...saidBy(planned, request, answer), ...tooRare(planned, request, answer)];
}

/**
 * Messages that follow from another one, and what lint says with the line in the service file: a log that is
 * not there yet.
 */
const NOISE = /^error: found error in |^error: stat of .* failed: No such file or directory$/;

function saidBy(
  planned: readonly Planned[],
  request: RehearsalRequest,
  { rotate, named }: RehearsalAnswer,
): readonly RehearsalFinding[] {
  if (rotate === null) return [];
  const { after, before } = rotate;
  if (after.status === 124)
    return [{ severity: "warning", path: null, text: "logrotate -d did not end within 30 s" }];
  const known = new Set((before?.lines ?? []).map(withoutLine));
  const ours = new Set(request.logrotate.map(({ name }) => name));
  const lines = after.lines.filter(
    (line) => !known.has(withoutLine(line)) && !NOISE.test(line) && !isPutRight(line, planned),
  );
  return lines.map((said) => {
    const [, word = "", file = null, text = said] =
      /^(error|warning): (?:([^\s:/]+):(?:\d+ )?)?(.*)$/.exec(said) ?? [];
    const about = file === null ? "" : ` of ${LOGROTATE_FOLDER}${file}${sayPlace(planned, file)}`;
    const because = file === null || ours.has(file) ? "" : ", because of what this plan writes";
    const isMild = word === "warning" || /-- ignoring line$|: No such file or directory$/.test(text);
    return {
      severity: isMild ? "warning" : "error",
      path: file === null ? null : LOGROTATE_FOLDER + file,
      text: `logrotate says${about}${because}: ${text}${sayOthers(text, file, named)}`,
    };
  });
}

function sayOthers(text: string, file: string | null, named: RehearsalAnswer["named"]): string {
  const log = /^duplicate log entry for (.+)$/.exec(text)?.[1];
  if (log === undefined) return "";
  const others = (named.get(log) ?? [])
    .filter((name) => name !== file)
    .map((name) => LOGROTATE_FOLDER + name);
  return (
    `${others.length === 0 ? "" : `, which is in ${others.join(" and ")} as well`}: it skips the whole ` +
    "file"
  );
}

/** Only lines of a file have numbers, and they move when it changes. */
function withoutLine(said: string): string {
  return said.replace(/^((?:error|warning): [^\s:/]+:)\d+ /, "$1");
}

/** A directory whose mode or owner the same transaction sets, or that it makes. */
function isPutRight(said: string, planned: readonly Planned[]): boolean {
  const log = /^error: skipping "(\/[^"]+)" because parent directory has insecure permissions/.exec(
    said,
  )?.[1];
  const made = /error verifying olddir path (\/\S+): /.exec(said)?.[1];
  const folder = made ?? log?.slice(0, log.lastIndexOf("/"));
  if (folder === undefined) return false;
  const changes = planned.flatMap(({ plan }) => plan.changes);
  return changes.some(
    ({ resource, after }) => resource.kind === "directory" && resource.path === folder && after !== null,
  );
}

function sayPlace(planned: readonly Planned[], file: string): string {
  const path = LOGROTATE_FOLDER + file;
  for (const { target } of planned) {
    const found = target.resources.find((resource) => resource.kind === "file" && resource.path === path);
    const place = found?.kind === "file" ? (target.placeOf?.(found, null) ?? null) : null;
    if (place !== null) return ` (${place.file}:${place.line})`;
  }
  return "";
}

/** A block that asks for more than logrotate's timer gives. */
function tooRare(
  planned: readonly Planned[],
  request: RehearsalRequest,
  { timer }: RehearsalAnswer,
): readonly RehearsalFinding[] {
  if (timer === null || / \*:/.test(timer)) return [];
  return request.logrotate.flatMap(({ name, content }): readonly RehearsalFinding[] => {
    if (content === null || !/^\s*hourly$/m.test(new TextDecoder().decode(content))) return [];
    const path = LOGROTATE_FOLDER + name;
    const text =
      `${path}${sayPlace(planned, name)} says hourly, but logrotate.timer runs only at ` +
      `${timer}: give the timer another OnCalendar=`;
    return [{ severity: "warning", path, text }];
  });
}
