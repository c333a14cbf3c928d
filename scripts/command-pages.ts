/** node scripts/command-pages.ts: writes docs/commands.md and man/svcdeploy.1 from the table of commands. */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import packageJson from "../package.json" with { type: "json" };
import { COMMANDS } from "../src/cli/commands.ts";
import { commandsMarkdown } from "../src/cli/reference/commands-markdown.ts";
import { manPage } from "../src/cli/reference/man-page.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

await mkdir(`${root}man`, { recursive: true });
await writeFile(`${root}man/svcdeploy.1`, manPage(COMMANDS, packageJson.version));
await writeFile(`${root}docs/commands.md`, commandsMarkdown(COMMANDS));
