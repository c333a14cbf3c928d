/** Races in namespaces of their own: FOLDER SEED FROM TO NUMBER; prints a row a race. NUMBER: that one each time, or `each`. */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { scripts, transactionFiles } from "../../src/host/scripts.ts";
import { scriptText } from "./deliver.ts";
import { judge } from "./judge.ts";
import { readLog } from "./points.ts";
import { type Race, type RaceRow, raceOf } from "./races.ts";
import { beside, keeper, run } from "./root.ts";
import { makeReady, type Ready, runFrom } from "./run.ts";
import { WORLDS } from "./worlds.ts";

const LONGEST_MILLISECONDS = 60_000;

/** What apply.sh does from AWAIT on, in its own words: all but the call of main, and the end of main instead. */
function awaitingScript(): string {
  const apply = scriptText("apply.sh", transactionFiles.find(({ name }) => name === "apply.sh")?.text ?? "");
  const end = "  set_state AWAIT\n  await_word\n  commit\n}\n";
  if (!apply.includes(end) || !apply.endsWith("\nmain\n"))
    throw new Error("apply.sh no longer ends as this part of the crash suite takes for granted");
  const [, wait = ""] = end.split("set_state AWAIT\n");
  const lock = 'exec 9>"$base/lock"\nflock 9\n';
  return `${apply.slice(0, -"main\n".length)}${lock}${wait.replace("}\n", "")}`;
}

/** Keeps the host in AWAIT for race.sh; from then on real time passes, and locks are waited for. */
function makeAwaiting(ready: Ready): void {
  const { root, truth, before } = ready;
  const { points } = readLog(join(root.work, "log-apply"));
  const states = points.filter(({ call, two }) => call === "rename" && two === `${truth.txn}/state`);
  const reached = (states[3]?.number ?? 0) + 1;
  const folder = join(root.work, "awaiting");
  const keep = `${reached}:hook=${keeper(root, folder)}`;
  runFrom(ready, { from: before, apply: [keep], finish: [], confirm: false });
  for (const part of ["etc/app", "var/lib/svcdeploy", "stand/host"]) {
    const above = dirname(join(root.root, "stand/awaiting", part));
    mkdirSync(above, { recursive: true });
    run("cp", ["-a", join(folder, String(reached), part), above]);
  }
  writeFileSync(join(root.root, "stand/await.sh"), awaitingScript());
  writeFileSync(join(root.root, "stand/takeover.sh"), scriptText("takeover.sh", scripts.takeover.text));
  cpSync(beside("./race.sh"), join(root.root, "stand/race.sh"));
  const bin = join(root.root, "stand/bin");
  for (const name of ["flock", "sleep"]) rmSync(join(bin, name));
  writeFileSync(join(bin, "sleep"), "#!/bin/sh\nexec /usr/bin/sleep 0.02\n");
  chmodSync(join(bin, "sleep"), 0o755);
}

function runRace({ root, truth }: Ready, { kind, number, confirm, other }: Race): RaceRow {
  const path = "PATH=/stand/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const words = [root.root, "/usr/bin/env", "-i", path, "/bin/sh", "/stand/race.sh"];
  const ran = spawnSync("chroot", [...words, truth.txn, kind, confirm, other], {
    encoding: "utf8",
    timeout: LONGEST_MILLISECONDS,
    killSignal: "SIGKILL",
  });
  const winner = ran.stdout.trim().split("\n").join(" and ");
  const { state, wrong } = judge(root, truth, { apply: false, finish: false });
  const due = { confirmed: "CONFIRMED", rollback: "ROLLEDBACK" }[winner];
  return {
    kind,
    number,
    winner,
    wrong: [
      ...wrong,
      ...(ran.status === 0 ? [] : [`it did not end within ${LONGEST_MILLISECONDS / 1000} s: ${ran.stderr}`]),
      ...(due === state.split(" ")[0] ? [] : [`the token became ${winner || "nothing"}, the state ${state}`]),
    ],
  };
}

function main([folder = "", seed, from, to, number]: readonly string[]): void {
  const world = WORLDS.find(({ name }) => name === "one-file");
  if (world === undefined) throw new Error("the world one-file is missing");
  const ready = makeReady(folder, world);
  makeAwaiting(ready);
  for (let each = Number(from); each < Number(to); each += 1) {
    const race = raceOf(Number(seed), number === "each" ? each : Number(number));
    writeSync(1, `${JSON.stringify(runRace(ready, race))}\n`);
  }
}

main(process.argv.slice(2));
