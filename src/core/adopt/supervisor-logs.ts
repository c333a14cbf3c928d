/** Where a program of supervisord logs to, and what turns its files. */
import type { Yaml } from "./service-text.ts";
import { count, expanded, isTrue, type ProgramDraft } from "./supervisor-draft.ts";
import { withSpecifiers } from "./supervisor-text.ts";

/**
 * Files are opened by systemd as root and go on growing; logrotate turns them, as supervisord did by their
 * size.
 */
export function takeLogs(draft: ProgramDraft): ReadonlyMap<string, Yaml> | null {
  const out = target(draft, "stdout_logfile");
  const isTogether = isTrue(draft.source.values.get("redirect_stderr"));
  const error = isTogether ? null : target(draft, "stderr_logfile");
  if (out !== "journal") draft.service.set("StandardOutput", out);
  if (isTogether && out !== "journal") draft.service.set("StandardError", "inherit");
  else if (error !== null && error !== out) draft.service.set("StandardError", error);
  const paths = [...new Set([out, error ?? ""])].flatMap((each) =>
    each.startsWith("append:") ? [each.slice("append:".length)] : [],
  );
  const key = out.startsWith("append:") ? "stdout_logfile" : "stderr_logfile";
  const [, number = "50", unit = "MB"] =
    /^(\d{1,12})\s*(KB|MB|GB)?$/i.exec(draft.source.values.get(`${key}_maxbytes`) ?? "50MB") ?? [];
  if (paths.length === 0 || Number(number) === 0) return null;
  draft.notes.push(
    "logrotate usually runs once a day, supervisord checks at every line: until then a log can grow " +
      "beyond its size.",
  );
  const size = `${number}${{ kb: "k", mb: "M", gb: "G" }[unit.toLowerCase()] ?? ""}`;
  const shown = paths.map((path) => path.replaceAll("%i", "*").replaceAll("%H", "*").replaceAll("%%", "%"));
  return new Map<string, Yaml>([
    ["paths", shown],
    ["size", size],
    ["rotate", String(count(draft, `${key}_backups`, 10))],
    ["missingok", true],
    ["copytruncate", true],
  ]);
}

function target(draft: ProgramDraft, key: string): string {
  const path = expanded(draft, key) ?? "AUTO";
  if (/^none$/i.test(path)) return "null";
  if (/^(?:auto|syslog)$/i.test(path) || path.startsWith("/dev/")) return "journal";
  if (!path.startsWith("/")) draft.obstacles.push(`${key}: ${path} is not an absolute path`);
  return `append:${withSpecifiers(path.replaceAll("%", "%%"))}`;
}
