/** A sample: by count, the same at each run, what matters first, and no command twice among the versions. */
import { expect, test } from "vitest";
import { nameOf, type Struck } from "./cases.ts";
import { sample } from "./sample.ts";

const modes = ["kill-before", "fail", "lost"] as const;

function casesFor(texts: readonly string[]): readonly Struck[] {
  return texts.flatMap((text, index) =>
    modes.map((mode): Struck => {
      const occurrence = texts.slice(0, index + 1).filter((each) => each === text).length;
      const fault = { phase: "apply", text, occurrence, mode } as const;
      return { body: "usual", phase: "apply", fault, faults: [fault] };
    }),
  );
}

const state = "mv -fT -- /var/lib/svcdeploy/txn/ID/state.tmp /var/lib/svcdeploy/txn/ID/state";
const cases = casesFor([
  "readlink -- /etc/a",
  "timeout 120 sync -- /etc/app",
  "mv -fT -- /.svcdeploy-stage/ID-3 /etc/app/conf",
  "systemctl --system show -p ActiveState -- app.service",
  "timeout -k 5 100 systemctl --system restart --job-mode=replace -- app.service",
  state,
  "timeout -k 5 30 systemd-sysctl /etc/sysctl.d/a.conf",
  "mv -T -- /var/lib/svcdeploy/txn/ID/token /var/lib/svcdeploy/txn/ID/rollback",
  state,
]);
const names = (taken: readonly Struck[]): readonly string[] => taken.map(({ fault }) => nameOf(fault));
const whole = { turn: 0, turns: 1 };

test("states and tokens come first, then acts, renames, syncs, and all else", () => {
  const words = names(sample(cases, 9, whole)).map(
    (name) => /state(?: #2)?$|rollback|restart|sysctl|conf$|sync|show|readlink/.exec(name)?.[0],
  );
  expect(words).toEqual([
    ...["state", "rollback", "state #2"],
    ...["restart", "sysctl"],
    ...["conf", "sync"],
    ...["readlink", "show"],
  ]);
});

test("so many, the same at each run, and not all in one way", () => {
  const taken = sample(cases, 5, whole);
  expect(taken).toHaveLength(5);
  expect(sample(cases, 5, whole)).toEqual(taken);
  expect(new Set(taken.map(({ fault }) => fault.mode)).size).toBe(3);
});

test("samples in turn have each command once", () => {
  const all = [0, 1, 2].flatMap((turn) => names(sample(cases, 3, { turn, turns: 3 })));
  expect(all.toSorted()).toEqual(names(sample(cases, 9, whole)).toSorted());
});

test("a service that starts slowly is always among them", () => {
  const [first] = cases;
  if (first === undefined) throw new Error("no case");
  const slow: Struck = { ...first, body: "slow" };
  expect(sample([...cases, slow], 2, whole)[0]).toBe(slow);
});
