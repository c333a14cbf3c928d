import { expect, test } from "vitest";
import type { CheckFinding, HostCheck } from "../../src/core/check/host-check.ts";
import { checkJson, checkText } from "../../src/report/check-text.ts";
import { plainText } from "../../src/report/lines/text.ts";

const well = (host: string, findings: readonly CheckFinding[] = []): HostCheck => ({
  host,
  status: "well",
  machineId: host,
  systemd: 252,
  cgroup: "v2",
  findings,
});
const command = `echo '${"x".repeat(100)}' >>/home/me/.ssh/known_hosts`;
const bad: CheckFinding = {
  severity: "bad",
  code: "host-key",
  text: `its key is ${"not known ".repeat(10)}`,
  fix: "Compare, then trust:",
  commands: [command],
};
const warn: CheckFinding = {
  severity: "warn",
  code: "reboot",
  text: "a reboot is pending",
  fix: "Reboot it.",
  commands: [],
};
const note: CheckFinding = {
  severity: "note",
  code: "failed-units",
  text: "1 failed unit: a.service",
  fix: null,
  commands: [],
};
const refused = (host: string): HostCheck => ({
  ...well(host, [warn, bad]),
  status: "refused",
  machineId: null,
  systemd: null,
  cgroup: null,
});
const text = (checks: readonly HostCheck[]): string => plainText(checkText(checks, 80));

test("200 hosts with nothing wrong and one with something: a few lines of at most 80 columns, commands whole", () => {
  const hosts = Array.from({ length: 199 }, (_, index) => well(`web${index + 1}`));
  const lines = text([...hosts, refused("db1")]).split("\n");
  expect(lines.length).toBeLessThan(14);
  for (const line of lines) if (!line.includes("echo")) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines.some((line) => line.endsWith(command))).toBe(true);
  expect(lines.join("\n")).toContain("199 hosts");
  expect(lines.at(-2)).toBe("Checked: 199 hosts ready, 1 refused us.");
});

test("what must be fixed stands before what may be looked at", () => {
  const shown = text([refused("db1")]);
  expect(shown.indexOf("✗")).toBeLessThan(shown.indexOf("!"));
});

test("hosts with the same troubles are one block, and the same note of several hosts is one line", () => {
  const shown = text([refused("db1"), refused("db2"), well("web1", [note]), well("web2", [note])]);
  expect(shown).toContain("db1, db2 (2 hosts): refused us");
  expect(shown.match(/a reboot is pending/g)).toHaveLength(1);
  expect(shown).toContain("note: web1, web2 (2 hosts): 1 failed unit: a.service");
  expect(shown).toContain("ready: web1, web2 (2 hosts; systemd 252, cgroup v2)");
});

test("a host with a warning is ready, and is no line among the quiet ones", () => {
  const shown = text([well("web1", [warn])]);
  expect(shown).toContain("web1: ready, with a warning");
  expect(shown).not.toContain("ready: web1");
  expect(shown).toContain("Checked: 1 host ready.");
});

test("the JSON holds everything", () => {
  expect(checkJson("prod", [refused("db1")], 77)).toMatchObject({
    schema: "svcdeploy.check/1",
    environment: "prod",
    exitCode: 77,
    hosts: [{ host: "db1", status: "refused", findings: [warn, bad] }],
  });
});
