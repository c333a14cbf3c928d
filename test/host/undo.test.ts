/** finish.sh on this machine, in a folder of its own, with a systemctl that only pretends. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { line } from "../../src/host/frames.ts";

const scripts = fileURLToPath(new URL("../../src/host/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "svcdeploy-undo-"));
afterAll(() => rmSync(work, { recursive: true }));

const { username, uid, gid } = userInfo();
const group = spawnSync("id", ["-gn"], { encoding: "utf8" }).stdout.trim();
const isLinux = process.platform === "linux";

const SYSTEMCTL = `#!/bin/sh
case $* in
  *is-system-running*) echo running ;;
  *ActiveState*) echo ActiveState=failed ;;
  *' restart '*) sleep "\${RESTART_SECONDS:-0}"; exit "\${RESTART_STATUS:-1}" ;;
esac
`;

type Case = {
  readonly state: string;
  readonly plan: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Record<string, string>;
};

let cases = 0;

/** Runs finish.sh on a transaction that was left in a state; says the state afterwards. */
function finish({ state, plan, files = {}, env = {} }: Case, before = ""): string {
  cases += 1;
  const base = join(work, String(cases));
  const txn = join(base, "txn", "0".repeat(32));
  for (const folder of ["old", "new", "records", "words", "bin"])
    mkdirSync(join(txn, folder), { recursive: true });
  mkdirSync(join(base, "units"));
  for (const name of ["finish.sh", "journal.sh"]) copyFileSync(join(scripts, name), join(txn, name));
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
  for (const [name, content] of Object.entries(all)) writeFileSync(join(txn, name), content);
  const command = `${before}exec sh ${txn}/finish.sh ${txn} --system`;
  spawnSync("sh", ["-c", command], { env: { PATH: `${txn}/bin:${process.env.PATH ?? ""}`, ...env } });
  return readFileSync(join(txn, "state"), "utf8").trim();
}

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
