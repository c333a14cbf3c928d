import fc from "fast-check";
import { expect, test } from "vitest";
import { SvcdeployError } from "../../src/core/errors.ts";
import { statusQuestion } from "../../src/host/status-answer.ts";
import { answerOf, inputOf } from "../support/answers.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const request = { project: "shop", units: ["web.service", "shop.slice"], links: ["/opt/web/current"] };
const body = [
  "units",
  "Id=web.service",
  "MainPID=42",
  "",
  "Id=shop.slice",
  "N units-end",
  "process\t42\t/opt/web/releases/1.0-0123456789ab/web (deleted)\t5\t1024",
  "process\t43\t/bin/evil\u001b[2J\t\tunlimited",
  `fact\tmachine-id\t${RUN}`,
  "fact\tboot-id\t01234567-89ab-cdef-0123-456789abcdef",
  "fact\tuptime\t100.5",
  "fact\tclock\t1700000100",
  "fact\tuid\t0",
  "link\t/opt/web/current\t1700000000\treleases/1.0-0123456789ab",
  "link\t/etc/shadow\t1\tx",
  `transaction\t${RUN}\tAWAIT\tactive\t7\t8\tme@here\u001b[2J\tdemo`,
  "transaction\t../../etc\tAWAIT\tactive\t7\t8\tme@here\tdemo",
  `run\t1700000040\trun=${RUN} project=shop user=anna controller=laptop commit=3f2a1c9 tree=dirty plan=00 result=rolled-back in a reboot`,
];
const answer = (lines: readonly string[]): string =>
  `Last login: today\nN begin\n${lines.join("\n")}\nN end\n`;

test("the question is fields alone", () => {
  expect(inputOf(statusQuestion, request).split("\n")).toContain("link\t/opt/web/current");
  expect(() => inputOf(statusQuestion, { ...request, units: ["a b.service"] })).toThrow(
    "must not reach a host's script",
  );
});

test("an answer is decoded; what no one asked for is left out", () => {
  const seen = answerOf(statusQuestion, request, answer(body));
  expect(seen).toMatchObject({ uptime: 100.5, clock: 1700000100, uid: 0 });
  expect(seen.units.get("web.service")).toEqual({ Id: "web.service", MainPID: "42" });
  expect(seen.processes.get(42)).toEqual({
    pid: 42,
    exe: "/opt/web/releases/1.0-0123456789ab/web (deleted)",
    openFiles: 5,
    openFilesLimit: 1024,
  });
  expect(seen.processes.get(43)).toEqual({ pid: 43, exe: null, openFiles: null, openFilesLimit: null });
  expect([...seen.links]).toEqual([
    ["/opt/web/current", { target: "releases/1.0-0123456789ab", changedAt: 1700000000 }],
  ]);
  const times = { running: true, leaseAgeSeconds: 7, ageSeconds: 8 };
  expect(seen.transactions).toEqual([
    {
      id: RUN,
      state: "AWAIT",
      ...times,
      owner: expect.stringMatching(/^me@here[^\u001b]*$/),
      project: "demo",
    },
  ]);
  const who = { run: RUN, user: "anna", controller: "laptop", commit: "3f2a1c9", tree: "dirty" };
  expect(seen.lastRun).toEqual({ ...who, result: "rolled-back", agoSeconds: 60 });
});

test("cut off, or units missing: an error that says so", () => {
  expect(() => answerOf(statusQuestion, request, answer(body).replace("N end\n", ""), "oops")).toThrow(
    "h: the answer about its status is cut off (status.sh); its output: oops",
  );
  expect(() =>
    answerOf(statusQuestion, request, answer(body.filter((each) => each !== "Id=shop.slice"))),
  ).toThrow("systemctl answered for 1 of 2 units");
});

test("whatever comes back: an answer or a HostError", () => {
  const noise = fc.oneof(
    fc.constantFrom(...body),
    fc.string(),
    fc.constantFrom("run\t", "run\t\trun=", "process\t", "link\t", "N units-end"),
  );
  fc.assert(
    fc.property(fc.array(noise, { maxLength: 30 }), (lines) => {
      try {
        answerOf(statusQuestion, request, answer(lines));
      } catch (error) {
        expect(error).toBeInstanceOf(SvcdeployError);
      }
    }),
  );
});
