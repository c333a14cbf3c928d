/**
 * From a project to the hosts' resources: selection, inertness, and the mistakes of all hosts in one error.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { checkMinisig, parseMinisig } from "../../src/core/signature/minisign.ts";
import type { TargetSelection } from "../../src/core/target/select.ts";
import { loadProject } from "../../src/project/load.ts";
import { buildTargets, STAND_INS } from "../../src/project/targets.ts";
import { copyShop, problemsOf, SHOP } from "./project-copy.ts";

const everything: TargetSelection = { limit: null, services: [] };

beforeEach(() => {
  vi.stubEnv("SVCDEPLOY_TEST_KEY", "key-canary");
});

async function build(root: string, selection = everything, set: readonly string[] = []) {
  const project = await loadProject(root, "prod", { set, valuesFiles: [] });
  return (await buildTargets(project, selection)).plays;
}

async function fileOn(
  root: string,
  host: string,
  path: string,
  set: readonly string[] = [],
): Promise<string> {
  const targets = (await build(root, everything, set)).flatMap((play) => play.targets);
  const resource = targets
    .find((target) => target.host.name === host)
    ?.resources.find((candidate) => candidate.kind === "file" && candidate.path === path);
  return resource?.kind === "file" ? new TextDecoder("latin1").decode(resource.content) : "";
}

describe("targets", () => {
  test("come play by play, host by host", async () => {
    const plays = await build(SHOP);
    expect(
      plays.map(({ play, targets }) => [
        play.name,
        targets.map((target) => [
          target.project,
          target.host.name,
          target.services.map((service) => service.name),
        ]),
      ]),
    ).toEqual([
      ["databases", [["shop", "db1", ["db"]]]],
      [
        "sites",
        [
          ["shop", "web1", ["web"]],
          ["shop", "web2", ["web"]],
        ],
      ],
    ]);
  });

  test("hosts that no play names are looked at only where it is asked for, last and with nothing", async () => {
    const root = await copyShop({
      "playbooks/site.yaml": "- { play: databases, hosts: db1, services: [db] }\n",
    });
    const hostsOf = (plays: Awaited<ReturnType<typeof build>>) =>
      plays.map(({ play, targets }) => [play.name, targets.map(({ host }) => host.name)]);
    expect(hostsOf(await build(root))).toEqual([["databases", ["db1"]]]);
    const plays = await build(root, { ...everything, hosts: "all" });
    expect(hostsOf(plays)).toEqual([
      ["databases", ["db1"]],
      ["hosts without a play", ["web1", "web2"]],
    ]);
    expect(plays[1]?.targets[0]).toMatchObject({ services: [], resources: [], declared: [] });
    await expect(build(root, { limit: "web1", services: [] })).rejects.toThrow(UsageError);
    expect(hostsOf(await build(root, { limit: "web1", services: [], hosts: "all" }))).toEqual([
      ["hosts without a play", ["web1"]],
    ]);
    expect(hostsOf(await build(SHOP, { ...everything, hosts: "all" }))).toHaveLength(2);
  });

  test("templates, secrets and sources arrive; values stay inert", async () => {
    expect(await fileOn(SHOP, "web2", "/etc/web/web.conf")).toContain(
      "listen 80\ntoken s3cret-canary\ngreeting {{not a template}}\n",
    );
    expect(await fileOn(SHOP, "web2", "/etc/web/motd")).toContain("Hello from web2\non port 80\n");
    expect(await fileOn(SHOP, "web1", "/etc/web/logo.bin")).toBe("{{\u0000\u00ff}}");
    const environment = await fileOn(SHOP, "web1", "/etc/svcdeploy/env/web.env");
    expect(environment).toContain("{{not a template}}");
    expect(environment).toContain("key-canary");
    expect(environment).toContain("s3cret-canary");
  });

  test("carry of a service what is verified, and where each line of its files was written", async () => {
    const [target] = (await build(SHOP, { limit: "web1", services: [] })).flatMap(({ targets }) => targets);
    expect(target?.services).toEqual([
      {
        name: "web",
        version: "1.0.0",
        secrets: ["TOKEN", "KEY"],
        health: [expect.objectContaining({ kind: "http", url: "http://127.0.0.1:80/ready" })],
        settleSeconds: 10,
      },
    ]);
    const placeOf = (path: string, text: string | null): string => {
      const file = target?.resources.find((each) => each.kind === "file" && each.path === path);
      if (file?.kind !== "file") throw new Error(`no ${path}`);
      const lines = new TextDecoder().decode(file.content).split("\n");
      const line = text === null ? null : lines.findIndex((each) => each.startsWith(text)) + 1;
      const place = target?.placeOf?.(file, line);
      return `${place?.file}:${place?.line}`;
    };
    const unit = "/etc/systemd/system/web.service";
    expect(placeOf(unit, "ExecStart=")).toBe("services/web.yaml:6");
    expect(placeOf(unit, null)).toBe("services/web.yaml:1");
    expect(placeOf("/etc/web/motd", "on port")).toBe("services/web.yaml:14");
  });

  test("their secrets come along: each is asked for once, and what it gave is what was rendered", async () => {
    const asked = join(await copyShop(), "asked");
    const service = await readFile(join(SHOP, "services/web.yaml"), "utf8");
    const command = `{ exec: [sh, -c, "echo asked >>${asked}; wc -l <${asked}; echo and the value"] }`;
    const line = `secrets: { TOKEN: ${command}, KEY: ${command} }`;
    const root = await copyShop({ "services/web.yaml": service.replace(/^secrets:.*$/m, line) });
    const project = await loadProject(root, "prod", { set: [], valuesFiles: [] });
    const { plays, secrets } = await buildTargets(project, { limit: "web1:web2", services: [] });
    expect(plays[0]?.targets).toHaveLength(2);
    expect(secrets.map((secret) => [secret.name, secret.reveal()])).toEqual([
      ["TOKEN", "1\nand the value"],
      ["KEY", "1\nand the value"],
    ]);
    expect(await readFile(asked, "utf8")).toBe("asked\n");
  });

  test("the same input gives the same bytes", async () => {
    expect(JSON.stringify(await build(SHOP))).toBe(JSON.stringify(await build(SHOP)));
  });

  test("a hostile value is text wherever it lands", async () => {
    for (const evil of ["{{7*7}}", "{{#with}}", "<%= x %>", "%h", "$HOME", "a\\{{b}}"]) {
      expect(await fileOn(SHOP, "web1", "/etc/web/web.conf", [`web.greeting=${evil}`])).toContain(
        `greeting ${evil}\n`,
      );
    }
  });
});

describe("selection", () => {
  test.each<[TargetSelection, readonly string[]]>([
    [{ limit: "web1", services: [] }, ["sites/web1"]],
    [{ limit: "web:db", services: ["db"] }, ["databases/db1"]],
    [{ limit: "all:!web2", services: [] }, ["databases/db1", "sites/web1"]],
  ])("%j", async (selection, expected) => {
    expect(
      (await build(SHOP, selection)).flatMap(({ play, targets }) =>
        targets.map((target) => `${play.name}/${target.host.name}`),
      ),
    ).toEqual(expected);
  });

  test.each<[TargetSelection, string]>([
    [{ limit: "wbe1", services: [] }, '--limit wbe1: there is no host or group "wbe1"'],
    [{ limit: "web1:!web1", services: [] }, "selects no host"],
    [{ limit: null, services: ["wbe"] }, "--service wbe: there is no such service"],
    [{ limit: "db1", services: ["web"] }, "The selection matches nothing"],
  ])("%j is refused", async (selection, message) => {
    const attempt = build(SHOP, selection);
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(message);
  });
});

describe("mistakes", () => {
  test("of all services come once, with place and excerpt", async () => {
    const root = await copyShop({
      "services/db.yaml": "name: db\nservice: { ExecStrat: /usr/bin/db }\nsettle: '{{values.web.version}}'\n",
      "services/web.yaml":
        "name: web\nservice: { ExecStart: '/opt/web {{values.web.prot}}' }\nenvironment: { A: '{{host.nmae}}' }\n",
    });
    expect(await problemsOf(() => build(root))).toEqual([
      'services/db.yaml:3:10 a time span such as 10s or 5min is expected here, this is "1.0.0"',
      "services/db.yaml:2:23 systemd 247 knows no ExecStrat= in [Service]",
      'services/web.yaml:2:35 "values.web.prot" is not defined',
      'services/web.yaml:3:22 "host.nmae" is not defined',
    ]);
    await expect(build(root)).rejects.toMatchObject({
      problems: [{ excerpt: "settle: '{{values.web.version}}'\n         ^" }, {}, {}, {}],
    });
  });

  test("an unknown directive has the excerpt of the service's file", async () => {
    const root = await copyShop({
      "services/db.yaml": "name: db\nservice: { ExecStart: /bin/db, Restrat: always }\n",
    });
    await expect(build(root)).rejects.toMatchObject({
      problems: [
        {
          message: "systemd 247 knows no Restrat= in [Service]",
          hint: "did you mean Restart=?",
          excerpt: expect.stringMatching(/\^$/),
        },
      ],
    });
  });

  test("a directive that is unknown to several versions is told once, with the versions", async () => {
    const hosts = "hosts: { a: { systemd: 257 }, b: {}, c: { systemd: 252 }, d: {} }\n";
    const root = await copyShop({
      "inventory/prod.yaml": hosts,
      "playbooks/site.yaml": "- { play: databases, hosts: all, services: [db] }\n",
      "services/db.yaml": "name: db\nservice: { ExecStart: /bin/db, Restrat: always, ExitType: cgroup }\n",
    });
    expect(await problemsOf(() => build(root))).toEqual([
      "services/db.yaml:2:41 systemd 247, 252 and 257 know no Restrat= in [Service]",
      "services/db.yaml:2:59 systemd 247 knows no ExitType= in [Service]",
    ]);
  });

  test("in a template's file", async () => {
    const root = await copyShop({
      "templates/web/web.conf.hbs": "ok\n{{#if values.web.tls}}x{{/if}}\n{{secrets.TOKNE}}\n",
    });
    expect(await problemsOf(() => build(root))).toEqual([
      'templates/web/web.conf.hbs:2:7 "values.web.tls" is not defined',
      'templates/web/web.conf.hbs:3:3 the service has no secret "TOKNE"',
    ]);
  });

  test("missing secrets, empty ones, and one outside the project", async () => {
    vi.stubEnv("SVCDEPLOY_TEST_KEY", undefined);
    const root = await copyShop({ "secrets/token": "\n" });
    expect(await problemsOf(() => build(root))).toEqual([
      "services/web.yaml:8:19 the secret TOKEN: secrets/token is empty",
      "services/web.yaml:8:49 the secret KEY: the environment variable SVCDEPLOY_TEST_KEY is not set",
    ]);
  });

  test("artifacts: missing, a directory, another sha256", async () => {
    const service = (artifact: string) =>
      `name: web\nartifact: ${artifact}\nservice: { ExecStart: /opt/web/current/web }\n`;
    const wrong = "0".repeat(64);
    const root = await copyShop({ "services/web.yaml": service(`{ source: artifacts/wbe }`) });
    expect(await problemsOf(() => build(root))).toEqual([
      "services/web.yaml:2:21 the artifact artifacts/wbe does not exist",
    ]);
    await mkdir(join(root, "artifacts/dir"));
    const directory = await copyShop({ "services/web.yaml": service(`{ source: templates }`) });
    expect(await problemsOf(() => build(directory))).toEqual([
      "services/web.yaml:2:21 the artifact templates is a directory",
    ]);
    const other = await copyShop({
      "services/web.yaml": service(`{ source: artifacts/web, sha256: "${wrong}" }`),
    });
    expect((await problemsOf(() => build(other)))[0]).toMatch(
      /^services\/web\.yaml:2:45 the artifact artifacts\/web has sha256 [0-9a-f]{64}, not 0{64}$/,
    );
  });
});

test("the demo project loads and renders in both its environments, but for what `npm run demo` puts there", async () => {
  const demo = join(SHOP, "../../../../playbooks/demo");
  for (const environment of ["staging", "prod"]) {
    const project = await loadProject(demo, environment, { set: [], valuesFiles: [] });
    const problems = await problemsOf(() => buildTargets(project, everything));
    expect(problems.filter((problem) => !/does not exist|has sha256|: ssh-keygen /.test(problem))).toEqual(
      [],
    );
  }
});

test.each([[[]], [["arm64.yaml"]]])(
  "the demo's signature is of the key that its service file names, with %j",
  async (files) => {
    const demo = join(SHOP, "../../../../playbooks/demo");
    const valuesFiles = files.map((file) => join(demo, "values", file));
    const project = await loadProject(demo, "prod", { set: [], valuesFiles });
    const built = await buildTargets(project, { limit: null, services: ["node-exporter"] }, STAND_INS);
    const signature = [...built.services.values()][0]?.[0]?.artifact?.signature;
    if (signature?.kind !== "minisign") throw new Error("not signed by minisign");
    const read = parseMinisig(await readFile(join(demo, signature.file ?? "")));
    const verdict =
      typeof read === "string" ? null : checkMinisig(signature.publicKey, read, new Uint8Array(64));
    expect(verdict).toMatchObject({ ok: false, reason: expect.stringContaining("signed other bytes") });
  },
);
