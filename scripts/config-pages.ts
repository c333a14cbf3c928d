/**
 * node scripts/config-pages.ts: writes docs/configuration.md and schemas/ from the schemas that read a
 * project's files.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { schemaFiles } from "../src/core/config/json-schema.ts";
import { keysPage } from "../src/core/config/keys-page.ts";
import { hardeningMarkdown } from "../src/core/render/hardening.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

await mkdir(`${root}schemas`, { recursive: true });
for (const { name, text } of schemaFiles()) await writeFile(`${root}schemas/${name}`, text);
await writeFile(`${root}docs/configuration.md`, keysPage(hardeningMarkdown()));
