/**
 * The package as users get it: built, packed, unpacked far from the checkout, and run with nothing beside it.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dist } from "./support/dist.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
let folder = "";
let main = "";

const FILES: Readonly<Record<string, string>> = {
  "svcdeploy.yaml": "name: packed\n",
  "inventory/prod.yaml": "hosts:\n  web1: { address: 127.0.0.1, port: 1 }\n",
  "services/hello.yaml":
    "name: hello\nservice:\n  Type: simple\n  ExecStart: /usr/bin/sleep {{values.seconds}}\n",
  "values/base.yaml": "seconds: 60\n",
  "playbooks/site.yaml": "- play: all\n  hosts: all\n  services: [hello]\n",
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "svcdeploy-dist-"));
  const staging = join(folder, "staging");
  await mkdir(join(staging, "man"), { recursive: true });
  await cp(dist, join(staging, "dist"), { recursive: true });
  for (const name of ["package.json", "README.md", "LICENSE", "CHANGELOG.md", "man/svcdeploy.1"]) {
    await readFile(join(root, name)).then(
      (bytes) => writeFile(join(staging, name), bytes),
      () => undefined,
    );
  }
  await cp(join(root, "playbooks/demo"), join(staging, "playbooks/demo"), {
    recursive: true,
    filter: (name) => !/\/demo\/(artifacts|\.demo)$/.test(name),
  });
  // What `npm run demo` makes, and must stay here.
  for (const made of ["artifacts/program", ".demo/key"]) {
    await mkdir(join(staging, "playbooks/demo", made, ".."), { recursive: true });
    await writeFile(join(staging, "playbooks/demo", made), "private");
  }
  await run("npm", ["pack", "--silent", "--ignore-scripts", "--offline", "--pack-destination", folder], {
    cwd: staging,
  });
  const archive = (await readdir(folder)).find((name) => name.endsWith(".tgz")) ?? "";
  await rm(staging, { recursive: true });
  await run("tar", ["-xzf", join(folder, archive), "-C", folder]);
  main = join(folder, "package/dist/main.js");
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(join(folder, "project", name, ".."), { recursive: true });
    await writeFile(join(folder, "project", name), text);
  }
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("--version and --help", async () => {
  const { version }: { version: string } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  expect((await run(process.execPath, [main, "--version"])).stdout).toBe(`${version}\n`);
  expect((await run(process.execPath, [main, "--help"])).stdout).toContain("svcdeploy plan");
});

test("a command that draws nothing live does not load what measures characters", async () => {
  const dist = join(folder, "package/dist");
  const texts = new Map<string, string>();
  for (const name of (await readdir(dist)).filter((each) => each.endsWith(".js")))
    texts.set(name, await readFile(join(dist, name), "utf8"));
  const measuring = [...texts].flatMap(([name, text]) => (text.includes("new Intl.Segmenter") ? [name] : []));
  const cli = [...texts].flatMap(([name, text]) => (/^cli-[A-Z0-9]{8}\.js$/.test(name) ? [text] : []));
  expect([measuring.length > 0, cli.length]).toEqual([true, 1]);
  expect(measuring.filter((name) => cli[0]?.includes(name))).toEqual([]);
});

test("it brings its man page where npm links it from, and completes", async () => {
  const packed: { man: readonly string[] } = JSON.parse(
    await readFile(join(folder, "package/package.json"), "utf8"),
  );
  expect(await readFile(join(folder, "package", packed.man[0] ?? ""), "utf8")).toMatch(/^\.TH SVCDEPLOY 1 /m);
  const words = [
    main,
    "__complete",
    "zsh",
    "plan",
    "--project",
    join(folder, "project"),
    "--env",
    "prod",
    "--limit",
    "w",
  ];
  expect((await run(process.execPath, words)).stdout).toBe("words\nweb1\thost\n");
});

test("it brings the files that the documentation says to copy, and nothing that the demo made", async () => {
  const demo = join(folder, "package/playbooks/demo");
  for (const name of [
    "ci/svcdeploy.sh",
    "ci/drift.crontab",
    ".github/workflows/svcdeploy.yml",
    ".gitlab-ci.yml",
    "inventory/prod.yaml",
  ])
    expect(await readFile(join(demo, name), "utf8")).toBe(
      await readFile(join(root, "playbooks/demo", name), "utf8"),
    );
  const folders = [
    ".github",
    ".gitlab-ci.yml",
    "ci",
    "inventory",
    "playbooks",
    "services",
    "signatures",
    "svcdeploy.yaml",
    "templates",
    "values",
  ];
  expect((await readdir(demo)).sort()).toEqual(folders);
});

test("it needs nothing else from a registry, and carries the licences of what it bundles", async () => {
  const packed: Record<string, unknown> = JSON.parse(
    await readFile(join(folder, "package/package.json"), "utf8"),
  );
  expect(packed.dependencies).toBeUndefined();
  const licences = await readFile(join(folder, "package/dist/third-party-licenses.txt"), "utf8");
  for (const name of ["ssh2", "yargs", "yaml", "zod", "handlebars", "listr2", "diff", "@viz-js/viz"])
    expect(licences).toContain(`── ${name}\n`);
});

test("init writes the same project far from the checkout as in it", async () => {
  const written = async (program: string, name: string): Promise<(readonly [string, string])[]> => {
    await run(process.execPath, [program, "init", "--project", join(name, "shop")], { cwd: folder });
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return Promise.all(
      files.map(async ({ parentPath, name: file }) => {
        const path = join(parentPath, file);
        return [relative(join(folder, name), path), await readFile(path, "utf8")] as const;
      }),
    );
  };
  const packed = await written(main, "by-package");
  expect(packed.map(([path]) => path)).toContain("shop/.gitignore");
  expect(packed.sort()).toEqual((await written(join(root, "src/main.ts"), "by-checkout")).sort());
});

test("render", async () => {
  const { stdout } = await run(process.execPath, [main, "render", "--env", "prod"], {
    cwd: join(folder, "project"),
  });
  expect(stdout).toContain("# /etc/systemd/system/hello.service (0644 root:root)\n");
  expect(stdout).toContain("\nExecStart=/usr/bin/sleep 60\n");
});

test("graph draws with the Graphviz that it brings", async () => {
  const { stdout } = await run(process.execPath, [main, "graph", "--env", "prod", "--format", "svg"], {
    cwd: join(folder, "project"),
  });
  expect(stdout).toMatch(/<svg [\s\S]*hello\.service[\s\S]*<\/svg>/);
});

test("what opens connections is there as well: ssh2 and the host's scripts", async () => {
  const failed = await run(process.execPath, [main, "plan", "--env", "prod", "--known-hosts", "/dev/null"], {
    cwd: join(folder, "project"),
    env: { ...process.env, HOME: folder, SSH_AUTH_SOCK: "" },
  }).catch((error: { code: number; stdout: string; stderr: string }) => error);
  expect(failed).toMatchObject({ stderr: expect.not.stringContaining("mistake") });
  // Without a key it is refused before it is sent.
  expect("code" in failed ? failed.code : 0).toBe(77);
}, 40_000);

test("the first thing is Node's version: what stands before the check runs on any Node with ES modules", async () => {
  const text = await readFile(main, "utf8");
  const before = text.slice(0, text.indexOf("process.exit("));
  expect(before).toContain("npm install --global node@24");
  const imports = [...text.matchAll(/^import [^\n]* from "([^"]+)"/gm)].map((match) => match[1]);
  expect(imports).toEqual(["node:module"]);
});
