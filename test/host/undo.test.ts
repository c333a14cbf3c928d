/** finish.sh on this machine, in a folder of its own, with a systemctl that only pretends. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { line } from "../../src/host/frames.ts";
import { transactionFiles } from "../../src/host/scripts.ts";
import { sha256 } from "../support/deliver-input.ts";

const work = realpathSync(mkdtempSync(join(tmpdir(), "svcdeploy-undo-")));
afterAll(() => rmSync(work, { recursive: true }));

const { username, uid, gid } = userInfo();
const group = spawnSync("id", ["-gn"], { encoding: "utf8" }).stdout.trim();
const isLinux = process.platform === "linux";

const SYSTEMCTL = `#!/bin/sh
case $* in
  *is-system-running*) echo running ;;
  *ActiveState*) [ -n "\${NO_ANSWER:-}" ] || echo ActiveState=failed ;;
  *' start '*) exit "\${START_STATUS:-0}" ;;
  *' restart '*) sleep "\${RESTART_SECONDS:-0}"; exit "\${RESTART_STATUS:-1}" ;;
esac
`;

type Case = {
  readonly state: string;
  readonly plan: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Record<string, string>;
  readonly shell?: string;
};

let cases = 0;

/** Runs finish.sh on a transaction that was left in a state; says the state afterwards. */
function finish({ state, plan, files = {}, env = {}, shell = "sh" }: Case, before = ""): string {
  cases += 1;
  const base = join(work, String(cases));
  const txn = join(base, "txn", "0".repeat(32));
  for (const folder of ["old", "new", "records", "words", "bin"])
    mkdirSync(join(txn, folder), { recursive: true });
  mkdirSync(join(base, "units"));
  for (const { name, text } of transactionFiles) writeFileSync(join(txn, name), text);
  for (const name of ["systemctl", "journalctl"]) {
    writeFileSync(
      join(txn, "bin", name),
      name === "systemctl" ? SYSTEMCTL : "#!/bin/sh\necho 'cp: no space'\n",
    );
    chmodSync(join(txn, "bin", name), 0o755);
  }
  const boot = isLinux ? readFileSync("/proc/sys/kernel/random/boot_id", "utf8") : "";
  const all = {
    about: "run=1\n",
    state: `${state}\n`,
    token: "",
    units: "",
    acted: "",
    boot,
    plan,
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(txn, name)), { recursive: true });
    writeFileSync(join(txn, name), content);
  }
  const command = `${before}exec ${shell} ${txn}/finish.sh ${txn} --system`;
  spawnSync("sh", ["-c", command], { env: { PATH: `${txn}/bin:${process.env.PATH ?? ""}`, ...env } });
  return readFileSync(join(txn, "state"), "utf8").trim();
}

/** A file in a folder of its own, as a transaction has left it, with the line of a plan that wrote it and its backup. */
function changedFile(name: string): {
  readonly folder: string;
  readonly path: string;
  readonly plan: string;
  readonly files: Readonly<Record<string, string>>;
} {
  const folder = join(work, name);
  const path = join(folder, "file");
  mkdirSync(folder);
  writeFileSync(path, "new\n");
  const plan = line("file", "0", path, "644", username, group, sha256("new\n"), sha256("old\n"));
  return { folder, path, plan, files: { "old/0": "old\n" } };
}

const conflictsNow = (): string => {
  const path = join(work, String(cases), "txn", "0".repeat(32), "conflicts");
  return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
};

test.skipIf(!isLinux)("a file whose folder was moved, with a link in its place, is left and named", () => {
  const { folder, path, plan, files } = changedFile("moved");
  renameSync(folder, `${folder}-away`);
  symlinkSync(`${folder}-away`, folder);
  expect(finish({ state: "RESTARTING", plan, files })).toBe("ROLLEDBACK");
  expect(readFileSync(path, "utf8")).toBe("new\n");
  expect(conflictsNow()).toBe(path);
});

test.skipIf(!isLinux)("a file that is edited while the undo copies its backup stays, and is named", () => {
  const { path, plan, files } = changedFile("slow");
  const touch = join(work, String(cases + 1), "txn", "0".repeat(32), "bin/touch");
  const edit = `#!/bin/sh\necho edited >${path}\nexec /usr/bin/touch "$@"\n`;
  const all = { ...files, "bin/touch": edit };
  expect(finish({ state: "RESTARTING", plan, files: all }, `chmod 755 ${touch}; `)).toBe("ROLLEDBACK");
  expect(readFileSync(path, "utf8")).toBe("edited\n");
  expect(conflictsNow()).toBe(path);
});

test.skipIf(!isLinux)("a file that nobody edited is what it was", () => {
  const { path, plan, files } = changedFile("plain");
  expect(finish({ state: "RESTARTING", plan, files })).toBe("ROLLEDBACK");
  expect(readFileSync(path, "utf8")).toBe("old\n");
  expect(conflictsNow()).toBe("");
});

/** A folder with a mode, and the line of a plan that makes it another's. */
function folder(
  mode: number,
  planned: string,
  before: string,
): { readonly path: string; readonly plan: string } {
  const path = join(work, `folder${cases}`);
  mkdirSync(path);
  chmodSync(path, mode);
  return { path, plan: line("directory", "0", path, planned, username, group, before) };
}

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

test.skipIf(!isLinux)("a folder gets its mode back, the setgid bit as well", () => {
  const { path, plan } = folder(0o2750, "2750", `755:${username}:${group}`);
  expect(finish({ state: "RESTARTING", plan, files: { "old/0": `755 ${uid}:${gid}\n` } })).toBe("ROLLEDBACK");
  expect(modeOf(path)).toBe("755");
});

test.skipIf(!isLinux)(
  "a folder of nobody that has a name is put back by number, also where apply.sh ended between owner and mode",
  () => {
    const { path, plan } = folder(0o700, "755", "700:UNKNOWN:UNKNOWN");
    expect(finish({ state: "APPLYING", plan, files: { "old/0": `700 ${uid}:${gid}\n` } })).toBe("ROLLEDBACK");
    expect(modeOf(path)).toBe("700");
  },
);

test.skipIf(!isLinux)("a folder with a mode that is neither ours nor the old one is somebody else's", () => {
  const { path, plan } = folder(0o711, "755", `700:${username}:${group}`);
  expect(finish({ state: "APPLYING", plan, files: { "old/0": `700 ${uid}:${gid}\n` } })).toBe("ROLLEDBACK");
  expect(modeOf(path)).toBe("711");
});

/** A release's folder with one file, and what is left of it and of its copy in the making after an undo. */
function undoTree(...folders: readonly string[]): readonly string[] {
  const path = join(work, `tree${cases}`);
  for (const each of folders) {
    mkdirSync(`${path}${each}`);
    writeFileSync(`${path}${each}/run`, "");
  }
  expect(finish({ state: "APPLYING", plan: line("tree", "0", path, "a", "b") })).toBe("ROLLEDBACK");
  return ["", ".tmp"].filter((each) => existsSync(`${path}${each}/run`));
}

test.skipIf(!isLinux)(
  "a tree that was published or was being made goes; one that came while ours was being made stays",
  () => {
    expect(undoTree("")).toEqual([]);
    expect(undoTree(".tmp")).toEqual([]);
    expect(undoTree("", ".tmp")).toEqual([""]);
  },
);

test.skipIf(!isLinux)("on a full disk an undo still says what it came to", () => {
  const words = Object.fromEntries(
    ["ROLLINGBACK", "ROLLEDBACK"].map((word) => [`words/${word}`, `${word} the disk was full\n`]),
  );
  expect(
    finish({ state: "APPLYING", plan: line("window", "1"), files: words }, "trap '' XFSZ; ulimit -f 0; "),
  ).toBe("ROLLEDBACK the disk was full");
  expect(finish({ state: "APPLYING", plan: line("window", "1") }, "trap '' XFSZ; ulimit -f 0; ")).toBe(
    "APPLYING",
  );
});

test.skipIf(!isLinux).each([
  ["activating", "ROLLEDBACK"],
  ["active", "ROLLBACK_FAILED systemctl restart a.service failed"],
])("a unit that was %s and does not start again: %s", (before, end) => {
  const plan = `${line("unit", "a.service")}${line("action", "restart", "a.service", "10")}`;
  const files = { units: `a.service\t${before}\n`, acted: "restart\ta.service\n" };
  expect(finish({ state: "RESTARTING", plan, files })).toContain(end);
});

test.skipIf(!isLinux)(
  "a unit that ran and of which systemctl says nothing is started, not taken for running",
  () => {
    const files = { units: "b.service\tactive\n", acted: "restart\ta.service\n" };
    const plan = line("unit", "b.service");
    const env = { NO_ANSWER: "yes", START_STATUS: "1" };
    expect(finish({ state: "RESTARTING", plan, files, env })).toContain("systemctl start b.service failed");
  },
);

test.skipIf(!isLinux)(
  "a unit may take as long to come back as its restart was given, however short the wait behind that was",
  () => {
    const action = (verb: string, seconds: string): string => line("action", verb, "a@b.service", seconds);
    const plan = `${line("unit", "a@b.service")}${action("restart", "10")}${action("settle", "1")}`;
    const files = { units: "a@b.service\tactive\n", acted: "restart\ta@b.service\n" };
    expect(
      finish({ state: "RESTARTING", plan, files, env: { RESTART_SECONDS: "1.2", RESTART_STATUS: "0" } }),
    ).toBe("ROLLEDBACK");
  },
);

test.skipIf(!isLinux)(
  "a script that gave up before it was armed says so at once; one that was killed leaves it to whoever killed it",
  () => {
    const said = finish({ state: "STAGED", plan: "", env: { EXIT_CODE: "exited" } });
    expect(said).toBe("REFUSED the transaction's script ended before it changed anything: cp: no space");
    expect(finish({ state: "STAGED", plan: "", env: { EXIT_CODE: "killed" } })).toBe("STAGED");
  },
);

const SHELLS = ["dash", "bash --posix", "busybox sh"].filter(
  (shell) => spawnSync("sh", ["-c", `${shell} -c :`]).status === 0,
);

/**
 * What an undo makes of values that the kernel has by now; old and new: what the transaction recorded. null:
 * there is nothing. The value is in a file here.
 */
function undoValues(
  shell: string,
  values: readonly { readonly old: string; readonly new: string; readonly now: string | null }[],
  more: Readonly<Record<string, string>> = {},
): { readonly end: string; readonly values: readonly string[]; readonly conflicts: string } {
  const paths = values.map((_, index) => join(work, `value${cases}-${index}`));
  values.forEach(({ now }, index) => {
    if (now !== null) writeFileSync(paths[index] ?? "", now);
  });
  const records = values.flatMap((value, index): readonly [string, string][] => [
    [`settings/${index + 1}/path`, `${paths[index]}\n`],
    [`settings/${index + 1}/old`, value.old],
    [`settings/${index + 1}/new`, value.new],
  ]);
  const files = { ...Object.fromEntries(records), ...more };
  const end = finish({ state: "RESTARTING", plan: line("window", "1"), files, shell });
  return {
    end,
    values: paths.map((path) => (existsSync(path) ? readFileSync(path, "utf8") : "none")),
    conflicts: conflictsNow(),
  };
}

describe.skipIf(!isLinux).each(SHELLS)("the undo of the kernel's values, by %s", (shell) => {
  test("writes back what the transaction set, with the blanks that it had", () => {
    const undone = undoValues(shell, [
      { old: "128\n", new: "4096\n", now: "4096\n" },
      { old: "1\t2\t3\n", new: "4 5 6\n", now: "4\t5\t6\n" },
      { old: "|/a  b *\n", new: "core\n", now: "core\n" },
      { old: "\n", new: "80\n", now: "80\n" },
    ]);
    expect(undone).toEqual({
      end: "ROLLEDBACK",
      values: ["128\n", "1\t2\t3\n", "|/a  b *\n", "\n"],
      conflicts: "",
    });
  });

  test("leaves one that has its old value, as after an undo that was cut off", () => {
    const same = { old: "1\t2\n", new: "3 4\n", now: "1 2\n" };
    expect(undoValues(shell, [same])).toEqual({ end: "ROLLEDBACK", values: ["1 2\n"], conflicts: "" });
  });

  test("leaves and names one that others set meanwhile, and one that is gone", () => {
    const undone = undoValues(shell, [
      { old: "128\n", new: "4096\n", now: "64\n" },
      { old: "1\n", new: "2\n", now: null },
    ]);
    expect(undone).toMatchObject({ end: "ROLLEDBACK", values: ["64\n", "none"] });
    expect(undone.conflicts).toMatch(/^\S+value\d+-0 \S+value\d+-1$/);
  });

  test("knows half a record by its name and leaves it, and one that cannot be read is trouble", () => {
    const half = { "settings/7.tmp/path": "/nonexistent\n", "settings/7.tmp/old": "" };
    expect(undoValues(shell, [], half)).toMatchObject({ end: "ROLLEDBACK", conflicts: "" });
    const broken = undoValues(shell, [], { "settings/8/path": "/nonexistent\n" });
    expect(broken.end).toMatch(/^ROLLBACK_FAILED \S+\/settings\/8 cannot be read$/);
  });
});

test.skipIf(!isLinux)("after a reboot an act on a file restarts no unit", () => {
  const plan = ["sysctl /etc/sysctl.d/a.conf", "tmpfiles /etc/tmpfiles.d/a.conf"]
    .map((act) => line("action", ...act.split(" "), "10"))
    .join("");
  expect(finish({ state: "RESTARTING", plan, files: { boot: "another\n" } })).toBe("ROLLEDBACK");
  expect(readFileSync(join(work, String(cases), "txn", "0".repeat(32), "acted"), "utf8")).toBe("");
});
