/**
 * Drift on real systemd 247, 252 and 257 at once: who moved and since when, ignore rules, and what --heal
 * puts right or leaves alone.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

let hosts: readonly TestHost[];
let shop: Workshop;
const state = mkdtempSync(join(tmpdir(), "svcdeploy-drift-"));
const TEN_MINUTES = 600_000;

/**
 * What the project declares from now on: the environment file collides with an edit on the hosts, the new
 * text of extra.conf is merely pending.
 */
const MOVED = ["--set", "greeting=bye", "--set", "extra=two"];
const PENDING = ["--set", "extra=two"];
const HEAL = ["--heal", "--grace", "0", "--state", state];

beforeAll(async () => {
  hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd })));
  shop = makeWorkshop(hosts);
  shop.write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: {}\nextra: one\n');
  const extra = "  - { path: /etc/web/extra.conf, content: 'extra={{values.extra}}', onChange: none }\n";
  shop.write("services/web.yaml", webService().replace("files:\n", `files:\n${extra}`));
  const applied = await shop.run(["apply", "--env", "test", "--yes"]);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
}, TEN_MINUTES);

afterAll(async () => {
  shop?.remove();
  rmSync(state, { recursive: true, force: true });
  await removeHosts();
}, 120_000);

type Found = {
  readonly kind: string;
  readonly subject: string;
  readonly origin: string;
  readonly since: number | null;
  readonly heal?: { outcome: string; why: string };
};
type Hosts = readonly {
  readonly clock: number;
  readonly findings: readonly Found[];
  readonly ignored: readonly Found[];
  readonly healed: readonly Found[];
}[];

function hostsOf(run: Run): Hosts {
  expect(run.stdout, run.stderr).toContain("svcdeploy.drift/1");
  const found: { readonly hosts: Hosts } = JSON.parse(run.stdout);
  expect(found.hosts).toHaveLength(hosts.length);
  return found.hosts;
}

async function everywhere(line: string): Promise<readonly string[]> {
  return await Promise.all(hosts.map((host) => host.shell(line)));
}

async function drift(...more: readonly string[]): Promise<Run> {
  return await shop.run(["drift", "--env", "test", ...more]);
}

const all = (text: string): readonly string[] => hosts.map(() => text);
const namesOf = (found: readonly Found[]): readonly string[] =>
  found.map(({ kind, subject, origin }) => `${origin} ${kind} ${subject}`).sort();

test(
  "right after an apply there is none",
  async () => {
    const run = await drift();
    expect(run.code, run.stdout).toBe(0);
  },
  TEN_MINUTES,
);

test(
  "each finding says who moved, and since when by the host's clock",
  async () => {
    const before = await everywhere("date +%s");
    await everywhere(
      "echo '# by hand' >> /etc/web/web.conf; chmod 600 /etc/systemd/system/web.service; echo '# by hand' >> /etc/svcdeploy/env/web.env",
    );
    await everywhere("rm /etc/systemd/system/multi-user.target.wants/web.service; systemctl stop web");
    await everywhere(
      "mkdir -p /etc/systemd/system/web.service.d; printf '[Service]\\nLimitNOFILE=9999\\n' > /etc/systemd/system/web.service.d/limit.conf; systemctl daemon-reload",
    );
    const run = await drift("--output", "json", ...MOVED);
    expect(run.code).toBe(2);
    for (const [index, { findings, clock }] of hostsOf(run).entries()) {
      expect(namesOf(findings)).toEqual([
        "conflict content /etc/svcdeploy/env/web.env",
        "host content /etc/web/web.conf",
        "host foreign-drop-in web.service",
        "host mode /etc/systemd/system/web.service",
        "host not-enabled /etc/systemd/system/multi-user.target.wants/web.service",
        "host not-running web.service",
        "project content /etc/web/extra.conf",
      ]);
      for (const { origin, since, subject } of findings) {
        // systemd forgets when a unit stopped that nothing refers to now; that the link to it is gone is
        // known.
        if (origin === "project" || (subject === "web.service" && since === null)) expect(since).toBeNull();
        else expect(since).toBeGreaterThanOrEqual(Number(before[index]) - 2);
        if (since !== null) expect(since).toBeLessThanOrEqual(clock + 2);
      }
    }
    const text = (await drift(...MOVED)).stdout;
    expect(text).toContain("pending: the project or --set changed since the last apply");
    expect(text).toContain("conflict: the host and the project both changed; last touched");
    expect(text).toMatch(/missing\s+for\s+at\s+least/);
  },
  TEN_MINUTES,
);

test(
  "healing needs a place to remember, and leaves a fresh edit alone",
  async () => {
    const homeless = await drift("--heal");
    expect(homeless.code).toBe(64);
    expect(homeless.stderr).toContain("--state DIR");
    const run = await drift("--heal", "--state", state);
    expect(run.code, run.stdout + run.stderr).toBe(2);
    expect(run.stdout).toMatch(/someone\s+may\s+be\s+working\s+on\s+it/);
    expect(await everywhere("tail -n 1 /etc/web/web.conf; systemctl is-active web || true")).toEqual(
      all("# by hand\ninactive\n"),
    );
  },
  TEN_MINUTES,
);

test(
  "a rule ignores what it names for as long as it holds, and never silently",
  async () => {
    const rules = `    - { directive: LimitNOFILE, because: a load test, until: 9999-12-31 }
    - { unit: web.service, because: long over, until: 2020-01-31 }
    - { path: /etc/nothing/*.conf, host: h2, because: a slip, until: 9999-12-31 }`;
    shop.write("svcdeploy.yaml", `name: workshop\ndrift:\n  ignore:\n${rules}\n`);
    const run = await drift("--output", "json");
    for (const { findings, ignored } of hostsOf(run)) {
      expect(namesOf(findings)).not.toContain("host foreign-drop-in web.service");
      expect(namesOf(findings)).toContain("host not-running web.service");
      expect(namesOf(ignored)).toEqual(["host foreign-drop-in web.service"]);
    }
    const text = (await drift()).stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain(
      "ignored 3 findings by svcdeploy.yaml:4 (directive LimitNOFILE, until 9999-12-31: a load test)",
    );
    expect(text).toContain(
      "svcdeploy.yaml:5 (unit web.service, until 2020-01-31: long over) is past its date and no longer applied",
    );
    expect(text).toContain(
      "svcdeploy.yaml:6 (path /etc/nothing/*.conf on h2, until 9999-12-31: a slip) matched nothing",
    );
  },
  TEN_MINUTES,
);

test(
  "a conflict is not healed, nor is a service that would have to start from one",
  async () => {
    const before = await everywhere(
      "cat /etc/web/*.conf /etc/svcdeploy/env/web.env; systemctl is-active web || true",
    );
    const run = await drift("--output", "json", ...HEAL, ...MOVED);
    expect(run.code, run.stderr).toBe(2);
    for (const { findings, healed } of hostsOf(run)) {
      expect(healed).toEqual([]);
      expect(findings.every(({ heal }) => heal?.outcome === "left")).toBe(true);
    }
    expect(
      await everywhere("cat /etc/web/*.conf /etc/svcdeploy/env/web.env; systemctl is-active web || true"),
    ).toEqual(before);
  },
  TEN_MINUTES,
);

test(
  "what changed on the hosts is put right, and what is pending stays pending",
  async () => {
    const run = await drift(...HEAL, ...PENDING);
    expect(run.code, run.stdout + run.stderr).toBe(2);
    expect(run.stdout).toMatch(/Healing h1, h2, h3 \(3 hosts\): restore .*start\s+web\.service/s);
    expect(run.stdout).toContain("Healed: 15 findings on 3 hosts.");
    expect(
      await everywhere(
        "cat /etc/web/web.conf /etc/web/extra.conf; stat -c %a /etc/systemd/system/web.service; systemctl is-active web",
      ),
    ).toEqual(all("version=1.0\nextra=one644\nactive\n"));
    expect(
      await everywhere("systemctl is-enabled web; cat /etc/systemd/system/web.service.d/limit.conf"),
    ).toEqual(all("enabled\n[Service]\nLimitNOFILE=9999\n"));
    for (const line of await everywhere("tail -n 1 /var/lib/svcdeploy/runs"))
      expect(line).toMatch(/ command=heal .*result=confirmed/);
    const clean = await drift();
    expect(clean.code, clean.stdout).toBe(0);
    expect((await shop.run(["plan", "--env", "test", "--detailed-exitcode"])).code).toBe(0);
  },
  TEN_MINUTES,
);

test(
  "a unit that was removed comes back and runs",
  async () => {
    await everywhere("systemctl stop web; rm /etc/systemd/system/web.service; systemctl daemon-reload");
    const run = await drift(...HEAL);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(await everywhere("systemctl is-active web")).toEqual(all("active\n"));
  },
  TEN_MINUTES,
);

test(
  "a directory where a file shall be is told and never removed",
  async () => {
    await everywhere(
      "rm /etc/web/extra.conf; mkdir /etc/web/extra.conf; echo precious > /etc/web/extra.conf/data; rm /etc/web/web.conf; mkfifo /etc/web/web.conf",
    );
    const run = await drift("--output", "json", ...HEAL);
    expect(run.code, run.stderr).toBe(2);
    for (const { findings } of hostsOf(run))
      expect(namesOf(findings)).toEqual(["host type /etc/web/extra.conf", "host type /etc/web/web.conf"]);
    expect(await everywhere("cat /etc/web/extra.conf/data; [ -p /etc/web/web.conf ] && echo fifo")).toEqual(
      all("precious\nfifo\n"),
    );
    await everywhere("rm -r /etc/web/extra.conf /etc/web/web.conf");
  },
  TEN_MINUTES,
);

test(
  "a service that drifts again and again is only reported",
  async () => {
    const run = await drift(...HEAL, "--max-heals", "2");
    expect(run.code, run.stdout + run.stderr).toBe(2);
    expect(run.stdout).toContain("FLAPPING, not healed: healed 2 times today");
    expect(await everywhere("[ -e /etc/web/web.conf ] || echo gone")).toEqual(all("gone\n"));
  },
  TEN_MINUTES,
);

test(
  "a state that makes no sense is put aside, and healing starts afresh",
  async () => {
    const [file] = readdirSync(state, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith("heal.json"),
    );
    writeFileSync(join(state, file ?? "no state was kept"), '{"schema":"svcdeploy.heal-state/1","seen":');
    const run = await drift(...HEAL);
    expect(run.stderr).toContain("could not be read; a new one is started");
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(await everywhere("cat /etc/web/web.conf")).toEqual(all("version=1.0\n"));
  },
  TEN_MINUTES,
);
