/** Transactions on a real host that are struck at a chosen external command of apply.sh or finish.sh, and what the host is like afterwards. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { line } from "../../src/host/frames.ts";
import { scripts } from "../../src/host/scripts.ts";
import { deliverBody, sha256 } from "./deliver-input.ts";
import type { TestHost } from "./hosts.ts";

/** How a command is struck: the unit is killed before it, after it or 0.3 s into it, or the command fails. */
export type Mode = "kill-before" | "kill-after" | "kill-during" | "fail";
/** The command of a phase, counted from 1, that is struck. */
export type Fault = { readonly phase: "apply" | "finish"; readonly number: number; readonly mode: Mode };
/** One transaction. body: usual, or slow, whose service takes 30 s to start. confirm: whether the controller confirms it. */
export type Case = { readonly body: "usual" | "slow"; readonly confirm: boolean; readonly faults: readonly Fault[]; readonly trace?: true };
/** What came of one: the transaction's last state, whether a fault struck, the commands that were counted, what the host is like. */
export type Outcome = { readonly state: string; readonly struck: boolean; readonly points: readonly string[]; readonly snapshot: readonly string[] };

const folder = "/var/crash";
const program = "#!/bin/sh\necho a program that was uploaded\n";
// Every external command of apply.sh, finish.sh and journal.sh; printf, read and test are the shell's own.
const commands =
  "mv cp sync systemctl chown chmod ln mkdir sha256sum rm stat readlink rmdir getent groupadd useradd usermod flock timeout touch grep ls journalctl id date tail";

/** Puts the shim into the manager's PATH and the scripts on the host, and makes the world before. Run a transaction before you trust a snapshot. */
export async function installCrashPoints(host: TestHost): Promise<void> {
  await host.shell(`mkdir -p ${folder}/shim`);
  for (const [name, content] of Object.entries(files())) await host.exec(["sh", "-c", `cat >${folder}/${name}`], content);
  const path = `${folder}/shim:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  await host.shell(`cd ${folder}/shim && chmod 755 ../crash-shim.sh && for c in ${commands}; do ln -s ../crash-shim.sh $c; done`);
  await host.shell(`systemctl set-environment PATH=${path}`);
}

/** Makes the world before, anew, and says what it is like. */
export async function makeOld(host: TestHost): Promise<readonly string[]> {
  return (await runLines(host, ["old old no"]))[0]?.snapshot ?? [];
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
  return [randomBytes(16).toString("hex"), body, confirm ? "yes" : "no", ...words, ...(trace === true ? ["trace"] : [])].join(" ");
}

function files(): Readonly<Record<string, string | Uint8Array>> {
  const here = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
  return {
    "crash-shim.sh": here("./crash-shim.sh"),
    "crash-case.sh": here("./crash-case.sh"),
    "deliver.sh": scripts.deliver.text,
    "decide.sh": scripts.decide.text,
    upload: program,
    usual: body(""),
    slow: body("ExecStartPre=/bin/sleep 30\n"),
  };
}

// The world before is made by crash-case.sh's make_old.
function body(delay: string): Uint8Array {
  const oldConf = "hello=1\n";
  const newConf = "hello=2\n";
  const unit = (extra: string, seconds: number): string =>
    `[Service]\n${extra}ExecStart=/bin/sleep ${seconds}\n[Install]\nWantedBy=multi-user.target\n`;
  const [oldUnit, newUnit, secondUnit] = [unit("", 1000), unit(delay, 2000), unit("", 3000)];
  const goingUnit = "[Service]\nExecStart=/bin/sleep 5000\n";
  const plan = [
    line("account", "crauser", "crauser", "/nonexistent", "-"),
    line("directory", "0", "/etc/cra", "0750", "root", "root", "755:root:root"),
    line("directory", "1", "/etc/crb", "0755", "root", "root", "-"),
    line("release", "2", "/opt/cra/releases/2", "program", sha256(program)),
    line("file", "3", "/etc/cra/conf", "0644", "root", "root", sha256(newConf), sha256(oldConf)),
    line("file", "4", "/etc/systemd/system/cra.service", "0644", "root", "root", sha256(newUnit), sha256(oldUnit)),
    line("file", "5", "/etc/systemd/system/crb.service", "0644", "root", "root", sha256(secondUnit), "-"),
    line("link", "6", "/etc/systemd/system/multi-user.target.wants/cra.service", "/etc/systemd/system/cra.service", "-"),
    line("link", "7", "/opt/cra/current", "releases/2", "releases/1"),
    line("file", "8", "/etc/cra/going", "-", "-", "-", "-", sha256("going=1\n")),
    line("link", "9", "/etc/cra/going-link", "-", "conf"),
    line("file", "10", "/etc/systemd/system/cre.service", "-", "-", "-", "-", sha256(goingUnit)),
    line("manifest", "m0", "/var/lib/svcdeploy/projects/demo/cra", "-"),
    line("manifest", "-", "/var/lib/svcdeploy/projects/demo/cre", sha256("its manifest\n")),
    line("target", "-", "/var/lib/svcdeploy/targets/demo/cre"),
    line("target", "t0", "/var/lib/svcdeploy/targets/demo/cra"),
    line("blob", sha256("right=1\n"), "/etc/cra/right"),
    line("keep", "/opt/cra/releases", "3"),
    line("gone", "cre.service"),
    ...["cra.service", "crb.service", "crd.service", "cre.service"].map((name) => line("unit", name)),
    line("action", "stop", "cre.service", "100"),
    line("action", "remove", "-", "60"),
    line("action", "daemon-reload", "-", "120"),
    line("action", "restart", "cra.service", "100"),
    line("action", "start", "crb.service", "100"),
    line("record", "cra.service", "a2", "b2"),
    line("record", "crb.service", "c2", "d2"),
    line("window", "60"),
  ];
  const texts = { "new/3": newConf, "new/4": newUnit, "new/5": secondUnit, "new/m0": "file /etc/cra/conf x\n", "new/t0": "{}\n" };
  return deliverBody({ plan: plan.join(""), ...texts });
}

async function runLines(host: TestHost, lines: readonly string[]): Promise<readonly Outcome[]> {
  const { status, stdout, stderr } = await host.exec(["sh", `${folder}/crash-case.sh`], `${lines.join("\n")}\n`);
  if (status !== 0) throw new Error(`${host.name}: crash-case.sh ended with ${status}: ${stderr}`);
  return stdout.split("\nend\n").slice(0, -1).map(parseOutcome);
}

function parseOutcome(text: string): Outcome {
  const all = text.split("\n");
  const after = (word: string): readonly string[] => all.filter((each) => each.startsWith(`${word} `)).map((each) => each.slice(word.length + 1));
  return { state: after("state")[0] ?? "", struck: after("struck")[0] === "yes", points: after("point"), snapshot: after("snap") };
}
