/**
 * Does lint agree with systemd itself? On the units that Debian ships and on a unit that is wrong in many
 * lines with `systemd-analyze verify`, on exposure with `systemd-analyze security`.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exposureOf } from "../../src/core/lint/exposure.ts";
import { hostOfFiles, type LintFile, makeUnit } from "../../src/core/lint/from-files.ts";
import { lintHost } from "../../src/core/lint/lint.ts";
import { RULES } from "../../src/core/lint/rules.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { randomServices } from "../support/random-services.ts";
import { shippedUnits, writeFiles } from "../support/shipped-units.ts";

const hosts = new Map<number, TestHost>();
beforeAll(async () => {
  const started = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "lint" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

function hostOf(systemd: number): TestHost {
  const host = hosts.get(systemd);
  if (host === undefined) throw new Error(`no host with systemd ${systemd}`);
  return host;
}

/** Rules of what systemd reads, each of which it names itself with file and line. */
const READING = RULES.filter(({ id }) => ["SD002", "SD019", "SD026", "SD027", "SD028", "SD091"].includes(id));

const WRONG = `[Unit]
Description=Wrong # but this is text
StartLimitBurst=many
SuccessAction=kexec-force
Wnats=x.service
FailureAction=bang
JobTimeoutSec=5x

[Service]
Type=notfy
Restart=always # always
MemoryMax=2GB
MemoryHigh=1.5G
CPUQuota=75
CPUQuotaPeriodSec=10ms
LimitNOFILE=abc
LimitCORE=infinity
LimitCPUs=2
PrivateDevices=maybe
PrivateNetwork=On
TimeoutStopSec=soon
TimeoutStartSec=1min 30s
RestartMode=direct
KillSignal=SIGFOO
KillMode=all
UMask=9
TasksMax=0
NotifyAccess=self
RestrictAddressFamilies=AF_FOO AF_INET
ExecStart=/bin/true

[Instal]
WantedBy=multi-user.target
`;

const linesOf = (places: readonly { readonly file: string; readonly line: number }[]): readonly string[] =>
  [...new Set(places.map(({ file, line }) => `${file}:${line}`))].sort();

describe.each(systemdVersions)("systemd %i", (systemd) => {
  test("the same lines of a wrong unit, and none of Debian's own", async () => {
    const host = hostOf(systemd);
    await writeFiles(host, [{ path: "/tmp/wrong.service", text: WRONG }]);
    const verified = await host.exec([
      "env",
      "SYSTEMD_COLORS=0",
      "systemd-analyze",
      "verify",
      "--man=no",
      "/tmp/wrong.service",
    ]);
    const theirs = [...verified.stderr.matchAll(/\/tmp\/wrong\.service:(\d+): /g)].map((match) =>
      Number(match[1]),
    );
    expect(theirs.length).toBeGreaterThan(15);
    const ours = lintHost(hostOfFiles([{ path: "/tmp/wrong.service", text: WRONG }], systemd), READING).map(
      ({ place }) => place.line,
    );
    expect([...new Set(ours)]).toEqual([...new Set(theirs)].sort((left, right) => left - right));
    const shipped = await shippedUnits(host);
    expect(shipped.length).toBeGreaterThan(100);
    expect(lintHost(hostOfFiles(shipped, systemd), READING)).toEqual([]);
  });
});

test("systemd 252 and lint name the same lines of the units that the packages of Debian 11, 12 and 13 ship", async () => {
  const host = hostOf(252);
  const files: LintFile[] = [];
  for (const systemd of systemdVersions)
    files.push(
      ...(await shippedUnits(hostOf(systemd))).map(({ path, text }) => ({
        path: `/tmp/shipped/${systemd}/${path}`,
        text,
      })),
    );
  await writeFiles(host, files);
  const verify = "SYSTEMD_COLORS=0 systemd-analyze $scope verify --man=no --recursive-errors=no";
  const said = await host.shell(
    `for d in /tmp/shipped/*/*; do scope=; [ "\${d##*/}" = user ] && scope=--user; ${verify} "$d"/* 2>&1; done; true`,
  );
  const theirs = [...said.matchAll(/^(\/tmp\/shipped\/\S+):(\d+): /gm)].map((match) => ({
    file: match[1] ?? "",
    line: Number(match[2]),
  }));
  const ours = lintHost(hostOfFiles(files, 252), READING).map(({ place }) => place);
  console.info(
    `lint-agreement: ${files.length} unit files, ${linesOf(theirs).length} lines that systemd 252 names, ${linesOf(ours).length} that lint names`,
  );
  expect(files.length).toBeGreaterThan(300);
  expect(linesOf(theirs).length).toBeGreaterThan(30);
  expect(linesOf(ours)).toEqual(linesOf(theirs));
});

test.each([252, 257])("systemd %i weighs the same services the same", async (systemd) => {
  const host = hostOf(systemd);
  const shipped = (await shippedUnits(host)).filter(({ path }) => /^system\/[^@]*\.service$/.test(path));
  const files = [...shipped, ...randomServices(150)].map(({ path, text }) => ({
    path: `/tmp/weighed/${path.replace("system/", "")}`,
    text,
  }));
  await writeFiles(host, files);
  const said = await host.shell(
    "cd /tmp/weighed && SYSTEMD_COLORS=0 systemd-analyze security --no-pager --offline=true ./*.service 2>/dev/null; true",
  );
  const theirs = new Map(
    [...said.matchAll(/exposure level for (\S+): (\d+)\.(\d)/g)].map((match) => [
      match[1],
      Number(`${match[2]}${match[3]}`),
    ]),
  );
  const judged = files.flatMap(({ path, text }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const wanted = theirs.get(name);
    return wanted === undefined
      ? []
      : [{ name, wanted, given: exposureOf(makeUnit(name, { path, text }, [], ""), systemd).tenths }];
  });
  console.info(`lint-agreement: exposure of ${judged.length} services, as systemd ${systemd} weighs them`);
  expect(judged.length).toBeGreaterThan(200);
  expect(judged.filter(({ wanted, given }) => wanted !== given)).toEqual([]);
});
