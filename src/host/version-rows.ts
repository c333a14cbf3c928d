/** What programs say of themselves: the question's lines, and the answer's rows decoded without trust. */
import type { ProbeRequest, SaidVersions } from "../core/model/observation.ts";
import { findPattern, parsePattern } from "../core/pattern/linear-pattern.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { line } from "./frames.ts";
import type { AnswerRow } from "./rows.ts";

type Asked = ProbeRequest["versions"][number];

/** A path within the release has a slash: a bare name would be looked for in PATH. */
export function versionLine({ service, user, release, command: [program = "", ...rest] }: Asked): string {
  return line("version", service, user, release, program.includes("/") ? program : `./${program}`, ...rest);
}

const MAX_OUTPUT = 4096;
const MAX_VERSION = 64;

/** `version SERVICE current|release BASE64` of services that were asked. */
export function decodeVersions(
  rows: readonly AnswerRow[],
  asked: ProbeRequest["versions"],
): ReadonlyMap<string, SaidVersions> {
  return new Map(
    asked.map(({ service, match }) => {
      const said = (which: string): string | null => {
        const [, , text = ""] = rows.find(([name, word]) => name === service && word === which) ?? [];
        return versionIn(text, match);
      };
      return [service, { current: said("current"), release: said("release") }] as const;
    }),
  );
}

function versionIn(base64: string, match: string): string | null {
  const parsed = parsePattern(match);
  const text = Buffer.from(base64, "base64").subarray(0, MAX_OUTPUT).toString("utf8");
  const found = parsed.ok ? findPattern(parsed.pattern, text) : null;
  const version = found === null ? "" : sanitizeLine(found).trim().slice(0, MAX_VERSION);
  return version === "" ? null : version;
}
