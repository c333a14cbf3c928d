import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rulePage, rulesIndex } from "../../../src/core/lint/page.ts";
import { RULES } from "../../../src/core/lint/rules.ts";

const folder = new URL("../../../docs/lint/", import.meta.url).pathname;

test("docs/lint is what `node scripts/lint-pages.ts` writes", () => {
  const pages = Object.fromEntries([
    ...RULES.map((rule) => [`${rule.id}.md`, rulePage(rule)]),
    ["README.md", rulesIndex(RULES)],
  ]);
  const written = Object.fromEntries(
    readdirSync(folder).map((file) => [file, readFileSync(folder + file, "utf8")]),
  );
  expect(written).toEqual(pages);
});
