/** Watches units for a while and judges them: a service that is up once may be on its way down. */
import { HostError } from "../core/errors.ts";
import type { Observation, UnitProperties } from "../core/model/observation.ts";
import type { UnitResource } from "../core/model/resource.ts";
import type { BeforeAct, Verdict } from "../core/model/verify.ts";
import { judgeProgram } from "../core/plan/running-program.ts";
import { unitProperties } from "../core/plan/unit-properties.ts";
import { earlyFailure, judgeUnit } from "../core/verify/verdict.ts";
import { systemScope } from "../host/frames.ts";
import { group } from "../host/rows.ts";
import { scripts } from "../host/scripts.ts";
import { decodePrograms, splitBlocks } from "../host/unit-rows.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { sleep } from "./sleep.ts";

/**
 * Samples the units once a second for so many seconds and judges each; ends early once one has failed for
 * good. Where systemctl has no answer, all is sampled once more. before: of units whose process is to stay.
 * Throws ConnectError or HostError.
 */
export async function settleUnits(
  remote: Remote,
  units: readonly UnitResource[],
  seconds: number,
  context: DeployContext,
  before: ReadonlyMap<string, BeforeAct> = new Map(),
): Promise<readonly Verdict[]> {
  if (units.length === 0) return [];
  const sample = (): Promise<Samples> => sampleUnits(remote, units, seconds, context);
  const { samples, programs } = await sample().catch(async (error: unknown) => {
    if (!isUnanswered(error)) throw error;
    // While systemd or the bus starts anew, as an upgrade does it, systemctl has no answer for a moment.
    await sleep(AGAIN_MILLISECONDS, context.detach);
    return await sample();
  });
  return units.map((unit, index) => {
    const own = samples.map((sample) => sample[index] ?? {});
    const verdict = judgeProgram(
      unit,
      judgeUnit(unit, own, before.get(unit.unit) ?? null),
      programs.get(Number(own.at(-1)?.MainPID ?? "0")),
    );
    return { ...verdict, detail: context.redact(verdict.detail) };
  });
}

const AGAIN_MILLISECONDS = 2000;

function isUnanswered(error: unknown): boolean {
  return error instanceof HostError && error.code === "host-answer";
}

type Samples = {
  readonly samples: readonly (readonly UnitProperties[])[];
  readonly programs: Observation["programs"];
};

async function sampleUnits(
  remote: Remote,
  units: readonly UnitResource[],
  seconds: number,
  context: DeployContext,
): Promise<Samples> {
  const nonce = context.newId();
  const enough = new AbortController();
  const samples: (readonly UnitProperties[])[] = [];
  let lines: string[] = [];
  const onLine = (text: string): void => {
    if (text !== `${nonce} sample`) {
      lines.push(text);
      return;
    }
    const sample = splitBlocks(lines);
    lines = [];
    samples.push(sample);
    if (units.some((unit, index) => earlyFailure(unit, sample[index] ?? {}) !== null)) enough.abort();
  };
  const order = sampleOrder(nonce, units, seconds);
  await remote.run(scripts.sample, { ...order, onLine, signal: enough.signal }).catch((error: unknown) => {
    if (!enough.signal.aborted) throw error;
  });
  if (samples.length === 0 || samples.some((sample) => sample.length !== units.length)) {
    throw new HostError(
      "host-answer",
      remote.host.name,
      `${remote.host.name}: systemctl did not report every unit`,
    );
  }
  return { samples, programs: decodePrograms(group(lines).get("program") ?? []) };
}

/** At least two samples, a second apart. */
function sampleOrder(
  nonce: string,
  units: readonly UnitResource[],
  seconds: number,
): { readonly input: string; readonly timeoutMilliseconds: number } {
  const count = Math.max(2, Math.ceil(seconds) + 1);
  const names = units.map(({ unit }) => unit);
  const question = [nonce, systemScope, count, 1, unitProperties.join(","), ...names, "end"];
  return { input: `${question.join("\n")}\n`, timeoutMilliseconds: (count * 2 + 60) * 1000 };
}
