/**
 * The wire between controller and host: cut, blocked, slow; login shells that are not sh, sshds that allow
 * little; and how little it takes.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at, reportsOf, withoutSettling } from "../support/events.ts";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import type { Relay } from "../support/relay.ts";
import { relayed } from "../support/relayed-host.ts";
import { settleAlone, snapshot } from "../support/snapshot.ts";
import { makeWorkshop, type Workshop, webService } from "../support/workshop.ts";

const program = readFileSync(fileURLToPath(new URL("../support/web.pl", import.meta.url)), "utf8");
const change = (n: number): readonly string[] => [
  "--env",
  "test",
  "--yes",
  "--set",
  `version=1.${n}`,
  "--set",
  `greeting=g${n}`,
];
const ndjson = (n: number): readonly string[] => ["apply", ...change(n), "--output", "ndjson"];
const unitText = webService({ service: '  SyslogIdentifier: "web-{{values.greeting}}"' }).replace(
  "settle: 3s",
  "settle: 1s",
);

/** A host behind a relay, and a project that knows only the relay. */
type Line = { readonly host: TestHost; readonly relay: Relay; readonly shop: Workshop };
const toClose: { readonly relay: Relay; readonly shop: Workshop }[] = [];
let lines: readonly Line[] = [];
let plain: TestHost;
const lineOf = (index: number): Line => {
  const found = lines[index];
  if (found === undefined) throw new Error("no such host");
  return found;
};

beforeAll(async () => {
  const hosts = await Promise.all(
    [247, 252, 257, 252, 257].map((systemd) => startHost({ systemd: systemd as 247 | 252 | 257 })),
  );
  const last = hosts.pop();
  if (last === undefined) throw new Error("no host");
  plain = last;
  lines = await Promise.all(hosts.map(makeLine));
});
afterAll(async () => {
  for (const { relay, shop } of toClose) {
    await relay.close();
    shop.remove();
  }
  await removeHosts();
});

async function makeLine(direct: TestHost): Promise<Line> {
  const { host, relay } = await relayed(direct);
  const shop = makeWorkshop([host]);
  toClose.push({ relay, shop });
  shop.write("services/web.yaml", unitText);
  expect((await shop.run(["apply", ...change(0)])).code).toBe(0);
  return { host, relay, shop };
}

const statuses = (run: Awaited<ReturnType<Workshop["run"]>>): readonly string[] =>
  reportsOf(run).map(({ status }) => status);

describe.concurrent("cut in the upload", () => {
  test("at 1, 25, 50 and 99 % nothing is published, and the next run is clean", {
    concurrent: false,
  }, async () => {
    const { host, relay, shop } = lineOf(0);
    const artifact = (): void =>
      shop.write("artifacts/web.pl", `${program}\n__END__\n${randomBytes(3_000_000).toString("base64")}`);
    artifact();
    const before = relay.sent();
    expect((await shop.run(["apply", ...change(1)])).code).toBe(0);
    const clean = relay.sent() - before;
    for (const [index, share] of [0.01, 0.25, 0.5, 0.99].entries()) {
      const n = index + 2;
      artifact();
      await settleAlone(host, 10);
      const old = await snapshot(host);
      relay.cutAfter(Math.floor(clean * share));
      const run = await shop.run(ndjson(n));
      relay.cutAfter(null);
      expect({ share, code: run.code, statuses: statuses(run) }).toEqual({
        share,
        code: 4,
        statuses: ["unreachable"],
      });
      expect(
        await host.shell(
          "ls -d /var/lib/svcdeploy/txn/*/ 2>/dev/null | grep -vE '\\.tmp/$' | xargs -r -I{} cat {}state | grep -v ^CONFIRMED; true",
        ),
      ).toBe("");
      expect(await snapshot(host)).toBe(old);
      const next = await shop.run(["apply", ...change(n)]);
      expect({ share, code: next.code, stderr: withoutSettling(next.stderr) }).toEqual({
        share,
        code: 0,
        stderr: "",
      });
      expect(await snapshot(host)).toContain(`GREETING=g${n}`);
      expect(
        await host.shell("ls -d /var/lib/svcdeploy/txn/*.tmp /var/lib/svcdeploy/upload/* 2>/dev/null; true"),
      ).toBe("");
    }
    console.log(`upload cut at 1, 25, 50, 99 % of ${clean} bytes: nothing published in 4 of 4`);
  });
});

describe.concurrent("cut after the launch", () => {
  test("in the restart: the controller comes back and confirms", { concurrent: false }, async () => {
    const { host, relay, shop } = lineOf(1);
    shop.write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: { start_seconds: 3 }\n');
    const before = relay.connections();
    const run = await shop.run(
      ndjson(1),
      at("apply RESTARTING", () => relay.cut()),
    );
    expect({ code: run.code, statuses: statuses(run) }).toEqual({ code: 0, statuses: ["changed"] });
    expect(await snapshot(host)).toContain("GREETING=g1");
    expect(relay.connections() - before).toBe(4);
    shop.write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: {}\n');
  });

  for (const [n, stage, after] of [
    [2, "settle", 0],
    [3, "settle", 700],
    [4, "confirm", 0],
    [5, "confirm", 60],
    [6, "confirm", 150],
  ] as const) {
    test(`${after} ms after ${stage}: what is reported is what the host says`, {
      concurrent: false,
    }, async () => {
      const { host, relay, shop } = lineOf(1);
      await settleAlone(host, 10);
      const old = await snapshot(host);
      const started = performance.now();
      const run = await shop.run(ndjson(n), at(`${stage} + ${after}`, relay.cut));
      const seconds = (performance.now() - started) / 1000;
      await settleAlone(host, 10);
      const now = await snapshot(host);
      console.log(
        `cut ${after} ms after ${stage}: exit ${run.code}, ${statuses(run).join()} after ${seconds.toFixed(1)} s`,
      );
      expect({ code: run.code, statuses: statuses(run) }).toEqual({ code: 0, statuses: ["changed"] });
      expect(now).not.toBe(old);
      expect(now).toContain(`GREETING=g${n}`);
    });
  }

  test("for good in AWAIT: the controller says that it does not know, the host takes it back alone", {
    concurrent: false,
  }, async () => {
    const { host, relay, shop } = lineOf(2);
    const old = await snapshot(host);
    const alone = Promise.withResolvers<number | null>();
    const run = await shop.run(
      ndjson(1),
      at("settle", () => {
        relay.block("blocked");
        settleAlone(host, 60).then(alone.resolve, alone.reject);
      }),
    );
    const seconds = await alone.promise;
    expect(seconds).not.toBe(null);
    expect(await snapshot(host)).toBe(old);
    expect(run.code).toBe(1);
    expect(reportsOf(run).map(({ status, cause }) => ({ status, cause }))).toEqual([
      { status: "unknown", cause: "unknown" },
    ]);
    console.log(
      `blocked in AWAIT: undone by the host after ${seconds?.toFixed(1)} s; the report: ${reportsOf(run)[0]?.message}`,
    );
    const blocked = await shop.run(["plan", "--env", "test"]);
    expect(blocked.code).toBe(4);
    relay.block("open");
    expect((await shop.run(["apply", ...change(1)])).code).toBe(0);
    expect(await snapshot(host)).toContain("GREETING=g1");
  });
});

describe.concurrent("login shells", () => {
  for (const [index, user] of ["cshuser", "fishuser", "noisy", "deploy"].entries()) {
    test(`${user}: apply and an empty plan by sudo`, { concurrent: false }, async () => {
      const { host } = lineOf(3);
      const shop = makeWorkshop([host], { user });
      shop.write("services/web.yaml", unitText);
      const run = await shop.run(["apply", ...change(index + 1)]);
      expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
      expect(await snapshot(host)).toContain(`GREETING=g${index + 1}`);
      const plan = await shop.run([
        "plan",
        ...change(index + 1).filter((word) => word !== "--yes"),
        "--detailed-exitcode",
      ]);
      expect({ code: plan.code, stderr: plan.stderr }).toEqual({ code: 0, stderr: "" });
      expect(
        (
          await shop.run([
            "verify",
            "--env",
            "test",
            "--set",
            `version=1.${index + 1}`,
            "--set",
            `greeting=g${index + 1}`,
          ])
        ).code,
      ).toBe(0);
      shop.remove();
    });
  }
});

describe.concurrent("what sshd allows", () => {
  const sshd = async (...settings: readonly string[]): Promise<void> => {
    await plain.exec(["sh", "-c", "cat >/etc/ssh/sshd_config.d/00-test.conf"], `${settings.join("\n")}\n`);
    await plain.shell("sshd -t && systemctl reload ssh.service");
  };

  test("one connection and one channel for an empty plan, with one service and with five", {
    concurrent: false,
  }, async () => {
    const names = ["s1", "s2", "s3", "s4", "s5"];
    const shop = makeWorkshop([plain]);
    for (const name of names) {
      shop.write(
        `services/${name}.yaml`,
        `name: ${name}\naccount: { user: ${name} }\nservice: { Type: simple, ExecStart: /bin/sleep infinity }\nenvironment: { A: "1" }\nsettle: 1s\n`,
      );
    }
    shop.write("playbooks/site.yaml", `- { play: all, hosts: all, services: [web, ${names.join(", ")}] }\n`);
    expect((await shop.run(["apply", ...change(0)])).code).toBe(0);
    await sshd("LogLevel DEBUG1");
    const planOf = async (services: readonly string[]): Promise<readonly number[]> => {
      const from = (
        await plain.shell("journalctl --sync; journalctl -q -n 1 --show-cursor | sed -n 's/^-- cursor: //p'")
      ).trim();
      expect(from).not.toBe("");
      const plan = await shop.run([
        "plan",
        ...change(0).filter((word) => word !== "--yes"),
        "--detailed-exitcode",
        "--service",
        ...services,
      ]);
      expect({ code: plan.code, stderr: plan.stderr }).toEqual({ code: 0, stderr: "" });
      await plain.shell("journalctl --sync");
      const count = async (text: string): Promise<number> =>
        Number(
          await plain.shell(
            `journalctl -q -o cat --after-cursor='${from}' _COMM=sshd + _COMM=sshd-session + _COMM=sshd-auth | grep -c '${text}'; true`,
          ),
        );
      return [
        await count("Accepted publickey"),
        await count("server_input_channel_open: ctype"),
        await count("Starting session: command"),
      ];
    };
    const [one, five] = [await planOf(["s1"]), await planOf(names)];
    console.log(
      `empty plan: connections, channels, commands: ${one.join(", ")} with 1 service; ${five.join(", ")} with 5`,
    );
    expect([one, five]).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    await sshd("LogLevel INFO");
    shop.remove();
  });

  test("no forwarding: health is asked by curl on the host", { concurrent: false }, async () => {
    await sshd("AllowTcpForwarding no");
    const shop = makeWorkshop([plain]);
    const run = await shop.run(ndjson(1));
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
    expect(reportsOf(run)[0]?.health.map(({ ok }) => ok)).toEqual([true]);
    expect(await snapshot(plain)).toContain("GREETING=g1");
    shop.write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: { status: 503 }\n');
    const failed = await shop.run(ndjson(2));
    expect({ code: failed.code, statuses: statuses(failed) }).toEqual({ code: 5, statuses: ["rolled-back"] });
    expect(reportsOf(failed)[0]?.health[0]?.detail).toContain("503");
    expect(await snapshot(plain)).toContain("GREETING=g1");
    shop.remove();
  });

  test("one session a connection", { concurrent: false }, async () => {
    await sshd("MaxSessions 1");
    const shop = makeWorkshop([plain]);
    const plan = await shop.run(["plan", "--env", "test"]);
    expect({ code: plan.code, stderr: plan.stderr }).toEqual({ code: 0, stderr: "" });
    const run = await shop.run(ndjson(3));
    console.log(
      `MaxSessions 1: apply exits ${run.code}: ${reportsOf(run).map(({ status, message }) => `${status} ${message}`)}`,
    );
    expect({ code: run.code, statuses: statuses(run) }).toEqual({ code: 0, statuses: ["changed"] });
    await sshd("MaxSessions 1", "AllowTcpForwarding no");
    const narrow = await shop.run(ndjson(4));
    console.log(
      `MaxSessions 1 without forwarding: apply exits ${narrow.code}: ${reportsOf(narrow).map(({ status, message, health }) => `${status} ${message} ${health.map(({ detail }) => detail)}`)}`,
    );
    expect(await snapshot(plain)).toMatch(statuses(narrow)[0] === "changed" ? /GREETING=g4/ : /GREETING=g3/);
    await sshd("MaxSessions 10");
    shop.remove();
  });

  test("100 ms a round trip: plan works", { concurrent: false }, async () => {
    const { host, relay } = await relayed(plain, 50);
    const shop = makeWorkshop([host]);
    const started = performance.now();
    const plan = await shop.run(["plan", "--env", "test"]);
    expect({ code: plan.code, stderr: plan.stderr }).toEqual({ code: 0, stderr: "" });
    console.log(`plan over 100 ms a round trip: ${Math.round(performance.now() - started)} ms`);
    expect(relay.connections()).toBe(1);
    shop.remove();
    await relay.close();
  });
});
