/** A host that tells states without end, and systemctl that has no answer for a moment. */
import { expect, test } from "vitest";
import { attend } from "../../src/deploy/attend.ts";
import type { DeployContext } from "../../src/deploy/context.ts";
import { settleUnits } from "../../src/deploy/settle.ts";
import type { Remote, RunOptions } from "../../src/remote/remote.ts";
import { makeResource, makeTarget } from "../core/plan/host-builder.ts";

const nonce = "f".repeat(32);
const context = {
  newId: () => nonce,
  now: () => 0,
  redact: (text: string) => text,
  detach: new AbortController().signal,
} as unknown as DeployContext; // nothing else of it is read
const { host } = makeTarget([]);

/** A host whose scripts print this, one text a call. */
function saying(...texts: readonly string[]): { readonly remote: Remote; readonly asked: () => number } {
  let calls = 0;
  const remote = {
    host,
    run: async (_script: unknown, { onLine }: RunOptions) => {
      const text = texts[calls] ?? "";
      calls += 1;
      for (const line of text.split("\n")) onLine?.(line);
      return { exitCode: 0, stdout: text, stderr: "" };
    },
    close() {},
  };
  return { remote: remote as unknown as Remote, asked: () => calls };
}

test("a state is told when it differs, and twenty of them at most; the end is heard all the same", async () => {
  const flood = Array.from({ length: 500 }, (_, n) => `${nonce} state SWAP_${"AB"[n % 2]}`);
  const same = Array.from({ length: 5 }, () => `${nonce} state STAGED`);
  const told: string[] = [];
  const { remote } = saying([...same, ...flood, `${nonce} state CONFIRMED`].join("\n"));
  const attendance = attend(remote, "a".repeat(32), context, ({ name }) => told.push(name));
  const end = await attendance.waitFor(({ name }) => name === "CONFIRMED", 10_000);
  expect(end.name).toBe("CONFIRMED");
  expect(told.length).toBe(20);
  expect(told.slice(0, 3)).toEqual(["STAGED", "SWAP_A", "SWAP_B"]);
});

const SAMPLE = `LoadState=loaded
ActiveState=active
SubState=running
MainPID=7
InvocationID=a
NRestarts=0

${nonce} sample`;

test("where systemctl has no answer, all is sampled once more, and no more often", async () => {
  const unit = makeResource({ kind: "unit", service: "app" });
  if (unit.kind !== "unit") throw new Error("no unit");
  const gap = `${nonce} sample\n${nonce} end\n`;
  const once = saying(gap, `${SAMPLE}\n${SAMPLE}\n${nonce} end\n`);
  expect(await settleUnits(once.remote, [unit], 1, context)).toMatchObject([{ ok: true }]);
  expect(once.asked()).toBe(2);
  const never = saying(gap, gap, gap);
  await expect(settleUnits(never.remote, [unit], 1, context)).rejects.toThrow("did not report every unit");
  expect(never.asked()).toBe(2);
});
