/**
 * Transactions on a real host that are struck at a chosen external command of apply.sh or finish.sh, and what
 * the host is like afterwards.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { scripts } from "../../src/host/scripts.ts";
import { program, treesBody, treesTar, usualBody } from "./crash-bodies.ts";
import type { TestHost } from "./hosts.ts";

/**
 * How a command is struck: the unit is killed before it, after it, 0.3 s into it or when half of it is done,
 * or the command fails.
 */
export type Mode = "kill-before" | "kill-after" | "kill-during" | "kill-partway" | "fail";
/** The command of a phase, counted from 1, that is struck. */
export type Fault = { readonly phase: "apply" | "finish"; readonly number: number; readonly mode: Mode };
/** A world before: of files and programs, or of trees, instances and drop-ins. */
export type World = "usual" | "trees";
/**
 * One transaction. body: that of a world, or slow, whose service takes 30 s to start. confirm: whether the
 * controller confirms it.
 */
export type Case = {
  readonly body: World | "slow";
  readonly confirm: boolean;
  readonly faults: readonly Fault[];
  readonly trace?: true;
};
/**
 * What came of one: the transaction's last state, whether a fault struck, the commands that were counted,
 * what the host is like.
 */
export type Outcome = {
  readonly state: string;
  readonly struck: boolean;
  readonly points: readonly string[];
  readonly snapshot: readonly string[];
};

const folder = "/var/crash";
// Every external command of apply.sh, finish.sh, journal.sh, release.sh and tree.sh; printf, read and test
// are the shell's own, and tar is setpriv's.
const commands =
  "mv cp sync systemctl chown chmod ln mkdir sha256sum rm stat readlink rmdir getent groupadd useradd usermod flock timeout touch grep ls journalctl id date tail find xargs sort setpriv head tr cut cat";

/**
 * Puts the shim into the manager's PATH and the scripts on the host, and makes the world before. Run a
 * transaction before you trust a snapshot.
 */
export async function installCrashPoints(host: TestHost): Promise<void> {
  await host.shell(`mkdir -p ${folder}/shim && mount -o remount,rw /proc/sys`);
  for (const [name, content] of Object.entries(files()))
    await host.exec(["sh", "-c", `cat >${folder}/${name}`], content);
  const path = `${folder}/shim:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  await host.shell(
    `cd ${folder}/shim && chmod 755 ../crash-shim.sh && for c in ${commands}; do ln -s ../crash-shim.sh $c; done`,
  );
  await host.shell(`systemctl set-environment PATH=${path}`);
}

/** Makes the world before, anew, and says what it is like. */
export async function makeOld(host: TestHost, world: World): Promise<readonly string[]> {
  return (await runLines(host, [`old old ${world}`]))[0]?.snapshot ?? [];
}

/** Runs one transaction in the world as it is. */
export async function runCase(host: TestHost, wanted: Case): Promise<Outcome> {
  const [outcome] = await runLines(host, [caseLine(wanted)]);
  if (outcome === undefined) throw new Error(`${host.name}: no answer for ${caseLine(wanted)}`);
  return outcome;
}

/** A case as the host's script reads it, also for messages. */
export function caseLine({ body, confirm, faults, trace }: Case): string {
  const words = faults.map(({ phase, number, mode }) => `${phase}:${number}:${mode}`);
  return [
    randomBytes(16).toString("hex"),
    body,
    confirm ? "yes" : "no",
    ...words,
    ...(trace === true ? ["trace"] : []),
  ].join(" ");
}

function files(): Readonly<Record<string, string | Uint8Array>> {
  const here = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
  return {
    "crash-shim.sh": here("./crash-shim.sh"),
    "crash-case.sh": here("./crash-case.sh"),
    "deliver.sh": scripts.deliver.text,
    "decide.sh": scripts.decide.text,
    upload: program,
    tree: treesTar,
    usual: usualBody(""),
    slow: usualBody("ExecStartPre=/bin/sleep 30\n"),
    trees: treesBody(),
  };
}

async function runLines(host: TestHost, lines: readonly string[]): Promise<readonly Outcome[]> {
  const { status, stdout, stderr } = await host.exec(
    ["sh", `${folder}/crash-case.sh`],
    `${lines.join("\n")}\n`,
  );
  if (status !== 0) throw new Error(`${host.name}: crash-case.sh ended with ${status}: ${stderr}`);
  return stdout.split("\nend\n").slice(0, -1).map(parseOutcome);
}

function parseOutcome(text: string): Outcome {
  const all = text.split("\n");
  const after = (word: string): readonly string[] =>
    all.filter((each) => each.startsWith(`${word} `)).map((each) => each.slice(word.length + 1));
  return {
    state: after("state")[0] ?? "",
    struck: after("struck")[0] === "yes",
    points: after("point"),
    snapshot: after("snap"),
  };
}
