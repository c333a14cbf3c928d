/**
 * Transactions on a real host that are struck at a chosen external command of apply.sh or finish.sh, and what
 * the host is like afterwards.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { scripts } from "../../../src/host/scripts.ts";
import type { TestHost } from "../../support/hosts.ts";
import { program, treesBody, treesTar, usualBody } from "../bodies.ts";

/**
 * How a command is struck: the unit is killed before it, after it, 0.3 s into it or when half of it is done; the
 * command fails; it is done and says that it failed; or it hangs until its time limit ends it.
 */
export type Mode = "kill-before" | "kill-after" | "kill-during" | "kill-partway" | "fail" | "lost" | "hang";
/**
 * An external command of a script: what it is called, without what differs from run to run, and which of all that are
 * called the same, from 1. No number of all: how many there are before it depends on how fast the journal is.
 */
export type Command = {
  readonly phase: "apply" | "finish";
  readonly text: string;
  readonly occurrence: number;
};
/** A command that is struck. */
export type Fault = Command & { readonly mode: Mode };
/** Worlds before: of files and programs; of trees, instances and drop-ins. */
export const WORLD_NAMES = ["usual", "trees"] as const;
/** One of them. */
export type World = (typeof WORLD_NAMES)[number];
/**
 * One transaction, which the controller confirms. body: that of a world, or slow, whose service takes 30 s to
 * start.
 */
export type Case = { readonly body: World | "slow"; readonly faults: readonly Fault[] };
/**
 * What came of one: the transaction's last state, whether a fault struck, the commands that were run if they were asked
 * for, what the host is like.
 */
export type Outcome = {
  readonly state: string;
  readonly struck: boolean;
  readonly commands: readonly Command[];
  readonly snapshot: readonly string[];
};

const folder = "/var/crash";
/**
 * Every external command of apply.sh, finish.sh, journal.sh, release.sh and tree.sh; printf, read and test are the
 * shell's own, and tar is setpriv's.
 */
export const COMMANDS: readonly string[] =
  "mv cp sync systemctl chown chmod ln mkdir sha256sum rm stat readlink rmdir getent groupadd useradd usermod flock timeout touch grep ls journalctl id date tail find xargs sort setpriv head tr cut cat".split(
    " ",
  );
/** Those that rename, make durable and act: a case costs a quarter less where the others run without a shim. */
export const MATTERING: readonly string[] = ["mv", "timeout", "systemctl"];

/** Puts the scripts on the host, and a shim for each of these commands into the manager's PATH. */
export async function installCrashPoints(host: TestHost, commands: readonly string[]): Promise<void> {
  await host.shell(`mkdir -p ${folder}/shim && mount -o remount,rw /proc/sys`);
  for (const [name, content] of Object.entries(files()))
    await host.exec(["sh", "-c", `cat >${folder}/${name}`], content);
  const path = `${folder}/shim:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  await host.shell(
    `cd ${folder}/shim && chmod 755 ../shim.sh && for c in ${commands.join(" ")}; do ln -s ../shim.sh $c; done`,
  );
  await host.shell(`systemctl set-environment PATH=${path}`);
}

/** Makes the world before, anew, and says what it is like. */
export async function makeOld(host: TestHost, world: World): Promise<readonly string[]> {
  return (await ask(host, [`old ${world}`])).snapshot;
}

/** Runs one transaction in the world as it is. trace: with its commands. */
export async function runCase(host: TestHost, { body, faults }: Case, trace = false): Promise<Outcome> {
  return await ask(host, [
    ...faults.map(({ phase, occurrence, mode, text }) => ["fault", phase, occurrence, mode, text].join("\t")),
    `${trace ? "trace" : "run"} ${randomBytes(16).toString("hex")} ${body}`,
  ]);
}

/** What the transactions of these worlds are made of. */
export function files(): Readonly<Record<string, string | Uint8Array>> {
  const here = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
  return {
    "shim.sh": here("./shim.sh"),
    "case.sh": here("./case.sh"),
    "deliver.sh": scripts.deliver.text,
    "decide.sh": scripts.decide.text,
    upload: program,
    tree: treesTar,
    usual: usualBody(""),
    slow: usualBody("ExecStartPre=/bin/sleep 30\n"),
    trees: treesBody(),
  };
}

async function ask(host: TestHost, lines: readonly string[]): Promise<Outcome> {
  const { status, stdout, stderr } = await host.exec(["sh", `${folder}/case.sh`], `${lines.join("\n")}\n`);
  if (status !== 0 || !stdout.endsWith("\nend\n"))
    throw new Error(`${host.name}: case.sh ended with ${status} for ${lines.at(-1)}: ${stderr}`);
  const all = stdout.split("\n");
  const after = (word: string): readonly string[] =>
    all.filter((each) => each.startsWith(`${word} `)).map((each) => each.slice(word.length + 1));
  return {
    state: after("state")[0] ?? "",
    struck: after("struck")[0] === "yes",
    commands: commandsOf(after("point")),
    snapshot: after("snap"),
  };
}

/** How often each script asks for these depends on the load: only the first times count. */
const POLLED: readonly (readonly [RegExp, number])[] = [
  [/^systemctl --system show -p Job -- svcdeploy-/, 1],
  [/^systemctl .* -p NRestarts -- /, 2],
];

function commandsOf(points: readonly string[]): readonly Command[] {
  const met = new Map<string, number>();
  return points.flatMap((point) => {
    const occurrence = (met.get(point) ?? 0) + 1;
    met.set(point, occurrence);
    const [where = "", text = ""] = point.split("\t");
    const most = POLLED.find(([pattern]) => pattern.test(text))?.[1] ?? Number.POSITIVE_INFINITY;
    if (occurrence > most) return [];
    return [{ phase: where === "apply" ? "apply" : "finish", text, occurrence }];
  });
}
