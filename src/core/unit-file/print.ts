/**
 * Writes a unit file in its one canonical form: no blank lines but one between sections, `Name=value`, no
 * continuations.
 */
import { endsInContinuation } from "./lines.ts";
import type { UnitComment, UnitEntry, UnitFile } from "./parse.ts";

/**
 * The text of a unit file. parseUnitFile reads back the same comments, sections and entries; values must hold
 * no line end (see quote.ts).
 */
export function printUnitFile(
  file: Pick<UnitFile, "sections"> & { readonly comments: readonly Pick<UnitComment, "text">[] },
): string {
  const blocks = file.sections.map((section) =>
    [`[${section.name}]`, ...section.items.map(printItem)].join("\n"),
  );
  const head = file.comments.map((comment) => comment.text).join("\n");
  return `${[head, ...blocks].filter((block) => block !== "").join("\n\n")}\n`;
}

function printItem(item: UnitEntry | UnitComment): string {
  if (item.kind === "comment") return item.text;
  // A space after a last backslash keeps it from joining the next line; systemd strips the space again.
  return `${item.name}=${item.value}${endsInContinuation(item.value) ? " " : ""}`;
}
