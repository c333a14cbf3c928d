/** The rows of svcdeploy's own state on the host: manifests, records of units, open transactions. */

import type { ManifestEntry, OpenTransaction, UnitRecord } from "../core/model/observation.ts";
import { parseManifestLine } from "../core/plan/manifest.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import type { AnswerRow } from "./rows.ts";
import { NAME } from "./rows.ts";

/** The `record` rows: what a unit was last started from, by its name. */
export function decodeRecords(rows: readonly AnswerRow[]): ReadonlyMap<string, UnitRecord> {
  return new Map(
    rows.map(([unit = "", text = ""]) => {
      const [invocationId = "", bootId = "", restartDigest = "", reloadDigest = ""] = text.split(" ");
      return [unit, { invocationId, bootId, restartDigest, reloadDigest }];
    }),
  );
}

/** The `manifest` rows: what svcdeploy left for a service of the project. */
export function decodeManifest(project: string, rows: readonly AnswerRow[]): readonly ManifestEntry[] {
  return rows.flatMap(([service = "", text = ""]) => {
    const entry = parseManifestLine(project, service, text);
    return entry === null ? [] : [entry];
  });
}

/** Only files and links that were asked for count. Names: as the schemas have them. */
export function decodeOthers(
  own: string,
  asked: ReadonlySet<string>,
  rows: readonly AnswerRow[],
): readonly ManifestEntry[] {
  const entries = rows.flatMap(
    ([project = "", service = "", text = ""]) => parseManifestLine(project, service, text) ?? [],
  );
  const ofOthers = entries.filter(
    ({ project, service }) => project !== own && NAME.test(project) && NAME.test(service),
  );
  return ofOthers.filter(({ kind, path }) => (kind === "file" || kind === "link") && asked.has(path));
}

/** The `transaction` rows; one with an odd id is left out. */
export function decodeTransactions(rows: readonly AnswerRow[]): readonly OpenTransaction[] {
  return rows.flatMap(
    ([id = "", state = "", active = "", lease = "", age = "", owner = "", project = ""]) => {
      if (!/^[0-9a-f]{32}$/.test(id)) return [];
      const running = !["inactive", "failed", ""].includes(active);
      return [
        {
          id,
          state: sanitizeLine(state),
          running,
          leaseAgeSeconds: /^-?\d{1,9}$/.test(lease) ? Number(lease) : null,
          ageSeconds: /^\d{1,9}$/.test(age) ? Number(age) : null,
          owner: sanitizeLine(owner),
          project: sanitizeLine(project),
        },
      ];
    },
  );
}
