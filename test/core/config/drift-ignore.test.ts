/** `drift: { ignore: … }` in svcdeploy.yaml: what is taken, and each mistake at its place. */
import { describe, expect, test } from "vitest";
import { checkTree } from "../../../src/core/config/check.ts";
import { driftSchema, readIgnoreRules } from "../../../src/core/config/drift-ignore.ts";
import { map } from "../../../src/core/config/schema-parts.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";

const schema = map({ drift: driftSchema.optional() });

function read(rule: string): { readonly rules: readonly unknown[]; readonly mistakes: readonly string[] } {
  const document = parseYaml(`drift:\n  ignore:\n    - ${rule}\n`, "svcdeploy.yaml");
  const { value, problems } = checkTree(schema, document, "plain");
  const { rules, problems: more } = readIgnoreRules(value?.drift, document);
  const mistakes = [...document.problems, ...problems, ...more].map(
    ({ place, message }) => `${place.line}:${place.column} ${message}`,
  );
  return { rules, mistakes };
}

const WHY = "because: known, until: 2026-12-31";

describe("an ignore rule", () => {
  test("is taken with its place", () => {
    const place = { file: "svcdeploy.yaml", line: 3, column: 7 };
    const common = { because: "known", until: "2026-12-31", place };
    expect(read(`{ path: /etc/web/*.conf, ${WHY} }`).rules).toEqual([
      { what: { kind: "path", pattern: "/etc/web/*.conf" }, host: null, ...common },
    ]);
    expect(read(`{ directive: LimitNOFILE, host: "web:!web3", ${WHY} }`).rules).toEqual([
      { what: { kind: "directive", pattern: "LimitNOFILE" }, host: "web:!web3", ...common },
    ]);
    expect(read(`{ unit: 'var-cache-web\\x2ddata.mount', ${WHY} }`).mistakes).toEqual([]);
  });

  test.each([
    [`{ ${WHY} }`, "3:7 a rule names what it ignores: exactly one of path, directive and unit"],
    [
      `{ path: /etc/a, unit: a.service, ${WHY} }`,
      "3:7 a rule ignores one thing only: exactly one of path, directive and unit",
    ],
    ["{ path: /etc/a, until: 2026-12-31 }", '3:7 "because" is missing'],
    ["{ path: /etc/a, because: known }", '3:7 "until" is missing'],
    ["{ path: /etc/a, because: ' ', until: 2026-12-31 }", '3:33 " ": say why: every report shows the reason'],
    ["{ path: /etc/a, because: known, until: 2026-02-30 }", "3:46 2026-02-30 is not a day of the calendar"],
    [
      "{ path: /etc/a, because: known, until: 31.12.2026 }",
      '3:46 a date such as 2026-12-31 is expected here, this is "31.12.2026"',
    ],
    [`{ path: etc/a, ${WHY} }`, '3:15 "etc/a": a path on a host is absolute: it starts with /'],
    [
      `{ path: "/etc/a b", ${WHY} }`,
      '3:16 "/etc/a b": a path has only letters, digits and . _ @ : + = , - / \\',
    ],
    [`{ unit: web, ${WHY} }`, '3:15 "web": a unit is named in full, e.g. web.service'],
    [`{ directive: "Limit=1", ${WHY} }`, '3:21 "Limit=1": a directive is a name such as LimitNOFILE'],
    [`{ pth: /etc/a, ${WHY} }`, '3:9 the key "pth" is not known here'],
    ["nothing", '3:7 a map is expected here, this is "nothing"'],
  ])("%s", (rule, mistake) => {
    expect(read(rule).mistakes).toContain(mistake);
  });
});
