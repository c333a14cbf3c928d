import fc from "fast-check";
import { expect, test } from "vitest";
import { SvcdeployError } from "../../src/core/errors.ts";
import type { ProbeRequest } from "../../src/core/model/observation.ts";
import { probeQuestion } from "../../src/host/probe-answer.ts";
import { splitBlocks } from "../../src/host/unit-rows.ts";
import { answerOf, inputOf } from "../support/answers.ts";

const request: ProbeRequest = {
  project: "demo",
  paths: [
    { path: "/etc/a", sha256: "0".repeat(64) },
    { path: "/etc/systemd/system/a\\x2db.mount", sha256: null },
    { path: "/opt/a/current", sha256: null },
  ],
  units: ["a.service", "b.service"],
  users: ["a"],
  groups: ["a"],
  mounts: ["/var/cache/a"],
  manifests: { selected: [], leave: [], rest: "leave" },
  encrypted: [],
  trees: ["/opt/a/releases/1.0-0123456789ab"],
  versions: [],
  programs: "asked",
};
const facts = [
  "fact\tmachine-id\t0123456789abcdef0123456789abcdef",
  "fact\tboot-id\t01234567-89ab-cdef-0123-456789abcdef",
];
const units = [
  "units",
  "Id=a.service",
  "ActiveState=active",
  "",
  "Id=b.service",
  "DropInPaths=x",
  "DropInPaths=y",
  "N units-end",
];
const sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const body = [
  ...facts,
  "fact\tVersion\t252.39-1",
  "fact\tfree\t/dev/vda 100 50 12345 50% /",
  "stat\t/etc/a\t81a4\t640\troot\tadm\t5\t1700000000\t1\t2049",
  "stat\t/etc/systemd/system/a\\x2db.mount\t81a4\t644\troot\troot\t5\t1\t1\t2049",
  "stat\t/opt/a/current\ta1ff\t777\troot\troot\t5\t1\t1\t2049",
  "stat\t/etc/shadow\t81a4\t640\troot\tshadow\t5\t1\t1\t2049",
  "link\t'/opt/a/current' -> 'releases/1'",
  `sum\t${sum}  /etc/a`,
  `sum\t\\${sum}  /etc/systemd/system/a\\\\x2db.mount`,
  "content\t/etc/a\taGVsbG8=",
  ...units,
  "user\ta:x:998:997::/nonexistent:/usr/sbin/nologin",
  "group\ta:x:997:b,c",
  "mount\t/var/cache/a\ttmpfs\trw,noatime,size=1k",
  `tree\t/opt/a/releases/1.0-0123456789ab\t${sum}\t1700000000.1234\tbin/\u001b[2Ja`,
  `tree\t/etc\t${sum}\t1700000000.1234\tpasswd`,
  "program\t'/proc/42/exe' -> '/opt/a/releases/1.0-0123456789ab/a (deleted)'",
  "program\t'/proc/43/../exe' -> '/opt/a/releases/1.0-0123456789ab/a'",
  "record\ta.service\tabc def 111 222",
  "transaction\t0123456789abcdef0123456789abcdef\tAWAIT\tactive\t7\tme@here\tdemo",
  "transaction\t../../etc\tAWAIT\tactive\t7\tme@here\tdemo",
];
const answer = (lines: readonly string[]): string =>
  `Last login: today\nN begin\n${lines.join("\n")}\nN end\n`;

test("an answer becomes an observation", () => {
  const seen = answerOf(probeQuestion, request, answer(body));
  expect(seen.facts).toMatchObject({
    systemd: 252,
    freeKib: 12345,
    machineId: "0123456789abcdef0123456789abcdef",
  });
  expect(seen.paths.get("/etc/a")).toMatchObject({
    type: "file",
    mode: "640",
    group: "adm",
    sha256: sum,
    ctime: 1700000000,
  });
  expect(Buffer.from(seen.paths.get("/etc/a")?.content ?? []).toString()).toBe("hello");
  expect(seen.paths.get("/etc/systemd/system/a\\x2db.mount")?.sha256).toBe(sum);
  expect(seen.paths.get("/opt/a/current")).toMatchObject({ type: "link", target: "releases/1" });
  expect(seen.units.get("b.service")).toEqual({ Id: "b.service", DropInPaths: "x\ny" });
  expect(seen.users.get("a")).toEqual({ uid: 998, gid: 997 });
  expect(seen.groups.get("a")).toEqual({ gid: 997, members: ["b", "c"] });
  expect(seen.mounts.get("/var/cache/a")).toEqual({ type: "tmpfs", options: ["rw", "noatime", "size=1k"] });
  const newest = { path: expect.stringMatching(/^bin\/[^\u001b]+$/), ctime: 1700000000 };
  expect([...seen.trees]).toEqual([["/opt/a/releases/1.0-0123456789ab", { sha256: sum, newest }]]);
  expect([...seen.programs]).toEqual([[42, "/opt/a/releases/1.0-0123456789ab/a (deleted)"]]);
  expect(seen.records.get("a.service")).toEqual({
    invocationId: "abc",
    bootId: "def",
    restartDigest: "111",
    reloadDigest: "222",
  });
});

test("a drop-in is taken when systemd named it, with its text where it was sent", () => {
  const named = [
    "units",
    "Id=a.service",
    "DropInPaths=/etc/d/x.conf /etc/d/y.conf",
    "",
    "Id=b.service",
    "N units-end",
  ];
  const sent = [
    "dropin\t/etc/d/x.conf\t1700000000\tW1NlcnZpY2VdCg==",
    "dropin\t/etc/d/y.conf\tgarbage\t",
    "dropin\t/etc/shadow\t1\tcm9vdA==",
  ];
  const { dropIns } = answerOf(probeQuestion, request, answer([...facts, ...named, ...sent]));
  expect([...dropIns]).toEqual([
    ["/etc/d/x.conf", { ctime: 1700000000, text: "[Service]\n" }],
    ["/etc/d/y.conf", { ctime: 0, text: null }],
  ]);
});

test("a drop-in that is only on the disk is taken from a folder of a unit that was asked for", () => {
  const folder = "/etc/systemd/system";
  const sent = ["a.service.d/x.conf", "c.service.d/x.conf", "a.service.d/x", "a.service.d/../x.conf"].map(
    (path) => `dropin\t${folder}/${path}\t7\t`,
  );
  const { dropIns } = answerOf(probeQuestion, request, answer([...facts, ...units, ...sent]));
  expect([...dropIns.keys()]).toEqual([`${folder}/a.service.d/x.conf`]);
});

test("of other projects' manifests only files and links that were asked for are taken", () => {
  const line = `${sum} 644 root:root`;
  const sent = [
    `other\tdep\tweb\tfile /etc/a ${line}`,
    `other\tdep\tweb\tlink /opt/a/current ${sum} -`,
    `other\tdep\tweb\tfile /etc/shadow ${line}`,
    "other\tdep\tweb\tdirectory /etc/a - 755",
    `other\tdemo\tweb\tfile /etc/a ${line}`,
    `other\t../x\tweb\tfile /etc/a ${line}`,
    "other\tdep\tweb\tfile /etc/a",
  ];
  const { others } = answerOf(probeQuestion, request, answer([...facts, ...units, ...sent]));
  expect(others.map(({ project, service, kind, path }) => `${project} ${service} ${kind} ${path}`)).toEqual([
    "dep web file /etc/a",
    "dep web link /opt/a/current",
  ]);
});

test("a path that was not asked for and a transaction with an odd name are not taken", () => {
  const seen = answerOf(probeQuestion, request, answer(body));
  expect(seen.paths.has("/etc/shadow")).toBe(false);
  expect(seen.transactions.map(({ id }) => id)).toEqual(["0123456789abcdef0123456789abcdef"]);
});

test.each([
  ["no end", answer(body).replace("N end", "")],
  ["another nonce", answer(body).replaceAll("N ", "M ")],
  ["no machine-id", answer(body.filter((text) => !text.includes("machine-id")))],
  ["a unit too few", answer(body.filter((text) => text !== "Id=b.service" && !text.startsWith("DropIn")))],
  ["nothing", ""],
])("an answer with %s is refused, with what the host said", (_, output) => {
  expect(() => answerOf(probeQuestion, request, output, "sh: 1: systemctl: not found\n")).toThrow(
    /^h: .*systemctl: not found/,
  );
});

test("a hostile answer never breaks the decoder and never passes a control character", () => {
  const piece = fc.oneof(
    fc.constantFrom(...body),
    fc.string({ unit: "binary" }),
    fc.constantFrom("N begin", "N end", "units", "N units-end", "\u001b]0;x\u0007"),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (lines) => {
      try {
        const seen = answerOf(probeQuestion, request, answer([...facts, ...lines, ...units]));
        const text = JSON.stringify([seen.facts, [...seen.units], [...seen.mounts], seen.transactions]);
        expect(text).not.toMatch(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/);
      } catch (error) {
        if (!(error instanceof SvcdeployError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

test("the question holds every path with its hash, and ends", () => {
  const text = inputOf(probeQuestion, request);
  expect(text.split("\n").slice(0, 3)).toEqual(["N", "/var/lib/svcdeploy", "--system"]);
  expect(text).toContain(`path\t/etc/a\t${"0".repeat(64)}\n`);
  expect(text).toContain("path\t/opt/a/current\t-\n");
  expect(text.endsWith("end\n")).toBe(true);
});

test("property blocks are parted by empty lines", () => {
  expect(splitBlocks(["A=1", "B=x=y", "", "", "A=2"])).toEqual([{ A: "1", B: "x=y" }, { A: "2" }]);
});
