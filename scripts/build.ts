/** npm run build: bundles src/ and its dependencies into dist/, which runs anywhere with Node alone. */
import { chmod, copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = process.argv[2] ?? `${root}dist`;

// Bundled CommonJS (ssh2, handlebars) asks for Node's own modules by require, which an ES module does not have.
const banner = 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);';

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await build({
  entryPoints: [`${root}src/main.ts`],
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  banner: { js: banner },
  define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" },
  legalComments: "eof",
  // ssh2's optional native parts: it does without when requiring them fails.
  external: ["cpu-features", "*.node"],
  logLevel: "warning",
});
await chmod(`${outdir}/main.js`, 0o755);

// They are read by a module of src/host from the folder where it stands itself: in the bundle that is dist/.
for (const name of await readdir(`${root}src/host`)) {
  if (/\.(sh|service)$/.test(name)) await copyFile(`${root}src/host/${name}`, `${outdir}/${name}`);
}
