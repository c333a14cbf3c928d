/** node scripts/lint-pages.ts: writes docs/lint from the table of rules. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { rulePage, rulesIndex } from "../src/core/lint/page.ts";
import { RULES } from "../src/core/lint/rules.ts";

const folder = fileURLToPath(new URL("../docs/lint", import.meta.url));

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const rule of RULES) await writeFile(`${folder}/${rule.id}.md`, rulePage(rule));
await writeFile(`${folder}/README.md`, rulesIndex(RULES));
