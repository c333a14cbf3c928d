/** adopt.sh's answer, from the real script in a shell and from a host that lies. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { HostError } from "../../src/core/errors.ts";
import { type AdoptOrder, adoptQuestion } from "../../src/host/adopt-answer.ts";
import { readAnswer, writeQuestion } from "../../src/host/question.ts";

const NONCE = "0123456789abcdef0123456789abcdef";
const order: AdoptOrder = { units: ["a.service"], files: [] };
const read = (asked: AdoptOrder, stdout: string) =>
  readAnswer(adoptQuestion, asked, { host: "web1", nonce: NONCE, stdout, stderr: "" });
const run = (asked: AdoptOrder): string =>
  execFileSync("sh", ["-c", adoptQuestion.script.text], {
    input: writeQuestion(adoptQuestion, asked, NONCE),
    encoding: "utf8",
  });
const decode = (...lines: readonly string[]) =>
  read(order, [`${NONCE} begin`, ...lines, `${NONCE} end`].join("\n"));
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const IS = "is\ta.service\tLoadState\tloaded";

test("the script gives files with their bytes", () => {
  const stdout = run({ units: ["nobody-has-this.service"], files: [] });
  expect(stdout).toContain(`${NONCE} begin`);
  expect(stdout).toMatch(/^file\t\/etc\/passwd\t[A-Za-z0-9+/=]+$/m);
});

test("units, files, links, owners and accounts", () => {
  const facts = decode(
    IS,
    "is\ta.service\tFragmentPath\t/etc/systemd/system/a.service",
    "is\ta.service\tDropInPaths\t/etc/systemd/system/a.service.d/1.conf",
    `file\t/etc/systemd/system/a.service\t${base64("[Service]\n")}`,
    `link\t/etc/systemd/system/a.service\t${base64("/opt/a\u001b[31m.service\n")}`,
    "owner\t/etc/systemd/system/a.service\tshop/a",
    "unread\t/etc/default/a\tdenied",
    `file\t/etc/passwd\t${base64("a:x:105:110::/srv/a:/bin/sh\nbad name:x:1:1::/:\n")}`,
    `file\t/etc/group\t${base64("crew:x:110:\n")}`,
  );
  expect(facts.units[0]).toMatchObject({
    fragment: "/etc/systemd/system/a.service",
    dropIns: ["/etc/systemd/system/a.service.d/1.conf"],
  });
  expect(facts.links.get("/etc/systemd/system/a.service")).not.toContain("\u001b");
  expect(facts.owners.get("/etc/systemd/system/a.service")).toBe("shop/a");
  expect(facts.unread.get("/etc/default/a")).toContain("may not read");
  expect(facts.accounts).toEqual([{ user: "a", uid: 105, gid: 110, group: "crew", home: "/srv/a" }]);
});

test("units beside a service, each told once however often it was asked about", () => {
  const facts = decode(
    IS,
    "is\ta.service\tTriggeredBy\ta.timer",
    "is\ta.service\tTriggeredBy\ta.timer",
    "beside\ta.timer",
    "is\ta.timer\tUnitFileState\tenabled",
    "beside\ta.service",
    "beside\t../evil\u001b[31m.timer",
  );
  expect(facts.units[0]?.triggeredBy).toEqual(["a.timer"]);
  expect([...facts.beside.keys()]).toEqual(["a.timer", "a.service"]);
  expect(facts.beside.get("a.timer")).toMatchObject({
    unit: "a.timer",
    unitFileState: "enabled",
    fragment: "",
  });
});

test("a file alone: the script gives it, or says why not", () => {
  const ask = (path: string) => {
    const asked = { units: [], files: [path] };
    return read(asked, run(asked));
  };
  expect(new TextDecoder().decode(ask("/etc/hostname").files.get("/etc/hostname"))).toMatch(/\S\n?$/);
  expect(ask("/etc/nobody-has-this").unread.get("/etc/nobody-has-this")).toBe("it is not there");
  expect(ask("/etc").unread.get("/etc")).toBe("it is not a file");
  expect(() => run({ units: [], files: ["/etc/$(reboot)"] })).toThrow("must not reach");
});

test("what a lying host says is dropped", () => {
  const facts = decode(
    IS,
    "is\ta.service\tFragmentPath\t/etc/$(reboot)",
    "is\ta.service\tActiveState\tactive\u001b[31m",
    "is\tother.service\tFragmentPath\t/etc/x",
    `file\trelative\t${base64("x")}`,
    "file\t/etc/x\tnot base64!",
    "owner\t/etc/x\t../../evil",
  );
  expect(facts.units[0]).toMatchObject({ fragment: "", activeState: "" });
  expect([...facts.files.keys()]).toEqual(["/etc/x"]);
  expect(facts.files.get("/etc/x")).toHaveLength(0);
  expect(facts.owners.size).toBe(0);
});

test("an answer that is cut off, or silent, is the host's error", () => {
  expect(() => read(order, `${NONCE} begin\n${IS}\n`)).toThrow(HostError);
  expect(() => decode()).toThrow(HostError);
});
