/**
 * What probe.sh looks at beyond what it was asked: run by the shells that hosts have, over manifests of any
 * content.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ProbeRequest } from "../../src/core/model/observation.ts";
import { probeQuestion } from "../../src/host/probe-answer.ts";
import { readAnswer, writeQuestion } from "../../src/host/question.ts";

const NONCE = "ab".repeat(16);
const HASH = "0".repeat(64);
let base = "";
let bin = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "svcdeploy-left-"));
  bin = join(base, "bin");
  for (const folder of ["bin", "projects/shop", "files"]) mkdirSync(join(base, folder), { recursive: true });
  // systemd need not run here: each unit that is asked for gets its block.
  writeFileSync(
    join(bin, "systemctl"),
    '#!/bin/sh\nwhile [ "$#" -gt 0 ] && [ "$1" != -- ]; do shift; done\n[ "$#" -gt 0 ] && shift\nfor unit; do printf "Id=%s\\n\\n" "$unit"; done\n',
    { mode: 0o755 },
  );
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(([command = ""]) => {
  try {
    return execFileSync("sh", ["-c", `command -v ${command}`]).length > 0;
  } catch {
    return false;
  }
});

function look(shell: readonly string[], manifests: ProbeRequest["manifests"]) {
  const paths = [{ path: join(base, "files/wanted"), sha256: HASH }];
  const request: ProbeRequest = {
    project: "shop",
    paths,
    units: ["app.service"],
    users: [],
    groups: [],
    mounts: [],
    manifests,
    encrypted: [],
    trees: [],
    versions: [],
    programs: "not-asked",
  };
  const [command = "", ...words] = shell;
  const input = writeQuestion(probeQuestion, request, NONCE).toString().replace("/var/lib/svcdeploy", base);
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}` };
  const output = execFileSync(command, [...words, "-c", probeQuestion.script.text], {
    input,
    env,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"],
  });
  const facts = `fact\tmachine-id\t${"1".repeat(32)}\nfact\tboot-id\t${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}\n`;
  const stdout = output.replace(`${NONCE} begin\n`, `${NONCE} begin\n${facts}`);
  return readAnswer(probeQuestion, request, { host: "web1", nonce: NONCE, stdout, stderr: "" });
}

function manifest(service: string, ...lines: readonly string[]): void {
  writeFileSync(join(base, "projects/shop", service), `${lines.join("\n")}\n`);
}

test.each(shells)(
  "%s: files with their content, links and units that nobody asked for; secrets without",
  (...shell) => {
    const path = (name: string): string => join(base, "files", name);
    for (const name of ["wanted", "old", "secret", "gone.conf"]) writeFileSync(path(name), `of ${name}\n`);
    symlinkSync("old", path("link"));
    manifest(
      "app",
      `file ${path("wanted")} ${HASH} 644 root:root`,
      `file ${path("old")} ${HASH} 644 root:root`,
      `file ${path("old")} ${HASH} 644`,
      `file ${path("secret")} ${HASH} 600 root:root secret`,
      `link ${path("link")} ${HASH} -`,
      `file ${path("lost")} ${HASH} 644`,
      "unit app.service - -",
      "unit var-cache-a\\x2db.mount - -",
      "unit app-old.timer - -",
      "directory /etc - 755 root:root",
    );
    manifest("gone", `file ${path("gone.conf")} ${HASH} 644 root:root`, "unit gone.service - -");
    manifest("other", `file ${path("other.conf")} ${HASH} 644 root:root`, "unit other.service - -");
    const found = look(shell, { selected: ["app"], leave: ["app", "other"], rest: "look" });
    const text = (name: string): string | null => {
      const content = found.paths.get(path(name))?.content ?? null;
      return content === null ? null : Buffer.from(content).toString();
    };
    expect([...found.units.keys()]).toEqual([
      "app.service",
      "var-cache-a\\x2db.mount",
      "app-old.timer",
      "gone.service",
    ]);
    expect([text("wanted"), text("old"), text("secret"), text("gone.conf")]).toEqual([
      "of wanted\n",
      "of old\n",
      null,
      null,
    ]);
    expect(found.paths.get(path("secret"))?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(found.paths.get(path("link"))?.target).toBe("old");
    expect([found.paths.has(path("lost")), found.paths.has("/etc")]).toEqual([false, false]);
    // Who may write above it decides what root removes.
    expect(["/", tmpdir(), base, join(base, "files")].map((folder) => found.paths.get(folder)?.type)).toEqual(
      Array(4).fill("directory"),
    );
    expect(found.paths.has(join(base, "projects/shop/gone"))).toBe(true);
    expect([...look(shell, { selected: ["app"], leave: [], rest: "leave" }).units.keys()]).not.toContain(
      "gone.service",
    );
  },
);

test.each(shells)("%s: a damaged manifest is looked past", (...shell) => {
  manifest(
    "app",
    "file",
    "unit",
    "unit -x.service",
    "unit a@.service",
    "unit a;b",
    "unit $(id).service",
    "file relative 0 0",
    "file /a\u0007b 0 0",
    "\u00ff\u0000",
  );
  expect([...look(shell, { selected: ["app"], leave: [], rest: "leave" }).units.keys()]).toEqual([
    "app.service",
  ]);
});

test("what the host says beyond a path and a unit's name is not taken", () => {
  const request: ProbeRequest = {
    ...{ project: "shop", paths: [], units: [], users: [], groups: [], mounts: [], encrypted: [], trees: [] },
    versions: [],
    programs: "not-asked",
    manifests: { selected: [], leave: [], rest: "leave" },
  };
  const lines = [
    `fact\tmachine-id\t${"1".repeat(32)}`,
    `fact\tboot-id\t${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}`,
    "left\tpath\t/etc/x",
    "left\tpath\t/etc/\u001b[2J",
    "left\tunit\t../../x",
    "left\tother\t/etc/y",
    "stat\t/etc/x\t81a4\t640\troot\tadm\t5\t1700000000\t1\t2049",
    "stat\t/etc/y\t81a4\t640\troot\tadm\t5\t1700000000\t1\t2049",
  ];
  const stdout = `${NONCE} begin\n${lines.join("\n")}\n${NONCE} end\n`;
  const found = readAnswer(probeQuestion, request, { host: "web1", nonce: NONCE, stdout, stderr: "" });
  expect([[...found.paths.keys()], [...found.units.keys()]]).toEqual([["/etc/x"], []]);
});
