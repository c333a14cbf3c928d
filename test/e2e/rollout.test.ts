/**
 * A change on its way through a fleet of three: batches, limits on failures, plays in order, selections; and
 * what that looks like in 80 columns.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeployEvent } from "../../src/core/model/run.ts";
import { eventsOf, hearing, reportsOf } from "../support/events.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { settleAlone, snapshot } from "../support/snapshot.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

let hosts: readonly TestHost[] = [];
let shop: Workshop;
let inventory = "";

beforeAll(async () => {
  hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd })));
  shop = makeWorkshop(hosts);
  shop.write("services/web.yaml", webService().replace("settle: 3s", "settle: 1s"));
  shop.write("templates/web.conf.hbs", "version={{values.version}}\nstatus={{host.vars.status}}\n");
  inventory = readFileSync(join(shop.folder, "inventory/test.yaml"), "utf8").replace(
    "systemd: 247 }",
    "systemd: 247, vars: { status: 200 } }",
  );
  reset();
  const first = await shop.run(["apply", ...change(0)]);
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
});
afterAll(async () => {
  shop.remove();
  await removeHosts();
});

const change = (n: number): readonly string[] => ["--env", "test", "--yes", "--set", `greeting=g${n}`];
const ill = (name: string, text = inventory): string =>
  text.replace(`${name}: {`, `${name}: { vars: { status: 503 },`);
const withDead = (name: string, more = ""): string =>
  inventory.replace(
    "hosts:\n",
    `hosts:\n  ${name}: { address: 127.0.0.1, port: 1, identity: ${hosts[0]?.identity}, knownHosts: ${hosts[0]?.knownHosts}${more} }\n`,
  );
function setUp(text: string, rollout: string): void {
  shop.write("inventory/test.yaml", text);
  shop.write("inventory/prod.yaml", `${text}protected: true\n`);
  shop.write(
    "playbooks/site.yaml",
    `- { play: web, hosts: all, services: [web], rollout: { healthyDeadline: 4s${rollout} } }\n`,
  );
}
const reset = (): void => setUp(inventory, "");
const everywhere = (): Promise<readonly string[]> => Promise.all(hosts.map(snapshot));
const greetings = async (): Promise<readonly string[]> =>
  (await everywhere()).map((text) => /GREETING=(\w+)/.exec(text)?.[1] ?? "");
const statuses = (run: Run): readonly string[] =>
  reportsOf(run).map(({ host, status }) => `${host} ${status}`);
const idle = async (): Promise<void> => {
  for (const host of hosts) expect(await settleAlone(host, 15)).not.toBe(null);
};
const without = (words: readonly string[], word: string): readonly string[] =>
  words.filter((each) => each !== word);

describe("batches", () => {
  test("production goes host by host: the first is not well, the others are skipped and untouched", async () => {
    setUp(ill("h1", ill("h2", ill("h3"))), "");
    const before = await everywhere();
    const run = await shop.run(["apply", "--env", "prod", "--yes", "--set", "greeting=g1"]);
    expect(run.code).toBe(5);
    expect(run.stdout).toMatch(/^h1 +rolled-back +web +\d/m);
    expect(run.stdout).toMatch(/^h2 +skipped +web *$/m);
    expect(run.stdout).toMatch(/^h3 +skipped +web *$/m);
    expect(run.stdout).toContain("HTTP 503");
    expect(run.stdout).toMatch(/Skipped: .*h1 failed \(maxFailed 0\)/);
    await idle();
    expect(await everywhere()).toEqual(before);
    expect(await hosts[1]?.shell("grep -c . /var/lib/svcdeploy/runs")).toBe("1\n");
    reset();
  });

  test("production that is well: three batches of one, in order", async () => {
    const run = await shop.run([
      "apply",
      "--env",
      "prod",
      "--yes",
      "--set",
      "greeting=g2",
      "--output",
      "ndjson",
    ]);
    expect(run.code).toBe(0);
    const batches = eventsOf(run).flatMap((event) =>
      event.type === "batch-started" ? [`${event.batch}/${event.batches} ${event.hosts.join()}`] : [],
    );
    expect(batches).toEqual(["1/3 h1", "2/3 h2", "3/3 h3"]);
    expect(statuses(run)).toEqual(["h1 changed", "h2 changed", "h3 changed"]);
  });

  test("maxFailed lets one fail; without it, hosts of the same batch still finish", async () => {
    setUp(ill("h1"), ", batches: [1, 100%], maxFailed: 1");
    const lenient = await shop.run(["apply", ...change(3), "--output", "ndjson"]);
    expect({ code: lenient.code, statuses: statuses(lenient) }).toEqual({
      code: 5,
      statuses: ["h1 rolled-back", "h2 changed", "h3 changed"],
    });
    expect(await greetings()).toEqual(["g2", "g3", "g3"]);
    setUp(ill("h1"), ", batches: [2, 1]");
    const strict = await shop.run(["apply", ...change(4), "--output", "ndjson"]);
    expect({ code: strict.code, statuses: statuses(strict) }).toEqual({
      code: 5,
      statuses: ["h1 rolled-back", "h2 changed", "h3 skipped"],
    });
    expect(await greetings()).toEqual(["g2", "g4", "g3"]);
    reset();
  });

  test("maxUnreachable lets one be away, unless it is required", async () => {
    setUp(withDead("h0"), ", batches: [1, 100%]");
    const strict = await shop.run(["apply", ...change(5), "--output", "ndjson"]);
    expect({ code: strict.code, statuses: statuses(strict) }).toEqual({
      code: 3,
      statuses: ["h0 unreachable", "h1 skipped", "h2 skipped", "h3 skipped"],
    });
    expect(await greetings()).toEqual(["g2", "g4", "g3"]);
    setUp(withDead("h0", ", required: true"), ", batches: [1, 100%], maxUnreachable: 1");
    const required = await shop.run(["apply", ...change(5), "--output", "ndjson"]);
    expect(statuses(required)).toEqual(["h0 unreachable", "h1 skipped", "h2 skipped", "h3 skipped"]);
    expect(reportsOf(required)[1]?.message).toContain("h0 required and unreachable");
    setUp(withDead("h0"), ", batches: [1, 100%], maxUnreachable: 1");
    const lenient = await shop.run(["apply", ...change(5), "--output", "ndjson"]);
    expect({ code: lenient.code, statuses: statuses(lenient) }).toEqual({
      code: 3,
      statuses: ["h0 unreachable", "h1 changed", "h2 changed", "h3 changed"],
    });
    reset();
  });

  test("the pause is kept between batches, and --forks 1 works on one host at a time", async () => {
    setUp(inventory, ", batches: [1, 2], pause: 3s");
    const times = new Map<string, number>();
    const busy = new Set<string>();
    let most = 0;
    const listen = (event: DeployEvent): void => {
      if (event.type === "batch-started" || event.type === "batch-finished")
        times.set(`${event.type} ${event.batch}`, performance.now());
      if (event.type === "host-stage") busy.add(event.host);
      if (event.type === "host-finished") busy.delete(event.report.host);
      most = Math.max(most, busy.size);
    };
    const run = await shop.run(
      ["apply", ...change(6), "--output", "ndjson", "--forks", "1"],
      hearing(listen),
    );
    expect(run.code).toBe(0);
    expect((times.get("batch-started 2") ?? 0) - (times.get("batch-finished 1") ?? 0)).toBeGreaterThan(2900);
    expect(most).toBe(1);
    reset();
  });
});

describe("selections", () => {
  test("--limit and --service touch nothing else", async () => {
    const run = await shop.run([
      "apply",
      ...change(7),
      "--limit",
      "h2:h3:!h3",
      "--service",
      "web",
      "--output",
      "ndjson",
    ]);
    expect({ code: run.code, statuses: statuses(run) }).toEqual({ code: 0, statuses: ["h2 changed"] });
    expect(await greetings()).toEqual(["g6", "g7", "g6"]);
  });

  for (const [words, said] of [
    [["--limit", "nosuch"], "nosuch"],
    [["--limit", "h1:!h1"], "h1:!h1"],
    [["--limit", ""], "--limit"],
    [["--service", "wep"], "web"],
    [["--forks", "0"], "--forks"],
    [["--env", "nosuch"], "nosuch"],
  ] as const) {
    test(`${words.join(" ")} is a mistake, not an empty success`, async () => {
      const run = await shop.run(["apply", ...(words[0] === "--env" ? ["--yes"] : change(8)), ...words]);
      expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 64, stdout: "" });
      expect(run.stderr).toContain(said);
    });
  }

  test("a service that no selected host gets is a mistake as well", async () => {
    shop.write("services/nap.yaml", nap);
    shop.write(
      "playbooks/site.yaml",
      "- { play: web, hosts: all, services: [web] }\n- { play: nap, hosts: h1, services: [nap] }\n",
    );
    const run = await shop.run(["plan", "--env", "test", "--limit", "h2", "--service", "nap"]);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 64, stdout: "" });
    reset();
  });
});

const nap =
  'name: nap\nservice: { Type: simple, ExecStart: /bin/sleep infinity }\nenvironment: { A: "{{values.greeting}}" }\nsettle: 1s\n';

describe("plays", () => {
  const plays = (): void =>
    shop.write(
      "playbooks/site.yaml",
      "- { play: first, hosts: all, services: [web], rollout: { healthyDeadline: 4s } }\n- { play: second, hosts: h1, services: [nap] }\n",
    );

  test("come in the order of the file, a host in both is changed twice and verified twice", async () => {
    shop.write("services/nap.yaml", nap);
    plays();
    const run = await shop.run(["apply", ...change(9), "--output", "ndjson"]);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
    const told = eventsOf(run).flatMap((event) =>
      event.type === "play-started" ? [`${event.play} ${event.hosts.join()}`] : [],
    );
    expect(told).toEqual(["first h1,h2,h3", "second h1"]);
    expect(reportsOf(run).map(({ play, host, status }) => `${play} ${host} ${status}`)).toEqual([
      "first h1 changed",
      "first h2 changed",
      "first h3 changed",
      "second h1 changed",
    ]);
    expect(
      await hosts[0]?.shell(
        "systemctl is-active web.service nap.service; ls /var/lib/svcdeploy/projects/workshop",
      ),
    ).toBe("active\nactive\nnap\nweb\n");
    const again = await shop.run(["apply", ...change(9)]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("No changes");
  });

  test("a play that fails ends the rollout for everyone; the plays before it stay", async () => {
    plays();
    shop.write("inventory/test.yaml", ill("h3"));
    const run = await shop.run(["apply", ...change(10), "--output", "ndjson"]);
    expect(reportsOf(run).map(({ play, host, status }) => `${play} ${host} ${status}`)).toEqual([
      "first h1 changed",
      "first h2 changed",
      "first h3 rolled-back",
      "second h1 skipped",
    ]);
    expect(run.code).toBe(5);
    expect(await hosts[0]?.shell("cat /etc/svcdeploy/env/nap.env")).toContain("g9");
    reset();
  });
});

describe("80 columns", () => {
  const env = { COLUMNS: "80" };
  // A word of a command to type stays whole: it is copied.
  const tooLong = (run: Run): readonly string[] =>
    `${run.stdout}${run.stderr}`
      .split("\n")
      .filter((line) => [...line].length > 80 && !/^ +UserKnownHostsFile=\S+$/.test(line));

  test("no line is longer, whatever the command says; nothing in a pipe has an escape code", async () => {
    await idle();
    await hosts[1]?.shell(
      "echo extra >>/etc/web/web.conf; chmod 600 /etc/systemd/system/web.service; systemctl stop web.service",
    );
    setUp(
      ill("h1", withDead("a-host-with-a-name-that-is-long.in-a-long-domain.example.org")),
      ", maxFailed: 1, maxUnreachable: 1",
    );
    const only = without(change(11), "--yes");
    const runs = {
      plan: await shop.run(["plan", ...only], { env }),
      drift: await shop.run(["drift", ...only], { env }),
      verify: await shop.run(["verify", ...only], { env }),
      apply: await shop.run(["apply", ...change(11)], { env }),
      help: await shop.run(["apply", "--help"], { env }),
      mistake: await shop.run(
        ["plan", "--env", "test", "--limit", "a-host-that-nobody-has-ever-heard-of-and-nobody-ever-will"],
        { env },
      ),
    };
    expect(runs.apply.code).toBe(3);
    expect(Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, tooLong(run)]))).toEqual(
      Object.fromEntries(Object.keys(runs).map((name) => [name, []])),
    );
    for (const run of Object.values(runs)) expect(`${run.stdout}${run.stderr}`).not.toContain("\u001b");
    reset();
  });
});
