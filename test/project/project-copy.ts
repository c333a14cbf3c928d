/** A throw-away copy of the fixture project, for tests that change files. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";

/** The fixture itself; read-only. */
export const SHOP = join(dirname(fileURLToPath(import.meta.url)), "fixtures/shop");

/** Copies the fixture, overwrites files in the copy, and removes it after the test. */
export async function copyShop(
  changes: { readonly [path: string]: string | Uint8Array } = {},
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "svcdeploy-test-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await cp(SHOP, root, { recursive: true });
  for (const [path, content] of Object.entries(changes)) await writeFile(join(root, path), content);
  return root;
}

/** The problems of a ConfigError as lines; anything else is thrown on. */
export async function problemsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(
      ({ place, message }) => `${place.file}:${place.line}:${place.column} ${message}`,
    );
  }
  return [];
}
