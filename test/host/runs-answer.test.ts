/**
 * The answer of runs.sh: the script itself run by the shells that hosts have, over records of any content.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readAnswer, writeQuestion } from "../../src/host/question.ts";
import { MAX_RECORD_BYTES, runsQuestion } from "../../src/host/runs-answer.ts";

const NONCE = "ab".repeat(16);
const RUN = "0123456789abcdef0123456789abcdef";
const LINE = `run=${RUN} project=shop user=eve controller=laptop commit=none tree=clean env=prod command=apply services=web txn=${RUN} at=1795256545 result=confirmed`;

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "svcdeploy-record-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function ask(shell: readonly string[]): string {
  const [command = "", ...words] = shell;
  const input = writeQuestion(runsQuestion, null, NONCE).toString().replace("/var/lib/svcdeploy", base);
  return execFileSync(command, [...words, "-c", runsQuestion.script.text], {
    input,
    encoding: "latin1",
    maxBuffer: 16 * 1024 * 1024,
  });
}

// The tests need not run as root; who asks a host is root.
const decode = (output: string) => decodeRuns(output.replace(/^uid\t\d+$/m, "uid\t0"));
const decodeRuns = (stdout: string, stderr = "") =>
  readAnswer(runsQuestion, null, { host: "web1", nonce: NONCE, stdout, stderr });
const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(([command = ""]) => {
  try {
    return execFileSync("sh", ["-c", `command -v ${command}`]).length > 0;
  } catch {
    return false;
  }
});

test.each(shells)("%s: no record yet, one line, a line without its end", (...shell) => {
  expect(decode(ask(shell))).toMatchObject({ records: [], isCut: false, unreadable: 0 });
  writeFileSync(join(base, "runs"), `${LINE}\n`);
  const { clock, records } = decode(ask(shell));
  expect(Math.abs(clock - Date.now() / 1000)).toBeLessThan(60);
  expect(records).toMatchObject([{ run: RUN, outcome: "confirmed" }]);
  writeFileSync(join(base, "runs"), `${LINE}\n${LINE.slice(0, 40)}`);
  expect(decode(ask(shell))).toMatchObject({ records: [{ run: RUN }], unreadable: 1 });
});

test.each(shells)(
  "%s: garbage, NULs, escape sequences, a line of a megabyte, and what looks like an answer's end",
  (...shell) => {
    const garbage = [
      Buffer.from([0, 1, 2, 255, 10]),
      Buffer.from("\u001b[2J\u001b]0;title\u0007\n"),
      Buffer.from(`end\n${"0".repeat(32)} end\n`),
    ];
    writeFileSync(
      join(base, "runs"),
      Buffer.concat([Buffer.from(`${LINE}\n`), ...garbage, Buffer.from(`${LINE}\n`)]),
    );
    expect(decode(ask(shell))).toMatchObject({ records: [{ run: RUN }, { run: RUN }], isCut: false });
    writeFileSync(join(base, "runs"), `${"x".repeat(2_000_000)}\n${LINE}\n`);
    expect(decode(ask(shell))).toMatchObject({ records: [{ run: RUN }], isCut: true, unreadable: 0 });
  },
);

test("of a long record its end is read, and its first line there is left out when it may be a part", () => {
  const count = Math.ceil((MAX_RECORD_BYTES * 2) / (LINE.length + 1));
  writeFileSync(join(base, "runs"), `${LINE}\n`.repeat(count));
  const { records, isCut, unreadable } = decode(ask(["sh"]));
  expect({ isCut, unreadable }).toEqual({ isCut: true, unreadable: 0 });
  expect(records.length).toBe(Math.floor(MAX_RECORD_BYTES / (LINE.length + 1)));
});

test("cut off, without a time, or not by root: an error that names the host", () => {
  const whole = `${NONCE} begin\nclock\t1\nuid\t0\n${NONCE} end\n`;
  expect(decodeRuns(`Welcome!\n${whole}`).records).toEqual([]);
  expect(() => decodeRuns(whole.replace("end", "e"), "sh: broken")).toThrow(
    /web1: .*cut off \(runs\.sh\); its output: sh: broken/,
  );
  expect(() => decodeRuns(whole.replace("clock\t1", ""))).toThrow(/web1: it did not report its time/);
  expect(() => decodeRuns(whole.replace("uid\t0", "uid\t1000"))).toThrow(/web1: the login is not root/);
});

test("no answer makes it fail in another way", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      `${NONCE} begin\n`,
      `${NONCE} runs\n`,
      `${NONCE} end\n`,
      "clock\t5\n",
      "uid\t0\n",
      "size\t9999999\n",
      `${LINE}\n`,
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        for (const { run } of decodeRuns(pieces.join("")).records) expect(run).toMatch(/^[0-9a-f]{32}$/);
      } catch (error) {
        expect(String(error)).toContain("HostError: web1: ");
      }
    }),
  );
});
