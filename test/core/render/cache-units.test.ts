/**
 * What keeps a cache: which caches it refuses, and what its two scripts do when they are run for real, in the
 * shells that a host may have.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { renderService } from "../../../src/core/render/render.ts";
import { expandArguments, readExecLine } from "../../../src/core/unit-file/exec-line.ts";
import { parseUnitFile } from "../../../src/core/unit-file/parse.ts";
import { makeHost, makeService, type ShortService } from "../../golden/make-service.ts";

type Cache = NonNullable<ShortService["cache"]>;
const CACHE: Cache = {
  path: "/var/cache/app",
  size: "1G",
  mode: "0750",
  owner: "app",
  group: "app",
  options: [],
};

function unitsOf(cache: Partial<Cache>): ReadonlyMap<string, string> {
  const persist = { to: "/var/lib/app", everySeconds: 900 };
  const service = makeService({
    name: "app",
    service: { ExecStart: "/bin/app" },
    cache: { ...CACHE, persist, ...cache },
  });
  const inputs = { env: "prod", values: {}, secrets: new Map(), files: new Map(), artifact: null };
  const files = renderService(service, makeHost(), inputs).filter((resource) => resource.kind === "file");
  return new Map(
    files.map(({ path, content }) => [
      path.replace("/etc/systemd/system/", ""),
      new TextDecoder().decode(content),
    ]),
  );
}

function problemsOf(cache: Partial<Cache>): readonly string[] {
  try {
    return unitsOf(cache).size > 0 ? [] : ["nothing"];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message);
    throw error;
  }
}

describe("refused", () => {
  test.each<readonly [string, Partial<Cache>, RegExp]>([
    ["saved within itself", { path: "/var/lib/app" }, /lie within each other/],
    ["within what it is saved in", { path: "/var/lib/app/cache" }, /lie within each other/],
    [
      "root's, and others may write there",
      { owner: "root", mode: "1777" },
      /root does not copy what they choose/,
    ],
    ["root's by number", { owner: "0", mode: "0770" }, /root does not copy what they choose/],
  ])("%s", (_name, cache, problem) => {
    expect(problemsOf(cache).join("\n")).toMatch(problem);
  });

  test.each<readonly [string, Partial<Cache>]>([
    ["root's own", { owner: "root", mode: "0755" }],
    ["beside it", { path: "/var/lib/apps" }],
  ])("not: %s", (_name, cache) => {
    expect(problemsOf(cache)).toEqual([]);
  });
});

/** The words that systemd would run. */
function commandOf(unit: string, name: string): readonly string[] {
  const section = parseUnitFile(unitsOf({}).get(unit) ?? "").sections.find((each) => each.name === "Service");
  const line =
    section?.items.flatMap((item) => (item.kind === "entry" && item.name === name ? [item.value] : []))[0] ??
    "";
  const [command] = readExecLine(line, { resolve: (word) => word.replaceAll("%%", "%") }).commands;
  return expandArguments(command?.argv ?? [], new Map()).argv;
}

const RESTORE = commandOf("app-cache-restore.service", "ExecStart");
const SAVE = commandOf("app-cache-save.service", "ExecStart");

test("both units save by the same command, each path an argument of its own", () => {
  expect(commandOf("app-cache-restore.service", "ExecStop")).toEqual(SAVE);
  expect(SAVE.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
  expect(SAVE.slice(3)).toEqual([
    "sh",
    "/var/cache/app",
    "/var/lib/app/app.saved/cache.tar",
    "/run/app-cache-restore/device",
  ]);
});

const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(
  ([command = ""]) => spawnSync(command, ["--help"]).error === undefined,
);

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("in %s", (_name, shell) => {
  let folder: string;
  let cache: string;
  let saved: string;
  let mark: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "svcdeploy-cache-"));
    for (const name of ["cache", "saved", "run", "bin"]) mkdirSync(join(folder, name));
    [cache, saved, mark] = [
      join(folder, "cache"),
      join(folder, "saved/cache.tar"),
      join(folder, "run/device"),
    ];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function run(
    words: readonly string[],
    path = "",
  ): { readonly status: number | null; readonly said: string } {
    const [program = "", ...rest] = shell;
    const PATH = `${path}${process.env.PATH ?? ""}`;
    const done = spawnSync(program, [...rest, "-c", words[2] ?? "", "sh", cache, saved, mark], {
      encoding: "utf8",
      env: { PATH },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { status: done.status, said: done.stderr };
  }
  const restore = (path?: string) => run(RESTORE, path);
  const save = (path?: string) => run(SAVE, path);
  /** A tar of the test's own, before the real one in the path. */
  function fakeTar(text: string): string {
    writeFileSync(join(folder, "bin/tar"), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, "bin/tar"), 0o755);
    return `${join(folder, "bin")}:`;
  }
  const empty = () => {
    rmSync(cache, { recursive: true });
    mkdirSync(cache, { mode: 0o755 });
  };
  /** The cache was restored (from nothing) and holds this. */
  const started = (name: string, text: string) => {
    expect(restore()).toMatchObject({ status: 0, said: "" });
    writeFileSync(join(cache, name), text);
  };

  test("what is saved comes back: hidden and odd names, links, modes, not the mode of the folder itself", () => {
    started("a", "one");
    writeFileSync(join(cache, ".hidden\n$x"), "two");
    mkdirSync(join(cache, "deep"));
    chmodSync(join(cache, "deep"), 0o2750);
    chmodSync(join(cache, "a"), 0o640);
    symlinkSync("/etc/passwd", join(cache, "deep/link"));
    chmodSync(cache, 0o700);
    expect(save()).toMatchObject({ status: 0, said: "" });
    expect(lstatSync(saved).mode & 0o777).toBe(0o600);
    empty();
    expect(restore()).toMatchObject({ status: 0, said: "" });
    expect(readdirSync(cache).toSorted()).toEqual([".hidden\n$x", "a", "deep"]);
    expect(readFileSync(join(cache, ".hidden\n$x"), "utf8")).toBe("two");
    expect(lstatSync(join(cache, "deep/link")).isSymbolicLink()).toBe(true);
    expect(
      [cache, join(cache, "a"), join(cache, "deep")].map((path) => lstatSync(path).mode & 0o7777),
    ).toEqual([0o755, 0o640, 0o2750]);
    expect(save().status).toBe(0);
  });

  test("a cache that holds something is left as it is, and is saved from then on", () => {
    started("a", "old");
    save();
    writeFileSync(join(cache, "a"), "new");
    rmSync(mark);
    expect(restore().status).toBe(0);
    expect(readFileSync(join(cache, "a"), "utf8")).toBe("new");
    expect(save().status).toBe(0);
  });

  test("a folder that was not restored is never saved over what was saved: not mounted, or mounted by someone else", () => {
    started("a", "good");
    save();
    const copy = readFileSync(saved);
    empty();
    rmSync(mark);
    expect(save()).toMatchObject({
      status: 1,
      said: "<3>nothing is saved: this cache was not restored; systemctl restart run takes it as it is\n",
    });
    writeFileSync(mark, "4711\n");
    expect(save().status).toBe(1);
    expect(readFileSync(saved)).toEqual(copy);
  });

  test("a copy that cannot be restored leaves the cache empty, and is not overwritten until someone says so", () => {
    writeFileSync(saved, "this is no archive");
    const failed = restore();
    expect(failed.status).toBe(1);
    expect(failed.said).toContain("<3>the cache is empty: ");
    expect(save().status).toBe(1);
    writeFileSync(join(cache, "a"), "filled again");
    expect(restore().status).toBe(0);
    expect(save().status).toBe(0);
  });

  test("a folder that is not there, or cannot be entered, is not one in which nothing was saved", () => {
    rmSync(join(folder, "saved"), { recursive: true });
    expect(restore().status).toBe(1);
    expect(save().status).toBe(1);
  });

  test("a restore that fails half-way leaves nothing behind", () => {
    started("a", "good");
    save();
    empty();
    rmSync(mark);
    const tar = fakeTar(`touch "${cache}/half" "${cache}/.half" "${cache}/..half"; exit 2`);
    expect(restore(tar).status).toBe(1);
    expect(readdirSync(cache)).toEqual([]);
  });

  test("no room, or no tar: what was saved before stays, and no part of the new one", () => {
    started("a", "good");
    save();
    const copy = readFileSync(saved);
    for (const tar of ["printf part; exit 2", "printf part; exit 127", "printf part; kill -9 $$"]) {
      const failed = save(fakeTar(tar));
      expect(failed.status).toBe(1);
      expect(failed.said).toContain("<3>not saved; what was saved before stays\n");
      expect(readdirSync(join(folder, "saved"))).toEqual(["cache.tar"]);
      expect(readFileSync(saved)).toEqual(copy);
    }
  });

  test("a save that is killed half-way: what was saved before stays; the next save clears up", () => {
    started("a", "good");
    save();
    const copy = readFileSync(saved);
    save(fakeTar("printf part; kill -9 $PPID"));
    expect(readFileSync(saved)).toEqual(copy);
    expect(existsSync(`${saved}.new`)).toBe(true);
    expect(save().status).toBe(0);
    expect(readdirSync(join(folder, "saved"))).toEqual(["cache.tar"]);
  });

  test("a file that goes while it is read is no failure", () => {
    started("a", "good");
    expect(save(fakeTar("/bin/tar --version >/dev/null; printf whole; exit 1")).status).toBe(0);
    expect(readFileSync(saved, "utf8")).toBe("whole");
  });
});

test("more directives of the mount unit stand behind ours; its description may be the service's own", () => {
  const place = { file: "services/app.yaml", line: 9, column: 3 };
  const mount = unitsOf({
    persist: null,
    mount: [{ name: "TimeoutSec", value: "5s", place }],
    unit: [{ name: "After", value: "a.service", place }],
  });
  expect(mount.get("var-cache-app.mount")).toMatch(
    /\[Unit\]\nDescription=tmpfs cache at .*\nAfter=a\.service\n\n\[Mount\][^[]*\nOptions=.*\nTimeoutSec=5s\n/,
  );
  const own = unitsOf({ persist: null, unit: [{ name: "Description", value: "Thumbnails", place }] });
  expect(own.get("var-cache-app.mount")).toMatch(/\[Unit\]\nDescription=Thumbnails\n\n/);
});
