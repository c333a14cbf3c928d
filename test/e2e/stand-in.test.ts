/**
 * What answers for systemctl in the worlds of the crash suite that have no systemd (test/crash/stand) answers as
 * systemctl does: the same sequences, with systemd and without.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileStandIn } from "../crash/root.ts";
import { setUpPlain } from "../crash/set-up.ts";
import { askedByScripts, type Sequence, type Step, sequences } from "../crash/stand/sequences.ts";
import {
  removeHosts,
  type SystemdVersion,
  startHost,
  systemdVersions,
  type TestHost,
} from "../support/hosts.ts";

const hosts = new Map<SystemdVersion, TestHost>();
const work = mkdtempSync(join(tmpdir(), "svcdeploy-stand-in-"));

beforeAll(async () => {
  setUpPlain();
  const started = await Promise.all(
    systemdVersions.map((systemd) => startHost({ systemd, name: "stand-in" })),
  );
  // Static: hosts have C libraries of other versions.
  compileStandIn(join(work, "systemctl"), ["-static"]);
  const program = readFileSync(join(work, "systemctl"));
  for (const host of started) {
    hosts.set(host.systemd, host);
    await host.shell("mkdir -p /stand/bin /srv/st");
    await host.exec(["sh", "-c", "cat >/stand/bin/systemctl && chmod 755 /stand/bin/systemctl"], program);
  }
});
afterAll(async () => {
  rmSync(work, { recursive: true });
  await removeHosts();
});

test.concurrent.each(systemdVersions)("systemd %i: the stand-in answers the same", async (version) => {
  const host = hosts.get(version);
  if (host === undefined) throw new Error(`no host with systemd ${version}`);
  for (const sequence of sequences) {
    const real = await answersOf(host, sequence, "systemctl");
    const stood = await answersOf(host, sequence, "/stand/bin/systemctl");
    expect({ [sequence.name]: stood }).toEqual({ [sequence.name]: real });
  }
});

test("every verb and property that the scripts ask is in a sequence", () => {
  const asked = sequences.flatMap(({ steps }) => steps.flatMap((step) => ("ask" in step ? [step.ask] : [])));
  const verbs = new Set(asked.map((each) => each.split(" ")[0]));
  const properties = new Set(
    asked.flatMap((each) => [...each.matchAll(/-p (\S+)/g)].flatMap(([, list = ""]) => list.split(","))),
  );
  const { verbs: wanted, properties: read } = askedByScripts();
  expect(wanted.size).toBeGreaterThan(6);
  expect([...wanted].filter((each) => !verbs.has(each))).toEqual([]);
  expect(read.size).toBeGreaterThan(10);
  expect([...read].filter((each) => !properties.has(each))).toEqual([]);
});

test("what the stand-in does not know it refuses", async () => {
  const answer = await hosts
    .get(252)
    ?.exec(["/stand/bin/systemctl", "--system", "try-restart", "st.service"]);
  expect(answer).toMatchObject({ status: 90 });
});

/** What each call came to: its words, its exit code and what it printed of properties. */
async function answersOf(host: TestHost, { steps }: Sequence, program: string): Promise<readonly string[]> {
  const isReal = program === "systemctl";
  const units = steps.flatMap((step) => ("write" in step ? [step.write] : []));
  const clean = [
    ...(isReal ? units.map((unit) => `systemctl stop '${unit.replace("@", "@*")}' >/dev/null 2>&1`) : []),
    "rm -rf /stand/host",
    ...units.map((unit) => `rm -f /etc/systemd/system/${unit}`),
    "systemctl daemon-reload; systemctl reset-failed",
    "mkdir -p /stand/host/units; echo 0 >/stand/host/invocations",
  ];
  const lines = [
    "export SYSTEMD_COLORS=0 LC_ALL=C",
    ...clean,
    ...steps.map((step) => lineOf(step, program)),
    ...clean,
  ];
  const { stdout } = await host.exec(["sh", "-c", lines.join("\n")]);
  return normal(stdout);
}

/** Restarts of others are queued: they have ended before the next step. */
const SETTLED = 'while [ -n "$(systemctl list-jobs --no-legend)" ]; do sleep 0.05; done';

function lineOf(step: Step, program: string): string {
  if ("ask" in step) {
    const call = `timeout 20 ${program} --system ${step.ask} </dev/null 2>/dev/null`;
    return `echo '$ ${step.ask}'; ${call}; echo "= $?"; ${program === "systemctl" ? SETTLED : ":"}`;
  }
  const path = `/etc/systemd/system/${step.write}`;
  if (step.text === null) return `rm -f ${path}`;
  const target = /^-> (.+)$/.exec(step.text)?.[1];
  return target === undefined ? `printf '%s' '${step.text}' >${path}` : `ln -sfn ${target} ${path}`;
}

/** Which process it is differs from run to run; whether it is another one does not. The order of properties is systemd's own. */
function normal(text: string): readonly string[] {
  const seen: string[] = [];
  const named = (word: string): string => {
    if (!seen.includes(word)) seen.push(word);
    return `#${seen.indexOf(word) + 1}`;
  };
  return text.split(/^(?=\$ )/m).map((answer) => {
    const [call = "", ...rest] = answer.trimEnd().split("\n");
    const plain = rest.map((row) =>
      row
        .replace(/^(InvocationID=)(.+)$/, (_, name: string, word: string) => name + named(word))
        .replace(/^MainPID=[1-9]\d*$/, "MainPID=a process")
        .replace(/^ControlGroup=.*\/([^/]+)$/, "ControlGroup=/$1"),
    );
    return [call, ...plain.toSorted()].join("\n");
  });
}
