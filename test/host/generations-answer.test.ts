/** What a host says of its generations is hostile until it is checked. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SvcdeployError } from "../../src/core/errors.ts";
import {
  blobName,
  generationsQuestion,
  type KeptName,
  keptQuestion,
  trueBlobs,
} from "../../src/host/generations-answer.ts";
import { answerOf, inputOf } from "../support/answers.ts";

const run = "0123456789abcdef0123456789abcdef";
const about = `run=${run} project=shop user=me controller=here commit=c0ffee tree=dirty rollback-of=${run} plan=1`;
const lines = [
  "clock\t1700000100",
  `generation\t10\t1700000000\t${about}`,
  `service\t10\tweb\t${"a".repeat(64)}`,
  "service\t10\told\t-",
  `service\t10\t../../etc/shadow\t${"a".repeat(64)}`,
  "action\t10\trestart\tweb.service\t100",
  "action\t10\tsettle\tweb.service\tsoon",
  "action\t10\tstop\tvar-cache-a\\x2db.mount",
  "action\t10\trestart\t\u001b[31mred",
  `generation\t9\t1600000000\trun=$(reboot) user=me`,
  "generation\t-1\t0\tx",
  `attempt\t${run}\t${about}\tweb.service\u001b[2J exited`,
  `about\t${run}\tweb`,
  `run\t${about} result=rolled-back`,
];
const answer = (all: readonly string[]): string => `Last login\nN begin\n${all.join("\n")}\nN end\n`;

test("generations come in order, with checked words", () => {
  const kept = answerOf(generationsQuestion, "shop", answer(lines));
  expect(kept.generations.map(({ number, madeBy }) => [number, madeBy.run, madeBy.user])).toEqual([
    [9, "", "me"],
    [10, run, "me"],
  ]);
  expect(kept.generations[1]).toMatchObject({
    madeAt: 1700000000,
    madeBy: { tree: "dirty", rollbackOf: run },
  });
  expect([...(kept.generations[1]?.services ?? [])]).toEqual([
    ["web", "a".repeat(64)],
    ["old", null],
  ]);
  expect(kept.generations[1]?.actions).toEqual([
    { verb: "restart", unit: "web.service", timeoutSeconds: 100 },
    { verb: "settle", unit: "web.service", timeoutSeconds: 0 },
    { verb: "stop", unit: "var-cache-a\\x2db.mount", timeoutSeconds: 0 },
    { verb: "restart", unit: "", timeoutSeconds: 0 },
  ]);
  expect(kept.attempts).toMatchObject([{ failure: "web.service exited", services: ["web"] }]);
  expect(kept.runs).toMatchObject([{ result: "rolled-back" }]);
});

test("an answer that was cut off is refused; any other is read without an error", () => {
  expect(() => answerOf(generationsQuestion, "shop", answer(lines).slice(0, -4))).toThrow(SvcdeployError);
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...lines), fc.string()), { maxLength: 30 }), (some) => {
      const kept = answerOf(generationsQuestion, "shop", answer(some));
      for (const { services } of kept.generations)
        for (const name of services.keys()) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
    }),
  );
});

test("only files that were asked for are taken, and only contents that have their hash", () => {
  const content = Buffer.from("hello");
  const name = blobName(createHash("sha256").update(content).digest("hex"));
  const other = blobName("0".repeat(64));
  const text = answer(
    [name, other, "/etc/shadow"].map((each) => `kept\t${each}\t${content.toString("base64")}`),
  );
  const { files, held } = answerOf(keptQuestion, [name, other].map(plain), text);
  expect([...files.keys()]).toEqual([name, other]);
  expect(held.size).toBe(0);
  expect([...trueBlobs(files).keys()]).toEqual([name.slice("blobs/".length)]);
});

test("of an encrypted credential also what it holds", () => {
  const text = answer([
    "kept\tblobs/one\taGVsbG8=",
    "held\tblobs/one\tY2FuYXJ5",
    "held\tblobs/other\tY2FuYXJ5",
  ]);
  const { held } = answerOf(keptQuestion, [{ name: "blobs/one", credential: "TOKEN" }], text);
  expect([...held]).toEqual([["blobs/one", new Uint8Array(Buffer.from("canary"))]]);
});

test("a name that is no field never reaches the host", () => {
  expect(() => inputOf(keptQuestion, [plain("blobs/a b")])).toThrow();
  expect(() => inputOf(keptQuestion, [{ name: "blobs/a", credential: "a b" }])).toThrow();
});

function plain(name: string): KeptName {
  return { name, credential: null };
}
