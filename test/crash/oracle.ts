/** The oracle itself: a host that ended well, and one thing changed in it, which the judge has to name. */
import {
  appendFileSync,
  chmodSync,
  chownSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../src/host/frames.ts";
import type { Check } from "./checks.ts";
import { judge } from "./judge.ts";
import { inRoot, type Root, readIn } from "./root.ts";
import { type Ready, runFrom, type Start } from "./run.ts";
import { touchedOutside } from "./touched.ts";

/** break: at: a path in the host; says: what a violation has. */
type Tamper = {
  readonly what: string;
  readonly says: RegExp;
  readonly break: (at: (path: string) => string) => void;
};

const CONF = "etc/app/conf";
const WANTS = "etc/systemd/system/multi-user.target.wants/app.service";
const UNIT = "stand/host/units/app.service";
const replaceIn = (path: string, from: RegExp, to: string): void =>
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));

/** In the world `units`, whose last step was confirmed. */
const TAMPERS: readonly Tamper[] = [
  { what: "other content", says: /etc\/app\/conf: file/, break: (at) => appendFileSync(at(CONF), "x") },
  { what: "another mode", says: /etc\/app\/conf: file 666/, break: (at) => chmodSync(at(CONF), 0o666) },
  { what: "another owner", says: /etc\/app\/conf: file 644 990/, break: (at) => chownSync(at(CONF), 990, 0) },
  { what: "a file that is gone", says: /etc\/app\/conf: nothing/, break: (at) => rmSync(at(CONF)) },
  {
    what: "another target",
    says: /wants\/app\.service: link/,
    break: (at) => {
      rmSync(at(WANTS));
      symlinkSync("/dev/null", at(WANTS));
    },
  },
  { what: "a file in no plan", says: /\/home\/x: file/, break: (at) => writeFileSync(at("home/x"), "") },
  { what: "a file at the top", says: /^CONFIRMED: \/x: file/, break: (at) => writeFileSync(at("x"), "") },
  {
    what: "a leftover",
    says: /svcdeploy\/gen\/9\.tmp: file/,
    break: (at) => writeFileSync(at(`${stateFolder}/gen/9.tmp`), "", { mode: 0o600 }),
  },
  {
    what: "bookkeeping that others can read",
    says: /blobs is open to others/,
    break: (at) => chmodSync(at(`${stateFolder}/blobs`), 0o755),
  },
  {
    what: "a unit that stopped",
    says: /unit app\.service: nothing/,
    break: (at) => writeFileSync(at(UNIT), "inactive\n"),
  },
  {
    what: "a unit that failed",
    says: /^unit app\.service has failed$/,
    break: (at) => replaceIn(at(UNIT), /^active/, "failed"),
  },
  {
    what: "a process of other inputs",
    says: /^app\.service runs from other inputs/,
    break: (at) => replaceIn(at(UNIT), /\w+\n$/, "0000000000000000\n"),
  },
  {
    what: "a process of another unit file",
    says: /^app\.service runs from another unit file/,
    break: (at) => replaceIn(at(UNIT), /\w+( \w+\n)$/, "0000000000000000$1"),
  },
  {
    what: "a unit file that the manager has not read",
    says: /^app\.service is on the disk as the manager has not read it$/,
    break: (at) => rmSync(at("stand/host/loaded/app.service")),
  },
  {
    what: "a record of another process",
    says: /record app\.service: .* of another process/,
    break: (at) => replaceIn(at(`${stateFolder}/units/app.service`), /^\w+/, "0".repeat(32)),
  },
  {
    what: "a report that is not so",
    says: /the record of runs says rolled-back/,
    break: (at) => replaceIn(at(`${stateFolder}/runs`), /result=confirmed\n$/, "result=rolled-back\n"),
  },
  {
    what: "an answer that was not so",
    says: /the controller was answered CONFIRMED while/,
    break: (at) => replaceIn(at("stand/host/answer"), /state \w+/, "state CONFIRMED"),
  },
  {
    what: "a state that is none to stay in",
    says: /the state is AWAIT/,
    break: (at) => replaceIn(at(`${TXN}/state`), /^\w+/, "AWAIT"),
  },
];

const TXN = `${stateFolder}/txn/${"2".padStart(32, "0")}`;

/** One check a tamper: it is named, and nothing is named without one. */
export function* checkOracle(ready: Ready): Generator<Check> {
  const { root, truth, before: from } = ready;
  const start: Start = { from, apply: [], finish: [], confirm: true };
  const judged = (): readonly string[] => {
    drift(root);
    return judge(root, truth, { apply: false, finish: false }).wrong;
  };
  for (const { what, says, break: tamper } of TAMPERS) {
    runFrom(ready, start);
    const without = judged();
    tamper((path) => join(root.root, path));
    const named = judged().some((text) => says.test(text));
    const wrong = [
      ...without,
      ...(named ? [] : [`nothing names ${what}: ${judged().join("; ") || "nothing at all"}`]),
    ];
    yield { name: `oracle: ${what}`, wrong };
  }
  const stray = { number: 1, program: "cp", call: "open", one: "/etc/motd", two: "" };
  const found = touchedOutside([stray], readIn(root, `${truth.txn}/plan`), "apply");
  yield { name: "oracle: a call in no plan", wrong: found.length === 1 ? [] : ["nothing names it"] };
}

const drift = (root: Root): string => inRoot(root, "drift >/stand/host/drift; exit 0", "");
