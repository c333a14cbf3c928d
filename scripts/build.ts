/** npm run build: bundles src/ and its dependencies into dist/, which runs anywhere with Node alone. */
import { execFile } from "node:child_process";
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = process.argv[2] ?? `${root}dist`;

// Bundled CommonJS (ssh2, handlebars) asks for Node's own modules by require, which an ES module does not
// have.
const banner =
  'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);';

/**
 * At each command yargs lays out a help text that no one sees, since help is ours; without what measures its
 * columns a start takes a tenth less time.
 */
const withoutHelpLayout: Plugin = {
  name: "without-help-layout",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(?:cliui|string-width)$/ }, ({ path, importer }) =>
      /\/node_modules\/yargs\//.test(importer) ? { path, namespace: "without-help-layout" } : undefined,
    );
    onLoad({ filter: /^cliui$/, namespace: "without-help-layout" }, () => ({
      contents: 'export default () => ({ div() {}, span() {}, resetOutput() {}, toString: () => "" });',
    }));
    onLoad({ filter: /^string-width$/, namespace: "without-help-layout" }, () => ({
      contents: "export default (text) => text.length;",
    }));
  },
};

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  metafile: true,
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
  // Graphviz's WebAssembly is a text of arbitrary characters: escaped it is a third larger.
  charset: "utf8",
  // ssh2's optional native parts: it does without when requiring them fails.
  external: ["cpu-features", "*.node"],
  logLevel: "warning",
  plugins: [withoutHelpLayout],
});
await chmod(`${outdir}/main.js`, 0o755);

// The library for other programs (docs/unit-file.md): one file that needs nothing, and its types.
await build({
  absWorkingDir: root,
  entryPoints: [`${root}src/unit-file.ts`],
  outdir,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node24",
  logLevel: "warning",
});
await promisify(execFile)(`${root}node_modules/.bin/tsc`, [
  "--project",
  `${root}tsconfig.types.json`,
  "--outDir",
  `${outdir}/types`,
]);
for (const name of await readdir(`${outdir}/types`, { recursive: true })) {
  if (!name.endsWith(".d.ts")) continue;
  const text = await readFile(`${outdir}/types/${name}`, "utf8");
  await writeFile(`${outdir}/types/${name}`, text.replace(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
}

// The layouts are read by a module of src/project, which looks beside itself first.
await cp(`${root}templates`, `${outdir}/templates`, { recursive: true });

// They are read by a module of src/host from the folder where it stands itself: in the bundle that is dist/.
for (const name of await readdir(`${root}src/host`)) {
  if (/\.(sh|service)$/.test(name)) await copyFile(`${root}src/host/${name}`, `${outdir}/${name}`);
}

// The licences of what the bundle contains ask to be shipped with it.
const packages = new Set(
  Object.keys(metafile.inputs).flatMap(
    (input) => /^(?:.*?\/)?(node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [],
  ),
);
const texts = await Promise.all([...packages].sort().map(licenceOf));
await writeFile(`${outdir}/third-party-licenses.txt`, texts.join("\n"));

/** Of packages that bring no licence file. */
function noticeOf(folder: string): string {
  if (folder !== "node_modules/@viz-js/viz") return "See its package.json.\n";
  return `MIT License

Copyright (c) Michael Daines

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to
deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or
sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.

It contains in object code form, unchanged and under their own licences:
Graphviz, https://graphviz.org/license/ (source: https://gitlab.com/graphviz/graphviz)
Expat, https://libexpat.github.io (MIT)
`;
}

async function licenceOf(folder: string): Promise<string> {
  const name = (await readdir(`${root}${folder}`)).find((file) => /^licen[cs]e/i.test(file));
  const text = name === undefined ? noticeOf(folder) : await readFile(`${root}${folder}/${name}`, "utf8");
  return `── ${folder.replace("node_modules/", "")}\n\n${text}`;
}
