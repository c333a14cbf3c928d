/** generations.sh and kept.sh on this machine, over a folder as a host keeps it. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { generationsQuestion, keptQuestion } from "../../src/host/generations-answer.ts";
import { answerOf } from "../support/answers.ts";

const scripts = fileURLToPath(new URL("../../src/host/", import.meta.url));
const base = mkdtempSync(join(tmpdir(), "svcdeploy-kept-"));
afterAll(() => rmSync(base, { recursive: true }));
const isLinux = process.platform === "linux";

function write(path: string, text: string): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), text);
}

function run(script: string, lines: readonly string[], path = ""): string {
  const input = `N\n${base}\n${lines.map((line) => `${line}\n`).join("")}\n`;
  const { stdout, stderr, status } = spawnSync("sh", [join(scripts, script)], {
    input,
    encoding: "utf8",
    env: { ...process.env, PATH: `${path}:${process.env.PATH}` },
  });
  expect([stderr, status]).toEqual(["", 0]);
  return stdout;
}

test.skipIf(!isLinux)("what is kept is told, of this project alone; half-made generations are not", () => {
  const about = `run=${"a".repeat(32)} project=shop user=me controller=here commit=c0ffee tree=clean plan=1`;
  for (const number of ["9", "10"]) {
    write(`gen/${number}/id`, "x\n");
    write(`gen/${number}/about`, `${about}\n`);
    write(
      `gen/${number}/plan`,
      "manifest\tm0\t/x\t-\naction\trestart\tweb.service\t100\naction\tdaemon-reload\t-\t120\n",
    );
    write(`gen/${number}/projects/shop/web`, "file /etc/web x\n");
    write(`gen/${number}/targets/shop/web`, "{}\n");
    write(`gen/${number}/projects/shop/old`, "file /etc/old x\n");
    write(`gen/${number}/projects/blog/web`, "file /etc/other x\n");
  }
  write("gen/11.tmp/id", "x\n");
  write(`txn/${"b".repeat(32)}/state`, "ROLLEDBACK\n");
  write(`txn/${"b".repeat(32)}/about`, `${about}\n`);
  write(`txn/${"b".repeat(32)}/failure`, "web.service exited\n");
  write(
    `txn/${"b".repeat(32)}/plan`,
    `target\tt0\t${base}/targets/shop/web\ntarget\tt1\t${base}/targets/blog/api\n`,
  );
  write("runs", `${about} result=confirmed\n${about} result=rolled-back\n`);
  const kept = answerOf(generationsQuestion, "shop", run("generations.sh", ["shop"]));
  expect(kept.generations.map(({ number }) => number)).toEqual([9, 10]);
  expect([...(kept.generations[1]?.services ?? [])]).toEqual([
    ["old", null],
    ["web", expect.stringMatching(/^[0-9a-f]{64}$/)],
  ]);
  expect(kept.generations[1]?.actions).toEqual([
    { verb: "restart", unit: "web.service", timeoutSeconds: 100 },
    { verb: "daemon-reload", unit: "-", timeoutSeconds: 120 },
  ]);
  expect(kept.generations[1]?.madeAt).toBeGreaterThan(1_700_000_000);
  expect(kept.attempts).toMatchObject([{ failure: "web.service exited", services: ["web"] }]);
  expect(kept.runs.map(({ result }) => result)).toEqual(["confirmed", "rolled-back"]);
});

test.skipIf(!isLinux)("a project that the host has never heard of has no services there", () => {
  const kept = answerOf(generationsQuestion, "shop", run("generations.sh", ["nothing"]));
  expect(kept.generations.map(({ services }) => services.size)).toEqual([0, 0]);
});

test.skipIf(!isLinux)("files are given by name, from this folder alone, links not followed", () => {
  write("blobs/one", "hello\u0000\n");
  write("blobs/empty", "");
  symlinkSync("/etc/passwd", join(base, "blobs/link"));
  const names = ["blobs/one", "blobs/empty", "blobs/link", "blobs/missing", "blobs/../runs"];
  const asked = names.map((name) => ({ name, credential: null }));
  const { files } = answerOf(keptQuestion, asked, run("kept.sh", names));
  expect([...files.keys()]).toEqual(["blobs/one", "blobs/empty"]);
  expect(files.get("blobs/one")).toEqual(new Uint8Array(readFileSync(join(base, "blobs/one"))));
});

test.skipIf(!isLinux)(
  "an empty credential is held; one that cannot be decrypted is not, though its file is kept",
  () => {
    for (const name of ["good", "empty", "locked"]) write(`blobs/${name}`, name);
    const fake = '#!/bin/sh\ncase $* in *locked*) printf half; exit 1 ;; *good*) printf "a\\000b" ;; esac\n';
    write("bin/systemd-creds", fake);
    chmodSync(join(base, "bin/systemd-creds"), 0o755);
    const asked = ["blobs/good", "blobs/empty", "blobs/locked"].map((name) => ({
      name,
      credential: "TOKEN",
    }));
    const lines = asked.map(({ name, credential }) => `${name}\t${credential}`);
    const { files, held } = answerOf(keptQuestion, asked, run("kept.sh", lines, join(base, "bin")));
    expect([...files.keys()]).toEqual(["blobs/good", "blobs/empty", "blobs/locked"]);
    expect([...held]).toEqual([
      ["blobs/good", new TextEncoder().encode("a\0b")],
      ["blobs/empty", new Uint8Array()],
    ]);
  },
);
