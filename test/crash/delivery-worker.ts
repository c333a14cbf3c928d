/** Pairs of deliveries in namespaces of their own: FOLDER SEED FROM TO NUMBER; prints a row a pair. */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { stateFolder } from "../../src/host/frames.ts";
import { scripts } from "../../src/host/scripts.ts";
import { makeRandom } from "../support/random.ts";
import { deliveryOf, planStep, scriptText } from "./deliver.ts";
import type { DeliveryRow } from "./deliveries.ts";
import { judge, type Truth } from "./judge.ts";
import { beside, readIn, run } from "./root.ts";
import { makeReady, type Ready } from "./run.ts";
import { snapshot } from "./snapshot.ts";
import type { CrashWorld } from "./world.ts";

const SIDES = ["left", "right"] as const;
type Side = (typeof SIDES)[number];
/** One transaction is under way for so long, in tenths of a millisecond, so that each may come at any moment of the other. */
const LONGEST_SKEW = 1000;
const IDS: Readonly<Record<Side, string>> = { left: "2".padStart(32, "0"), right: "3".padStart(32, "0") };

/** What a service is in the words of one side. */
function step(word: string): CrashWorld["steps"][number] {
  const unit = { kind: "file", path: "/etc/systemd/system/app.service", role: "unit" } as const;
  return [
    ...["a", "b"].map((name) => ({
      kind: "file" as const,
      path: `/etc/app/${name}`,
      content: `${name}=${word}\n`,
    })),
    { kind: "link", path: "/etc/app/link", target: word, role: "current" },
    { ...unit, content: `[Service]\nExecStart=/bin/run ${word}\n` },
    { kind: "unit", unit: "app.service", restartDigest: word },
  ];
}

const worldOf = (side: Side): CrashWorld => ({ name: "two", steps: [step("base"), step(side)] });

/** Brings the host to the first step, and writes down what both controllers send. Real time passes from then on. */
function makeStart(ready: Ready): void {
  const { root, before } = ready;
  const start = join(root.root, "stand/start");
  for (const part of ["etc/app", "etc/systemd", "var/lib/svcdeploy", "stand/host"]) {
    mkdirSync(dirname(join(start, part)), { recursive: true });
    run("cp", ["-a", join(before, part), join(start, part)]);
    rmSync(join(root.root, part), { recursive: true });
  }
  rmSync(join(start, "var/lib/svcdeploy/txn"), { recursive: true });
  run("cp", ["-a", `${start}/.`, root.root]);
  for (const side of SIDES)
    writeFileSync(join(root.root, "stand", side), deliveryOf(planStep(root, worldOf(side), 1), IDS[side]));
  writeFileSync(join(root.root, "stand/deliver.sh"), scriptText("deliver.sh", scripts.deliver.text));
  cpSync(beside("./deliveries.sh"), join(root.root, "stand/deliveries.sh"));
  const bin = join(root.root, "stand/bin");
  for (const name of ["flock", "sleep", "systemd-run"]) rmSync(join(bin, name));
  cpSync(beside("./systemd-run.sh"), join(bin, "systemd-run"));
  writeFileSync(join(bin, "sleep"), "#!/bin/sh\nexec /usr/bin/sleep 0.02\n");
  for (const name of ["sleep", "systemd-run"]) chmodSync(join(bin, name), 0o755);
}

function deliver({ root }: Ready, left: string, right: string): string | null {
  const path = "PATH=/stand/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const words = [root.root, "/usr/bin/env", "-i", path, "/bin/sh", "/stand/deliveries.sh", left, right];
  const ran = spawnSync("chroot", words, { encoding: "utf8", timeout: 120_000, killSignal: "SIGKILL" });
  return ran.status === 0 ? null : `it did not end: ${ran.stderr}`;
}

/** The host after each side alone. */
function truthsOf(ready: Ready): ReadonlyMap<Side, Truth> {
  const { root } = ready;
  return new Map(
    SIDES.map((side) => {
      const wrong = deliver(ready, side === "left" ? "0" : "-", side === "right" ? "0" : "-");
      const answer = readIn(root, `stand/host/answer-${side}`).trim();
      if (wrong !== null || answer !== "CONFIRMED")
        throw new Error(`${side} alone ended ${answer}: ${wrong}`);
      return [
        side,
        {
          world: worldOf(side),
          before: new Map(),
          after: snapshot(root),
          txn: `${stateFolder}/txn/${IDS[side]}`,
        },
      ];
    }),
  );
}

function runPair(
  ready: Ready,
  truths: ReadonlyMap<Side, Truth>,
  seed: number,
  number: number,
): Omit<DeliveryRow, "number"> {
  const { root } = ready;
  const random = makeRandom(Math.imul(seed + 1, 1_000_003) + number);
  const [left, right] = [random(LONGEST_SKEW), random(LONGEST_SKEW)].map((each) =>
    (each / 10_000).toFixed(4),
  );
  const failed = deliver(ready, left ?? "0", right ?? "0");
  const answers = new Map(SIDES.map((side) => [side, readIn(root, `stand/host/answer-${side}`).trim()]));
  const winner = SIDES.find((side) => answers.get(side) === "CONFIRMED");
  const truth = winner === undefined ? undefined : truths.get(winner);
  const wrong = [
    ...(failed === null ? [] : [failed]),
    ...SIDES.flatMap((side) => judgeSide(ready, side, winner, answers)),
  ];
  if (truth === undefined) return { winner: "nobody", wrong: [...wrong, "neither was confirmed"] };
  const verdict = judge(root, truth, { apply: false, finish: false });
  return { winner: winner ?? "nobody", wrong: [...wrong, ...verdict.wrong] };
}

/** Who did not win is refused with a conflict, and never came so far as to change anything. */
function judgeSide(
  { root }: Ready,
  side: Side,
  winner: Side | undefined,
  answers: ReadonlyMap<Side, string>,
): readonly string[] {
  const txn = `${stateFolder}/txn/${IDS[side]}`;
  const [answer = "", state] = [answers.get(side), readIn(root, `${txn}/state`).trim()];
  const said = answer === "UNDELIVERED" ? `: ${readIn(root, `stand/host/said-${side}`).trim()}` : "";
  const wrong = answer === state ? [] : [`${side} was answered ${answer}${said}, and its state is ${state}`];
  if (side === winner) return wrong;
  if (!answer.startsWith("REFUSED conflict: ")) wrong.push(`${side} ended ${answer}, which is no conflict`);
  if (existsSync(join(root.root, txn, "boot"))) wrong.push(`${side} was armed all the same`);
  return wrong;
}

function main([folder = "", seed, from, to, number]: readonly string[]): void {
  const ready = makeReady(folder, worldOf("left"));
  makeStart(ready);
  const truths = truthsOf(ready);
  for (let index = Number(from); index < Number(to); index += 1) {
    const each = number === "each" ? index : Number(number);
    const row: DeliveryRow = { number: each, ...runPair(ready, truths, Number(seed), each) };
    writeSync(1, `${JSON.stringify(row)}\n`);
  }
}

main(process.argv.slice(2));
