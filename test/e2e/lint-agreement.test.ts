/** Does lint agree with systemd itself? On the units that Debian ships, and on a unit that is wrong in many lines, with `systemd-analyze verify` of each version. */
import { afterAll, describe, expect, test } from "vitest";
import { hostOfFiles } from "../../src/core/lint/from-files.ts";
import { lintHost } from "../../src/core/lint/lint.ts";
import { RULES } from "../../src/core/lint/rules.ts";
import { removeHosts, startHost, systemdVersions } from "../support/hosts.ts";

afterAll(removeHosts);

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

describe.each(systemdVersions)("systemd %i", (systemd) => {
  test("the same lines of a wrong unit, and none of Debian's own", async () => {
    const host = await startHost({ systemd, name: "lint" });
    await host.exec(["sh", "-c", "cat >/tmp/wrong.service"], WRONG);
    const verified = await host.exec(["env", "SYSTEMD_COLORS=0", "systemd-analyze", "verify", "--man=no", "/tmp/wrong.service"]);
    const theirs = [...verified.stderr.matchAll(/\/tmp\/wrong\.service:(\d+): /g)].map((match) => Number(match[1]));
    expect(theirs.length).toBeGreaterThan(15);
    const ours = lintHost(hostOfFiles([{ path: "/tmp/wrong.service", text: WRONG }], systemd), READING).map(({ place }) => place.line);
    expect([...new Set(ours)]).toEqual([...new Set(theirs)].sort((left, right) => left - right));
    const shipped = await host.shell("cd /lib/systemd/system && grep -rH '' --include='*.*' . 2>/dev/null | grep -v '^Binary'");
    const files = [...Map.groupBy(shipped.split("\n"), (line) => line.slice(2, Math.max(2, line.indexOf(":"))))].map(([path, lines]) => ({
      path,
      text: lines.map((line) => line.slice(line.indexOf(":") + 1)).join("\n"),
    }));
    const linted = hostOfFiles(
      files
        .filter(({ path }) => !path.includes(".wants/"))
        .filter(({ path }) => /\.(?:service|socket|timer|path|mount|slice|target|conf)$/.test(path)),
      systemd,
    );
    expect(linted.units.length).toBeGreaterThan(100);
    expect(lintHost(linted, READING)).toEqual([]);
    await host.remove();
  });
});
