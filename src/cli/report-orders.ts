/** --report KIND=FILE: what was ordered, checked before anything is done. */
import { resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { checkReportFile } from "../project/write-report.ts";
import { isReportKind, REPORT_KINDS, type ReportKind } from "../report/files/report-kinds.ts";
import { suggest } from "./suggest.ts";

/** One report to write; path is absolute. */
export type ReportOrder = { readonly kind: ReportKind; readonly path: string };

/**
 * The reports that these words order, KIND=FILE each. Throws UsageError for an unknown kind, a file twice, or
 * one that cannot be written where it is to be.
 */
export async function reportOrders(
  words: readonly string[],
  workingDirectory: string,
): Promise<readonly ReportOrder[]> {
  const orders = words.map((word) => parseOrder(word, workingDirectory));
  const paths = new Set<string>();
  for (const { path } of orders) {
    if (paths.has(path))
      throw new UsageError(`--report names ${path} twice`, "Each report needs a file of its own.");
    paths.add(path);
    await checkReportFile(path);
  }
  return orders;
}

function parseOrder(word: string, workingDirectory: string): ReportOrder {
  const [kind = "", ...rest] = word.split("=");
  const file = rest.join("=");
  if (!isReportKind(kind))
    throw new UsageError(`--report ${word}: there is no report ${kind}`, suggest(kind, REPORT_KINDS, ""));
  if (file === "")
    throw new UsageError(
      `--report ${word} names no file`,
      `Write it as KIND=FILE, e.g. --report ${kind}=report.${kind}`,
    );
  return { kind, path: resolve(workingDirectory, file) };
}
