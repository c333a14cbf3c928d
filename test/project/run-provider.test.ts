/** Programs that print a secret. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { runProvider } from "../../src/project/run-provider.ts";

const folder = mkdtempSync(join(tmpdir(), "svcdeploy-provider-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shell = (script: string): readonly string[] => ["/bin/sh", "-c", script];

test("what it prints is the secret, less one line end; it runs in the project's folder and has nothing to read", async () => {
  writeFileSync(join(folder, "token"), "from the folder\r\n");
  expect(await runProvider(["cat", "token"], folder)).toEqual({ ok: true, value: "from the folder" });
  expect(await runProvider(shell("cat; printf 'a\\n\\n'"), folder)).toEqual({ ok: true, value: "a\n" });
});

test("words are handed over as they are: no shell reads them", async () => {
  expect(await runProvider(["printf", "%s", "$HOME; `id` 'x'"], folder)).toEqual({
    ok: true,
    value: "$HOME; `id` 'x'",
  });
});

test.each([
  [["/none/at/all"], "/none/at/all could not be run (ENOENT)"],
  [["/etc/passwd"], "/etc/passwd could not be run (EACCES)"],
  [shell("echo half; exit 3"), "/bin/sh ended with 3"],
  [shell("kill -9 $$"), "/bin/sh ended with SIGKILL"],
  [shell(":"), "/bin/sh printed nothing"],
  [shell("printf '\\377'"), "what /bin/sh printed is not UTF-8 text"],
  [shell("yes | head -c 2000000"), "/bin/sh printed more than 1 MiB"],
])("%j gives no secret", async (command, reason) => {
  expect(await runProvider(command, folder)).toEqual({ ok: false, reason });
});

test("one that hangs, or leaves something behind that does, is given up", async () => {
  expect(await runProvider(shell("exec sleep 1000"), folder, 300)).toEqual({
    ok: false,
    reason: "/bin/sh did not end within 0.3 s",
  });
  expect(await runProvider(shell("sleep 3 & exec sleep 31"), folder, 300)).toEqual({
    ok: false,
    reason: "/bin/sh did not end within 0.3 s",
  });
});

test("what it says is shown without what it prints, without other secrets and without control characters", async () => {
  const heard: string[] = [];
  const hearing = {
    known: () => [new Secret("TOKEN", "tok-abcdef")],
    say: (text: string) => void heard.push(text),
  };
  const script = "printf 'touch the key\\n\\033[31mhunter2-hunter2 tok-abcdef\\n' >&2; echo hunter2-hunter2";
  expect(await runProvider(shell(script), folder, undefined, hearing)).toMatchObject({ ok: true });
  expect(heard.join("")).toBe("touch the key\n<secret of sh> <secret TOKEN>\n");
});

test("a program that waits is heard while it waits", async () => {
  const heard: string[] = [];
  let hear = (): void => {};
  const first = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const say = (text: string): void => {
    heard.push(text);
    hear();
  };
  const hearing = { known: () => [], say };
  const go = join(folder, "go");
  const script = `echo 'touch the key' >&2; while [ ! -e ${go} ]; do sleep 0.05; done; echo value`;
  const running = runProvider(shell(script), folder, undefined, hearing);
  await first;
  expect(heard).toEqual(["touch the key\n"]);
  writeFileSync(go, "");
  expect(await running).toEqual({ ok: true, value: "value" });
});
