import { expect, test } from "vitest";
import type { CheckAnswer, CheckFinding, HostCheck } from "../../../src/core/check/host-check.ts";
import { judgeError, judgeHost, refuseTwins } from "../../../src/core/check/judge-host.ts";
import { ConnectError, HostError } from "../../../src/core/errors.ts";
import type { Host } from "../../../src/core/model/declared.ts";
import type { OpenTransaction } from "../../../src/core/model/observation.ts";

const host: Host = {
  name: "web1",
  address: "web1.example.com",
  port: 2222,
  user: "deploy",
  become: "sudo",
  identity: null,
  knownHosts: null,
  connectTimeoutSeconds: 10,
  groups: [],
  vars: {},
  labels: {},
  systemd: 252,
  required: false,
  place: { file: "inventory/prod.yaml", line: 7, column: 3 },
};
const NOON = 1_800_000_000;
const asked = { sent: NOON * 1000 + 200, answered: NOON * 1000 + 900 };
const space = { folder: "/opt", mount: "/", writable: true, freeKib: 10_000_000, freeInodes: 1_000_000 };
const answer: CheckAnswer = {
  facts: {
    machineId: "0".repeat(32),
    bootId: "0".repeat(36),
    os: "Debian",
    systemd: 252,
    hostname: "web1",
    uid: 0,
    clock: NOON,
    uptime: 100,
    cgroup: "v2",
    missing: [],
    system: "running",
    freeKib: 0,
  },
  spaces: [space],
  locks: [],
  processes: [],
  failedUnits: [],
  reboots: [],
  transactions: [],
};
const transaction: OpenTransaction = {
  id: "a".repeat(32),
  state: "AWAIT",
  running: true,
  leaseAgeSeconds: 3,
  ageSeconds: 9,
  owner: "me@here",
  project: "shop",
};

const facts = (more: Partial<CheckAnswer["facts"]>): CheckAnswer => ({
  ...answer,
  facts: { ...answer.facts, ...more },
});
const one = (check: HostCheck): CheckFinding => {
  expect(check.findings).toHaveLength(1);
  const [finding] = check.findings;
  if (finding === undefined) throw new Error("no finding");
  return finding;
};

test("what is to be known of the connection is a note of a host that is ready", () => {
  const check = judgeHost(host, answer, asked, ["its key is known for another port"]);
  expect(check.status).toBe("well");
  const text = "its key is known for another port";
  expect(one(check)).toEqual({ severity: "note", code: "connection", text, fix: null, commands: [] });
});

test("a host with nothing wrong has no finding", () => {
  expect(judgeHost(host, answer, asked)).toEqual({
    host: "web1",
    status: "well",
    machineId: "0".repeat(32),
    systemd: 252,
    cgroup: "v2",
    findings: [],
  });
});

const cases: readonly (readonly [string, CheckAnswer, CheckFinding["severity"], string, RegExp])[] = [
  ["not root", facts({ uid: 1000 }), "bad", "not-root", /uid 1000.*become: sudo.*inventory\/prod\.yaml:7/],
  [
    "commands that are not there",
    facts({ missing: ["flock", "base64"] }),
    "bad",
    "missing-command",
    /flock, base64.*util-linux/,
  ],
  ["no systemd", facts({ systemd: 0 }), "bad", "systemd", /does not answer/],
  ["a systemd that is too old", facts({ systemd: 245 }), "bad", "systemd", /245; 247 is the oldest/],
  [
    "an older systemd than the inventory says",
    facts({ systemd: 249 }),
    "bad",
    "systemd",
    /is 249, .* says 252.*`systemd: 249` for web1/,
  ],
  ["a newer one", facts({ systemd: 257 }), "note", "systemd", /is 257, .* says 252/],
  ["still booting", facts({ system: "starting" }), "warn", "system-state", /booting/],
  ["rescue mode", facts({ system: "maintenance" }), "bad", "system-state", /emergency/],
  ["shutting down", facts({ system: "stopping" }), "bad", "system-state", /shutting down/],
  ["a reboot that is pending", { ...answer, reboots: ["required"] }, "warn", "reboot", /pending/],
  [
    "a shutdown that is scheduled",
    { ...answer, reboots: ["scheduled"] },
    "bad",
    "reboot",
    /scheduled.*shutdown -c/,
  ],
  [
    "a full disk",
    { ...answer, spaces: [{ ...space, freeKib: 5 * 1024 }] },
    "bad",
    "space",
    /5\.0 MiB are free on \/ \(for \/opt\)/,
  ],
  ["little space", { ...answer, spaces: [{ ...space, freeKib: 100 * 1024 }] }, "warn", "space", /100 MiB/],
  ["no inodes", { ...answer, spaces: [{ ...space, freeInodes: 3 }] }, "bad", "inodes", /3 inodes/],
  ["few inodes", { ...answer, spaces: [{ ...space, freeInodes: 4000 }] }, "warn", "inodes", /4000 inodes/],
  [
    "a read-only disk",
    { ...answer, spaces: [{ ...space, writable: false }] },
    "bad",
    "read-only",
    /\/opt cannot be written/,
  ],
  [
    "a full /run",
    { ...answer, spaces: [{ ...space, mount: "/run", freeKib: 100 }] },
    "bad",
    "space",
    /\/run/,
  ],
  [
    "a held lock",
    { ...answer, locks: [{ path: "/l", pid: 7, program: "apt" }] },
    "bad",
    "other-manager",
    /apt \(pid 7\) holds \/l.*ps .*-p 7/,
  ],
  [
    "a lock file of nobody",
    { ...answer, locks: [{ path: "/l", pid: null, program: "" }] },
    "warn",
    "lock-file",
    /\/l is there/,
  ],
  [
    "another manager",
    { ...answer, processes: [{ pid: 8, program: "chef-client" }] },
    "warn",
    "other-manager",
    /chef-client \(pid 8\)/,
  ],
  ["another run", { ...answer, transactions: [transaction] }, "bad", "locked", /me@here.*under way, for 9 s/],
  [
    "a run that was left",
    { ...answer, transactions: [{ ...transaction, leaseAgeSeconds: 60 }] },
    "warn",
    "unfinished",
    /settles it/,
  ],
  [
    "a failed undo",
    { ...answer, transactions: [{ ...transaction, running: false, state: "ROLLBACK_FAILED" }] },
    "bad",
    "rollback-failed",
    /svcdeploy-a{32}\.service/,
  ],
  ["a clock that is a little late", facts({ clock: NOON - 30 }), "warn", "clock", /30 s behind/],
  ["a clock that is far ahead", facts({ clock: NOON + 7200 }), "bad", "clock", /2 h ahead/],
  [
    "failed units",
    { ...answer, failedUnits: ["a.service", "b.service"] },
    "note",
    "failed-units",
    /2 failed units: a\.service, b\.service/,
  ],
];

test.each(cases)("%s", (_name, seen, severity, code, words) => {
  const check = judgeHost(host, seen, asked);
  const finding = one(check);
  expect([finding.severity, finding.code]).toEqual([severity, code]);
  expect([finding.text, finding.fix, ...finding.commands].join(" ")).toMatch(words);
  expect(check.status).toBe(severity === "bad" ? "mend" : "well");
});

test("whatever must be fixed says how", () => {
  for (const [name, seen] of cases) {
    for (const finding of judgeHost(host, seen, asked).findings)
      if (finding.severity !== "note") expect([name, finding.fix]).not.toContain(null);
  }
});

test("a clock within the time of the question, and a few seconds beside it, is right", () => {
  const slow = { sent: NOON * 1000, answered: (NOON + 50) * 1000 };
  for (const clock of [NOON - 5, NOON, NOON + 25, NOON + 50, NOON + 55])
    expect(judgeHost(host, facts({ clock }), slow).findings).toEqual([]);
  expect(judgeHost(host, facts({ clock: NOON + 56 }), slow).findings).toHaveLength(1);
});

test("one holder of two locks is one finding, and is not told again as a process", () => {
  const locks = ["/a", "/b"].map((path) => ({ path, pid: 7, program: "dpkg" }));
  expect(
    one(judgeHost(host, { ...answer, locks, processes: [{ pid: 7, program: "dpkg" }] }, asked)).text,
  ).toBe("dpkg (pid 7) holds /a, /b");
});

test("several folders on one file system are told once, and what the host did not say is not judged", () => {
  const spaces = ["/etc", "/opt"].map((folder) => ({ ...space, folder, freeKib: 1 }));
  expect(one(judgeHost(host, { ...answer, spaces }, asked)).text).toContain("for /etc, /opt");
  expect(
    judgeHost(host, { ...answer, spaces: [{ ...space, freeKib: null, freeInodes: null }] }, asked).findings,
  ).toEqual([]);
});

test("two names of one machine are both to be fixed; hosts that were not seen are no twins", () => {
  const unseen = judgeError(host, new ConnectError("unreachable", "web1", "gone"));
  const checks = refuseTwins([
    judgeHost(host, answer, asked),
    judgeHost({ ...host, name: "web2" }, answer, asked),
    unseen,
    unseen,
  ]);
  expect(checks.map(({ status }) => status)).toEqual(["mend", "mend", "unreachable", "unreachable"]);
  expect(checks[0]?.findings[0]?.text).toContain("web2");
});

test("an unknown key: the fingerprint, where to compare it, and the exact line to trust it, quoted for a shell", () => {
  const offer = {
    type: "ssh-ed25519",
    fingerprint: "SHA256:abc",
    line: "[web1]:2222 ssh-ed25519 AAAA",
    file: "/home/it's me/known_hosts",
  };
  const check = judgeError(host, new ConnectError("host-key", "web1", "unknown", { offer }));
  expect(check.status).toBe("refused");
  const finding = one(check);
  expect(finding.text).toContain("SHA256:abc");
  expect(finding.commands).toEqual([
    "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub   # on the host's console",
    "echo '[web1]:2222 ssh-ed25519 AAAA' >>'/home/it'\\''s me/known_hosts'",
  ]);
});

test.each([
  ["ssh-rsa", "rsa"],
  ["ecdsa-sha2-nistp256", "ecdsa"],
])("a key of type %s stands in ssh_host_%s_key.pub", (type, name) => {
  const offer = { type, fingerprint: "SHA256:abc", line: "l", file: "/kh" };
  expect(
    one(judgeError(host, new ConnectError("host-key", "web1", "unknown", { offer }))).commands[0],
  ).toContain(`/ssh_host_${name}_key.pub`);
});

test.each([
  [new ConnectError("host-key", "web1", "its key has CHANGED"), "refused", /console/],
  [
    new ConnectError("auth", "web1", "none of the keys", { commands: ["ssh-copy-id -p 2222 deploy@web1"] }),
    "refused",
    /ssh-copy-id -p 2222 deploy@web1/,
  ],
  [
    new ConnectError("sudo", "web1", "a password is required"),
    "refused",
    /deploy ALL=\(root\) NOPASSWD: \/bin\/sh.*sudoers\.d/,
  ],
  [new ConnectError("timeout", "web1", "too slow", { hint: "firewall" }), "unreachable", /firewall/],
  [new HostError("host-answer", "web1", "cut off"), "mend", /cut off/],
] as const)("%s", (error, status, words) => {
  const check = judgeError(host, error);
  expect(check.status).toBe(status);
  const { text, fix, commands } = one(check);
  expect([text, fix, ...commands].join(" ")).toMatch(words);
});
