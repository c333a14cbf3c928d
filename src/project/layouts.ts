/** Reads the product's own layouts: templates/ at the top of a checkout, and beside the bundle in dist/. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Every layout has this behind the path of the file that is made of it. */
const SUFFIX = ".hbs";

/** The layouts of one folder of templates/: the path that each is written to → its text. */
export async function readLayouts(kind: "init"): Promise<ReadonlyMap<string, string>> {
  const folder = join(layoutsFolder(), kind);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) =>
    entry.isFile() && entry.name.endsWith(SUFFIX) ? [join(entry.parentPath, entry.name)] : [],
  );
  return new Map(
    await Promise.all(
      paths.map(
        async (path) =>
          [relative(folder, path).slice(0, -SUFFIX.length), await readFile(path, "utf8")] as const,
      ),
    ),
  );
}

function layoutsFolder(): string {
  const bundled = fileURLToPath(new URL("./templates", import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(new URL("../../templates", import.meta.url));
}
