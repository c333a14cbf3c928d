/** Commands on a test's host, as every other test here runs them: what they print, how they end, and over a reboot. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";

let host: TestHost;
beforeAll(async () => {
  host = await startHost({ systemd: 247 });
});
afterAll(removeHosts);

test("input, output, errors, words and status are the command's own", async () => {
  const words = ["sh", "-c", 'cat; printf "%s|" "$@"; echo no >&2; exit 7', "sh", "", "a b", ""];
  const output = await host.exec(words, "in\0put\n");
  expect(output).toEqual({ status: 7, stdout: "in\0put\n|a b||", stderr: "no\n" });
  expect(await host.exec(["no-such-command"])).toMatchObject({ status: 127 });
  expect(await host.exec(["sh", "-c", "kill -9 $$"])).toMatchObject({ status: 137 });
});

test("as much as a command reads or prints, and no more than it reads", async () => {
  const much = "x".repeat(3_000_000);
  expect((await host.exec(["cat"], much)).stdout).toBe(much);
  expect(await host.exec(["true"], much)).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("commands run side by side, and none waits for what another one left in the background", async () => {
  const numbers = Array.from({ length: 30 }, (_, index) => `${index}\n`);
  const all = numbers.map((number) => host.shell(`sleep 0.${Number(number) % 5}; echo ${number}`));
  expect(await Promise.all(all)).toEqual(numbers);
  expect(await host.shell("sleep 1000 & echo $!")).toMatch(/^\d+\n$/);
  expect(await host.shell("pkill -x sleep; echo $?")).toBe("0\n");
});

test("a power cut ends what runs; after the boot there are commands again", async () => {
  const cut = host.exec(["sleep", "1000"]);
  await host.kill();
  expect(await cut).toMatchObject({ status: 137, stdout: "" });
  expect(await host.exec(["true"])).toMatchObject({ stderr: expect.stringContaining("is not running") });
  await host.start();
  expect(await host.shell("echo back")).toBe("back\n");
});
