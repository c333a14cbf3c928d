/**
 * The part `controllers`: two controllers apply different content to one service of one host at the same time. Each
 * ends applied, or with a conflict that names the other's run; the host is entirely one of the two.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { stateFolder } from "../../src/host/frames.ts";
import { builtOnce } from "../support/build-once.ts";
import { reportsOf, startedRun } from "../support/events.ts";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import type { Workshop } from "../support/project-folder.ts";
import { makeRandom } from "../support/random.ts";
import type { PartOrder, PartResult } from "./by-count.ts";
import { judgeHost, type Side } from "./controllers-judge.ts";
import { applyGreeting, makeController } from "./greeting.ts";
import { setUpSystemd } from "./set-up.ts";

/** How many races of real controllers are run where the command line does not say. */
const RACES = 500;
/** The second one starts so many milliseconds later at most: an apply takes about as long. */
const LONGEST_SKEW = 2500;

/** The recovery is an older version's, which both replace: every so many races, as on a host of before. */
const EVERY = 4;
const OLDER = `for f in ${stateFolder}/recover.sh /etc/systemd/system/svcdeploy-recover.service; do
  [ ! -e $f ] || echo '#' >>$f
done`;

/** What each race came to, in words that can be counted. */
type Raced = { readonly outcome: string; readonly wrong: readonly string[] };

async function race(
  host: TestHost,
  shops: readonly Workshop[],
  seed: number,
  number: number,
): Promise<Raced> {
  const random = makeRandom(Math.imul(seed + 1, 1_000_003) + number);
  const first = random(2);
  const skew = random(LONGEST_SKEW + 1);
  if (number % EVERY === 0) await host.shell(OLDER);
  const sides = await Promise.all(
    shops.map(async (shop, index): Promise<Side> => {
      const greeting = `${index === 0 ? "a" : "b"}${number}`;
      if (index !== first) await sleep(skew);
      const run = await applyGreeting(shop, greeting);
      return { greeting, run, id: startedRun(run), report: reportsOf(run)[0] };
    }),
  );
  const outcome = sides
    .map(
      ({ run, report }) =>
        `${report?.status ?? "none"}${report?.cause ? `/${report.cause}` : ""} ${run.code}`,
    )
    .toSorted()
    .join(" + ");
  return { outcome, wrong: await judgeHost(host, sides) };
}

/** Runs them all, on as many hosts as jobs were asked for. */
export async function runControllers(order: PartOrder): Promise<PartResult> {
  const { seed, jobs, races = RACES, number, found } = order;
  setUpSystemd(["controllers"]);
  const program = `${await builtOnce()}/main.js`;
  const outcomes = new Map<string, number>();
  const queue = Array.from({ length: races }, (_, index) => number ?? index);
  const work = async (job: number): Promise<void> => {
    const host = await startHost({ systemd: 252, name: `controllers${job}` });
    const shops = [makeController(program, host), makeController(program, host)];
    try {
      for (let each = queue.shift(); each !== undefined; each = queue.shift()) {
        const { outcome, wrong } = await race(host, shops, Number(seed), each);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        for (const text of wrong) found(`controllers: seed ${seed} number ${each}: ${text}`);
      }
    } finally {
      for (const shop of shops) shop.remove();
    }
  };
  try {
    await Promise.all(Array.from({ length: number === undefined ? jobs : 1 }, (_, job) => work(job)));
  } finally {
    await removeHosts();
  }
  const ends = [...outcomes].map(([outcome, count]) => `${count} × ${outcome}`).join(", ");
  return { what: `${races} races (${ends})`, runs: races, isEnough: true };
}
