/** The key of saved plans and their files on the disk. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPlanKey } from "../../src/project/plan-key.ts";
import { readPlanFile, requirePlanPath, writePlanFile } from "../../src/project/saved-plan-file.ts";

const PLAN = '{\n "schema": "svcdeploy.saved-plan/1"\n}\n';
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-key-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("readPlanKey", () => {
  const path = (): string => join(folder, "svcdeploy/plan-key");

  it("takes the environment's key and touches no disk", async () => {
    const key = await readPlanKey(
      { SVCDEPLOY_PLAN_KEY: ` ${"k".repeat(32)}\n`, XDG_STATE_HOME: folder },
      "make",
    );
    expect(key.reveal()).toBe("k".repeat(32));
    expect(String(key)).not.toContain("kkk");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("makes a key once, for its owner alone, also when many ask at once", async () => {
    const asked = await Promise.all(
      Array.from({ length: 8 }, () => readPlanKey({ XDG_STATE_HOME: folder }, "make")),
    );
    expect(new Set(asked.map((key) => key.reveal())).size).toBe(1);
    expect((await readPlanKey({ XDG_STATE_HOME: folder }, "refuse")).reveal()).toBe(asked[0]?.reveal());
    expect(asked[0]?.reveal()).toMatch(/^[0-9a-f]{64}$/);
    expect([
      modeOf(path()),
      modeOf(join(folder, "svcdeploy")),
      readdirSync(join(folder, "svcdeploy")),
    ]).toEqual(["600", "700", ["plan-key"]]);
  });

  it("falls back to ~/.local/state", async () => {
    await readPlanKey({ HOME: folder }, "make");
    expect(modeOf(join(folder, ".local/state/svcdeploy/plan-key"))).toBe("600");
  });

  it.each([
    [
      "none is there and none is to be made",
      () => readPlanKey({ XDG_STATE_HOME: folder }, "refuse"),
      /no key to read saved plans with: .*plan-key does not exist/,
    ],
    [
      "there is no place for one",
      () => readPlanKey({ HOME: join(folder, "none") }, "make"),
      /XDG_STATE_HOME is not set and HOME is no folder/,
    ],
    [
      "the given one is too short",
      () => readPlanKey({ SVCDEPLOY_PLAN_KEY: "secret" }, "make"),
      /SVCDEPLOY_PLAN_KEY contains no key: it has 6 characters and needs 32/,
    ],
    [
      "the place cannot be written",
      () => readPlanKey({ XDG_STATE_HOME: "/dev/null" }, "make"),
      /could not be made/,
    ],
  ])("refuses when %s", async (_name, work, message) => {
    await expect(work()).rejects.toThrow(message);
  });

  it("refuses a file that others can read, a link, and a broken one", async () => {
    await readPlanKey({ XDG_STATE_HOME: folder }, "make");
    chmodSync(path(), 0o640);
    await expect(readPlanKey({ XDG_STATE_HOME: folder }, "make")).rejects.toThrow(/can be read by others/);
    rmSync(path());
    symlinkSync("/dev/null", path());
    await expect(readPlanKey({ XDG_STATE_HOME: folder }, "make")).rejects.toThrow(/can be read by others/);
    rmSync(path());
    writeFileSync(path(), "", { mode: 0o600 });
    await expect(readPlanKey({ XDG_STATE_HOME: folder }, "make")).rejects.toThrow(/contains no key/);
  });
});

describe("saved plans' files", () => {
  it("are written for their owner alone, also over an older plan that others could read, and leave nothing else", async () => {
    const path = join(folder, "plan.json");
    writeFileSync(path, PLAN, { mode: 0o644 });
    await writePlanFile(path, `${PLAN} `);
    expect([modeOf(path), await readPlanFile(path), readdirSync(folder)]).toEqual([
      "600",
      `${PLAN} `,
      ["plan.json"],
    ]);
  });

  it("never replace anything else", async () => {
    const project = join(folder, "web.yaml");
    writeFileSync(project, "name: web\n");
    symlinkSync(project, join(folder, "link"));
    mkdirSync(join(folder, "sub"));
    await expect(writePlanFile(project, PLAN)).rejects.toThrow(
      /is not a saved plan, so it is not overwritten/,
    );
    await expect(writePlanFile(join(folder, "link"), PLAN)).rejects.toThrow(/is not a file/);
    await expect(requirePlanPath(join(folder, "sub"))).rejects.toThrow(/is not a file/);
    await expect(requirePlanPath("/dev/null")).rejects.toThrow(/is not a file/);
    await expect(requirePlanPath(join(folder, "none/plan.json"))).rejects.toThrow(/folder .* does not exist/);
    await expect(requirePlanPath(join(folder, "web.yaml/plan.json"))).rejects.toThrow(/--out/);
    expect(readFileSync(project, "utf8")).toBe("name: web\n");
  });

  it("that are missing or folders are a usage error", async () => {
    await expect(readPlanFile(join(folder, "plan.json"))).rejects.toThrow(
      /The saved plan .*plan\.json does not exist/,
    );
    await expect(readPlanFile(folder)).rejects.toThrow(/is a directory/);
  });
});
