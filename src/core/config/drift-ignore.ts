/** `drift: { ignore: … }` of svcdeploy.yaml → rules. */
import * as z from "zod";
import type { Problem } from "../errors.ts";
import type { IgnoreRule } from "../model/declared.ts";
import { refuseHostPath } from "./allow-lists.ts";
import { bad, describe, good, leaf, map, textThat } from "./schema-parts.ts";
import { problemAt, type YamlDocument } from "./yaml.ts";

/** A path whose parts may hold * and ?, each within one folder's name. */
const pathPattern = textThat((path) => refuseHostPath(path.replaceAll(/[*?]/g, "x")));
const directive = textThat((name) =>
  /^[A-Z][A-Za-z0-9]{1,63}$/.test(name) ? null : "a directive is a name such as LimitNOFILE",
);
const unit = textThat((name) =>
  /^[A-Za-z0-9:_.\\@-]{1,240}\.(?:service|slice|mount|socket|timer|target|path)$/.test(name)
    ? null
    : "a unit is named in full, e.g. web.service",
);
const reason = textThat((text) =>
  text.trim().length >= 3 ? null : "say why: every report shows the reason",
);
const hostPattern = textThat((pattern) =>
  /^[^\p{Cc}]{1,1000}$/u.test(pattern) && pattern.trim() !== ""
    ? null
    : "a host pattern is expected here, e.g. web or web*:!web3",
);

const date = leaf(
  (value) => {
    if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value))
      return bad(`a date such as 2026-12-31 is expected here, this is ${describe(value)}`);
    const day = Date.parse(`${value}T00:00:00Z`);
    // The 30th of February is taken for the 2nd of March.
    const isReal = !Number.isNaN(day) && new Date(day).toISOString().startsWith(value);
    return isReal ? good(value) : bad(`${value} is not a day of the calendar`);
  },
  { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
);

const rule = map({
  path: pathPattern.optional(),
  directive: directive.optional(),
  unit: unit.optional(),
  host: hostPattern.optional(),
  because: reason,
  until: date,
});

/** The schema of the whole block. */
export const driftSchema = map({
  ignore: z
    .array(rule, { error: "a list of { path | directive | unit, because, until } is expected here" })
    .optional(),
});

/** The rules with their places; a rule that names not exactly one thing to ignore is a problem. */
export function readIgnoreRules(
  written: z.infer<typeof driftSchema> | undefined,
  document: YamlDocument,
): { readonly rules: readonly IgnoreRule[]; readonly problems: readonly Problem[] } {
  const rules: IgnoreRule[] = [];
  const problems: Problem[] = [];
  for (const [index, { path, directive: name, unit: unitName, host, because, until }] of (
    written?.ignore ?? []
  ).entries()) {
    const place = document.placeOf(["drift", "ignore", index]);
    const named = [
      ...(path === undefined ? [] : [{ kind: "path", pattern: path } as const]),
      ...(name === undefined ? [] : [{ kind: "directive", pattern: name } as const]),
      ...(unitName === undefined ? [] : [{ kind: "unit", pattern: unitName } as const]),
    ];
    const [what, second] = named;
    if (what === undefined || second !== undefined) {
      const message = what === undefined ? "a rule names what it ignores" : "a rule ignores one thing only";
      problems.push(
        problemAt(document.text, place, `${message}: exactly one of path, directive and unit`, null),
      );
    } else rules.push({ what, host: host ?? null, because, until, place });
  }
  return { rules, problems };
}
