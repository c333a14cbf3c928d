/** How exposed services are, in the words and numbers of `systemd-analyze security`. */
import type { UnitExposure } from "../../core/lint/exposure.ts";
import { indent, type Line, line, plural, type Style, styled, wrap } from "../lines/text.ts";

const MOST_NAMED = 8;
const MOST_ROWS = 10;

/**
 * brief: one line with the most exposed services; full: each with what weighs most; empty without services.
 */
export function exposureLines(
  {
    security,
    exposures,
  }: { readonly security: "none" | "brief" | "full"; readonly exposures: readonly UnitExposure[] },
  columns: number,
): readonly Line[] {
  if (exposures.length === 0 || security === "none") return [];
  const lines =
    security === "full"
      ? exposures.flatMap((each) => fullLines(each, columns))
      : briefLines(exposures, columns);
  return [...lines, []];
}

function briefLines(exposures: readonly UnitExposure[], columns: number): readonly Line[] {
  const named = exposures
    .slice(0, MOST_NAMED)
    .map(({ unit, tenths }) => `${unit} ${sayTenths(tenths)} ${gradeOf(tenths).word}`);
  const more =
    exposures.length > MOST_NAMED
      ? [`and ${plural(exposures.length - MOST_NAMED, "other")}, less exposed`]
      : [];
  const text = `Exposure, 0.0 to 10.0: ${[...named, ...more].join(", ")}; --security shows why.`;
  return wrap(text, columns).map((each) => line(styled("dim", each)));
}

function fullLines({ unit, tenths, rows }: UnitExposure, columns: number): readonly Line[] {
  const { word, style } = gradeOf(tenths);
  const most = rows.slice(0, MOST_ROWS).map((row) => `${row.name} ${sayTenths(row.tenths)}`);
  const rest = rows.length > MOST_ROWS ? `, and ${plural(rows.length - MOST_ROWS, "other")}` : "";
  const why = rows.length === 0 ? "" : `weighs most: ${most.join(", ")}${rest}`;
  return [
    line(styled("strong", unit), " exposure ", styled(style, `${sayTenths(tenths)} ${word}`)),
    ...indent(
      (why === "" ? [] : wrap(why, columns - 2)).map((each) => line(styled("dim", each))),
      2,
    ),
  ];
}

function sayTenths(tenths: number): string {
  return (tenths / 10).toFixed(1);
}

/** systemd's words for a score. */
function gradeOf(tenths: number): { readonly word: string; readonly style: Style } {
  if (tenths >= 100) return { word: "dangerous", style: "bad" };
  if (tenths >= 90) return { word: "unsafe", style: "bad" };
  if (tenths >= 75) return { word: "exposed", style: "warn" };
  if (tenths >= 50) return { word: "medium", style: "warn" };
  if (tenths >= 10) return { word: "ok", style: "good" };
  return tenths >= 1 ? { word: "safe", style: "good" } : { word: "perfect", style: "good" };
}
