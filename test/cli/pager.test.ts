/**
 * The pager, in a terminal of 24 lines: when there is one, which, and what happens when it does not do its
 * work.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../support/dist.ts";
import { type PtyRun, runInPty } from "../support/pty.ts";
import { CANARY, makeProject, runCli } from "./run-cli.ts";

const LONG = `name: hello
service: { Type: simple, ExecStart: /usr/bin/sleep 60 }
secrets: { TOKEN: { env: TOKEN } }
files:
  - path: /etc/hello.conf
    content: "${Array.from({ length: 60 }, (_, index) => `line ${index}\\n`).join("")}"
`;

let project: Awaited<ReturnType<typeof makeProject>>;
beforeAll(async () => {
  project = await makeProject(1, { "services/hello.yaml": LONG });
});
afterAll(() => project.remove());

/** Renders in a terminal; paged: what a pager wrote into that file. */
async function render(
  env: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<PtyRun & { readonly paged: string | null }> {
  const file = join(project.folder, "paged");
  rmSync(file, { force: true });
  const command = [
    "sh",
    "-c",
    'stty rows 24 cols 80; exec "$@"',
    "sh",
    process.execPath,
    main,
    "render",
    "--env",
    "prod",
    ...words,
  ];
  const all = { PATH: process.env.PATH ?? "", HOME: project.folder, TERM: "xterm", TOKEN: CANARY, ...env };
  const run = await runInPty(command, { env: all, cwd: project.folder });
  return { ...run, paged: existsSync(file) ? readFileSync(file, "utf8") : null };
}

test("longer than the screen: the whole text goes to the pager, without the secret", async () => {
  const { code, shown, paged } = await render({ SVCDEPLOY_PAGER: "cat >paged", PAGER: "false" });
  expect([code, shown]).toEqual([0, ""]);
  expect(paged).toMatch(/# \/etc\/hello\.conf .*\nline 0\n(?:.*\n)+line 59\n/);
  expect(paged).not.toContain(CANARY);
});

test("PAGER is the second choice, less the third, and less is told what git tells it", async () => {
  expect((await render({ PAGER: "printenv LESS >paged" })).paged).toBe("FRX\n");
  expect((await render({ PAGER: "printenv LESS >paged", LESS: "-S" })).paged).toBe("-S\n");
  let asked = false;
  const command = [
    "sh",
    "-c",
    'stty rows 24 cols 80; exec "$@"',
    "sh",
    process.execPath,
    main,
    "render",
    "--env",
    "prod",
  ];
  const { code, shown } = await runInPty(command, {
    env: { PATH: process.env.PATH ?? "", HOME: project.folder, TERM: "xterm", TOKEN: CANARY },
    cwd: project.folder,
    watch: (text, type) => {
      if (asked || !/line 10\r?\n/.test(text)) return;
      asked = true;
      type("q");
    },
  });
  expect([code, asked]).toEqual([0, true]);
  expect(shown).not.toContain("line 59");
});

test.each([
  ["--no-pager", {}, ["--no-pager"]],
  ["cat", { PAGER: "cat" }, []],
  ["an empty name", { SVCDEPLOY_PAGER: "", PAGER: "false" }, []],
  ["TERM=dumb", { TERM: "dumb" }, []],
  ["CI", { CI: "true" }, []],
  ["a pager that is not there", { PAGER: "/nowhere/pager" }, []],
])("%s: printed as it is", async (_name, env, words) => {
  const { code, shown } = await render({ PAGER: "cat >paged", ...env }, ...words);
  expect(code).toBe(0);
  expect(shown).toContain("line 59");
});

test("a pager that is left early, and one that fails, change no exit code", async () => {
  expect(await render({ PAGER: "head -n 1 >paged" })).toMatchObject({ code: 0, shown: "" });
  expect(await render({ PAGER: "exit 3" })).toMatchObject({ code: 0, shown: "" });
});

test("Ctrl-C is the pager's", async () => {
  expect(await render({ PAGER: "kill -INT $PPID; cat >paged" })).toMatchObject({
    code: 0,
    paged: expect.stringContaining("line 59"),
  });
});

test("no terminal, or what fits the screen: no pager", async () => {
  expect(
    (await runCli(project.folder, ["render", "--env", "prod"], { PAGER: "cat >paged" })).stdout,
  ).toContain("line 59");
  const short = await makeProject(1, {
    "services/hello.yaml": "name: hello\nservice: { Type: simple, ExecStart: /usr/bin/sleep 60 }\n",
  });
  const words = [
    "sh",
    "-c",
    'stty rows 50 cols 80; exec "$@"',
    "sh",
    process.execPath,
    main,
    "render",
    "--env",
    "prod",
    "--project",
    short.folder,
  ];
  const run = await runInPty(words, {
    env: { PATH: process.env.PATH ?? "", HOME: project.folder, TERM: "xterm", PAGER: "cat >/dev/null" },
  });
  await short.remove();
  expect(run.shown).toContain("ExecStart=/usr/bin/sleep 60");
});
