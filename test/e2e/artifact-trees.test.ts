/**
 * Artifacts that are trees: a folder, .tar.gz and .tar.zst become releases; what is on the host is never sent
 * again; the running program is compared.
 */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeTree } from "../../src/project/pack-tree.ts";
import { badArchives, CANARY } from "../support/bad-archives.ts";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { type Member, makeTar } from "../support/tar.ts";
import { makeWorkshop, type Run, type Workshop } from "../support/workshop.ts";

const VERSIONS = versionsOr(252);

const hosts = new Map<number, TestHost>();
const BLOB = 3 * 1024 * 1024;

beforeAll(async () => {
  const started = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "trees" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

type Given = {
  readonly source?: string;
  readonly version: string;
  readonly more?: string;
  readonly argument?: string;
};

function give(
  shop: Workshop,
  { source = "build/app/", version, more = "", argument = "100000" }: Given,
): void {
  shop.write(
    "services/app.yaml",
    `name: app
artifact: { source: ${source}, version: "${version}"${more} }
service: { Type: exec, ExecStart: "/opt/app/current/bin/run ${argument}", Restart: "no" }
settle: 1s
`,
  );
}

/** The program is the host's own sleep, so that /proc/PID/exe is it. */
async function build(shop: Workshop, host: TestHost): Promise<readonly Member[]> {
  const program = Buffer.from(await host.shell("base64 -w 0 /bin/sleep"), "base64");
  const root = join(shop.folder, "build/app");
  for (const folder of ["bin", "share"]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "bin/run"), program, { mode: 0o700 });
  writeFileSync(join(root, "share/a text"), "one\n", { mode: 0o664 });
  const blob = Buffer.alloc(BLOB).map((_, index) => (index * 7919 + (index >> 8) * 31) & 0xff);
  writeFileSync(join(root, "share/blob"), blob);
  symlinkSync("../share/a text", join(root, "bin/text"));
  return [
    { name: "app-1.0/share/a text", content: "one\n" },
    { name: "app-1.0/share/blob", content: blob },
    { name: "app-1.0/bin/run", mode: 0o755, content: program },
    { name: "app-1.0/bin/text", type: "2", target: "../share/a text" },
  ];
}

const apply = (shop: Workshop): Promise<Run> => shop.run(["apply", "--env", "test", "--yes"]);
const received = async (host: TestHost): Promise<number> =>
  Number(await host.shell("cat /sys/class/net/eth0/statistics/rx_bytes"));
const releases = async (host: TestHost): Promise<readonly string[]> =>
  (await host.shell("ls /opt/app/releases"))
    .trim()
    .split("\n")
    .map((name) => name.replace(/-[0-9a-f]{12}$/, ""));

describe.concurrent.each(VERSIONS)("systemd %i", (version) => {
  let host: TestHost;
  let shop: Workshop;
  let members: readonly Member[];
  beforeAll(async () => {
    const found = hosts.get(version);
    if (found === undefined) throw new Error(`no host with systemd ${version}`);
    host = found;
    shop = makeWorkshop([host]);
    shop.write(
      "playbooks/site.yaml",
      "- { play: app, hosts: all, services: [app], rollout: { healthyDeadline: 5s } }\n",
    );
    rmSync(join(shop.folder, "services/web.yaml"));
    members = await build(shop, host);
  });
  afterAll(() => shop.remove());

  const step = (name: string, body: () => Promise<void>): void =>
    void test(name, { concurrent: false, timeout: 240_000 }, body);
  const changed = async (run: Promise<Run>): Promise<Run> => {
    const done = await run;
    expect({ code: done.code, said: done.stdout + done.stderr }).toMatchObject({ code: 0 });
    return done;
  };

  step("a folder becomes a release, root's own, with plain modes", async () => {
    give(shop, { version: "1.0" });
    const before = await received(host);
    await changed(apply(shop));
    expect((await received(host)) - before).toBeGreaterThan(BLOB);
    const found = await host.shell("cd /opt/app/current/ && find . -printf '%y %m %u:%g %p %l\\n' | sort");
    expect(
      found
        .trim()
        .split("\n")
        .map((line) => line.trim()),
    ).toEqual([
      "d 755 root:root .",
      "d 755 root:root ./bin",
      "d 755 root:root ./share",
      "f 644 root:root ./share/a text",
      "f 644 root:root ./share/blob",
      "f 755 root:root ./bin/run",
      "l 777 root:root ./bin/text ../share/a text",
    ]);
    expect(await host.shell("ls -A /var/lib/svcdeploy/upload; find / -xdev -uid 65519")).toBe("");
  });

  step("the same tree from archives is the same release: there is nothing to do", async () => {
    const tar = makeTar(members);
    writeFileSync(join(shop.folder, "app.tar.gz"), gzipSync(tar));
    writeFileSync(join(shop.folder, "app.tar.zst"), zstdCompressSync(tar));
    for (const source of ["app.tar.gz", "app.tar.zst"]) {
      give(shop, { source, version: "1.0", more: ", strip: 1" });
      expect((await changed(shop.run(["plan", "--env", "test"]))).stdout).toContain("No changes");
    }
    expect((await changed(shop.run(["drift", "--env", "test"]))).stdout).toContain("as declared");
  });

  step("another version comes from a .tar.zst; the older one goes back without a byte of it", async () => {
    const other = [...members.slice(1), { name: "app-1.0/share/a text", content: "two\n" }];
    writeFileSync(join(shop.folder, "app.tar.zst"), zstdCompressSync(makeTar(other)));
    give(shop, { source: "app.tar.zst", version: "1.1", more: ", strip: 1" });
    expect((await changed(apply(shop))).stdout).toContain("restart app.service: release changed");
    expect(await host.shell("cat /opt/app/current/bin/text")).toBe("two\n");
    expect((await shop.run(["status", "--env", "test"])).stdout).toMatch(/app +running +1\.1 /);
    const before = await received(host);
    give(shop, { version: "1.0" });
    await changed(apply(shop));
    expect((await received(host)) - before).toBeLessThan(BLOB / 4);
    expect(await host.shell("cat /opt/app/current/bin/text")).toBe("one\n");
  });

  step("a rollback needs no artifact and sends nothing of it", async () => {
    rmSync(join(shop.folder, "app.tar.zst"));
    const before = await received(host);
    await changed(shop.run(["rollback", "app", "--env", "test", "--yes"]));
    expect((await received(host)) - before).toBeLessThan(BLOB / 4);
    expect(await host.shell("cat /opt/app/current/bin/text")).toBe("two\n");
    await changed(apply(shop));
  });

  step("a file that somebody changed in a release is drift, and refuses the plan", async () => {
    await host.shell("printf 'evil\\n' >'/opt/app/current/share/a text'");
    const drift = await shop.run(["drift", "--env", "test"]);
    expect(drift.code).toBe(2);
    const text = drift.stdout.replace(/\s+/g, " ");
    expect(text).toMatch(
      /content \/opt\/app\/releases\/1\.0-\w+: other content than declared \(what changed last in it: share\/a text\)/,
    );
    expect((await shop.run(["plan", "--env", "test"])).stdout).toContain("1 host will be refused");
    await host.shell("printf 'one\\n' >'/opt/app/current/share/a text'");
    await host.shell("chmod 4755 /opt/app/current/bin/run");
    expect((await shop.run(["drift", "--env", "test"])).code).toBe(2);
    await host.shell("chmod 755 /opt/app/current/bin/run");
    expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
  });

  step("a process whose release was deleted is told, and restarted", async () => {
    await host.shell('rm -r "$(readlink -f /opt/app/current)"');
    expect((await shop.run(["status", "--env", "test"])).stdout).toContain("1.0 (deleted), disk 1.0");
    const drift = await shop.run(["drift", "--env", "test"]);
    expect(drift.stdout.replace(/\s+/g, " ")).toMatch(
      /stale-process app\.service: .*it runs a program of 1\.0-\w+ that was deleted since/,
    );
    const done = await changed(apply(shop));
    expect(done.stdout).toMatch(
      /restart app\.service: it runs a program of 1\.0-\w+ that was\s+deleted since/,
    );
    expect((await changed(shop.run(["plan", "--env", "test"]))).stdout).toContain("No changes");
  });

  step("an archive that no release can be made of is refused before anything", async () => {
    writeFileSync(join(shop.folder, "bad.tar"), makeTar([...members, { name: "../svcevil", content: "x" }]));
    const before = await host.shell("ls -lR --time-style=full-iso /opt /var/lib/svcdeploy");
    give(shop, { source: "bad.tar", version: "6.6" });
    const run = await apply(shop);
    expect(run.code).toBe(65);
    expect(run.stderr + run.stdout).toMatch(/services\/app\.yaml:2:\d+/);
    expect((run.stderr + run.stdout).replace(/\s+/g, " ")).toContain("../svcevil leaves the tree by ..");
    expect(await host.shell("ls -lR --time-style=full-iso /opt /var/lib/svcdeploy")).toBe(before);
  });

  step("a release that does not start is gone again", async () => {
    give(shop, { version: "2.0", argument: "not-a-number" });
    writeFileSync(join(shop.folder, "build/app/share/a text"), "broken\n");
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 5 });
    expect(run.stdout).toContain("what had changed, and was restored");
    expect((await releases(host)).toSorted()).toEqual(["1.0", "1.1"]);
    expect(await host.shell("systemctl is-active app; cat /opt/app/current/bin/text")).toBe("active\none\n");
  });

  step("releases past keep go, but for those of the last two generations", async () => {
    for (const next of ["2.1", "2.2"]) {
      give(shop, { version: next, more: ", keep: 1" });
      writeFileSync(join(shop.folder, "build/app/share/a text"), `${next}\n`);
      await changed(apply(shop));
    }
    // The host tidies up after it has said that the transaction is confirmed.
    await host.shell(
      'i=0; until [ "$(ls /opt/app/releases | wc -l)" = 2 ] || [ $i = 300 ]; do i=$((i + 1)); sleep 0.1; done',
    );
    expect((await releases(host)).toSorted()).toEqual(["2.1", "2.2"]);
  });

  step(
    "a service that left goes with its tree, but for the release that a rollback brings back whole",
    async () => {
      const play = (services: string): void =>
        shop.write(
          "playbooks/site.yaml",
          `- { play: app, hosts: all, services: [${services}], rollout: { healthyDeadline: 5s } }\n`,
        );
      shop.write(
        "services/other.yaml",
        "name: other\nservice: { ExecStart: /bin/sleep infinity }\nsettle: 1s\n",
      );
      play("other");
      const done = await changed(shop.run(["apply", "--env", "test", "--yes", "--prune=all"]));
      expect(done.stdout).toContain("stop app.service: no longer declared");
      await host.shell(
        'i=0; until [ "$(ls /opt/app/releases | wc -l)" = 1 ] || [ $i = 300 ]; do i=$((i + 1)); sleep 0.1; done',
      );
      expect(await releases(host)).toEqual(["2.2"]);
      expect(
        await host.shell(
          "[ ! -L /opt/app/current ] && systemctl show -p LoadState --value app.service; pgrep -f ^/opt/app/ || true",
        ),
      ).toBe("not-found\n");
      await changed(shop.run(["rollback", "app", "--env", "test", "--yes"]));
      expect(await host.shell("systemctl is-active app other; cat /opt/app/current/bin/text")).toBe(
        "active\nactive\n2.2\n",
      );
      play("app, other");
      expect((await changed(shop.run(["plan", "--env", "test"]))).stdout).toContain("No changes");
    },
  );

  step("the host refuses every bad archive by itself, and nothing of it is left outside", async () => {
    // Twenty thousand entries are slow to extract on three hosts at once, and would tell nothing new.
    const bad = badArchives().filter(({ tar }) => tar.length < 1024 * 1024);
    const corpus = bad.map(({ tar }, index): Member => ({ name: `${index}.tar`, content: tar }));
    const good = makeTar([
      { name: "a", content: "x\n" },
      { name: "bin/l", type: "2", target: "../a" },
    ]);
    const scripts = ["journal.sh", "words.sh", "tree.sh", "release.sh"].map(
      (name): Member => ({ name, content: hostScript(`../../src/host/${name}`) }),
    );
    const script = { name: "extract-corpus.sh", content: hostScript("../support/extract-corpus.sh") };
    await host.shell(
      `mkdir -p ${CANARY} /var/corpus && chmod 1777 ${CANARY} && echo there >${CANARY}/there && chmod 666 ${CANARY}/there`,
    );
    const all = makeTar([...corpus, { name: "good.tar", content: good }, ...scripts, script]);
    await host.exec(["tar", "-C", "/var/corpus", "-xf", "-"], all);
    writeFileSync(join(shop.folder, "good.tar"), good);
    const { sha256 } = await describeTree({ form: "archive", path: join(shop.folder, "good.tar"), strip: 0 });
    const { stdout } = await host.exec(["sh", "/var/corpus/extract-corpus.sh", "/var/corpus"], `${sha256}\n`);
    const ends = new Map(
      stdout
        .trim()
        .split("\n")
        .map((text) => [text.split(" ")[1] ?? "", text.split(" ")[0] ?? ""]),
    );
    expect(ends.get("good")).toBe("taken");
    expect(bad.filter((_, index) => ends.get(String(index)) !== "refused").map(({ what }) => what)).toEqual(
      [],
    );
    expect(
      await host.shell(
        `ls -A ${CANARY}; cat ${CANARY}/there; find / -xdev \\( -name '*svcevil*' -o -uid 65519 \\) -print`,
      ),
    ).toBe("there\nthere\n");
  });
});

function hostScript(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}
