/**
 * Artifacts from https and artifacts that are signed: delivered when everything is as declared, and nothing
 * touches the host when a bit is not.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import {
  type Certificates,
  type HttpsServer,
  makeCertificates,
  startHttps,
} from "../support/https-server.ts";
import { makeMinisignKey, signMinisig } from "../support/minisign.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

const VERSIONS = versionsOr(252);

const program = readFileSync(fileURLToPath(new URL("../support/web.pl", import.meta.url)));
const release = (name: string): Buffer => Buffer.concat([program, Buffer.from(`# ${name}\n`)]);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const positions = [0, 1200, program.length - 1];
const minisign = makeMinisignKey();

const hosts = new Map<number, TestHost>();
let certificates: Certificates;
let server: HttpsServer;
/** What the server has, by path. */
const served = new Map<string, Uint8Array | string>();

beforeAll(async () => {
  const started = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "signed" })));
  for (const host of started) hosts.set(host.systemd, host);
  certificates = makeCertificates();
  server = await startHttps(certificates, (request, response) => {
    const found = served.get(request.url ?? "");
    response.statusCode = found === undefined ? 404 : 200;
    response.end(found ?? "no such file");
  });
  const first = release("first");
  const put = (folder: string, bytes: Uint8Array, signed: Uint8Array): void => {
    served.set(`/${folder}/web.pl`, bytes);
    served.set(`/${folder}/web.pl.minisig`, signMinisig(minisign, signed, { comment: `web ${folder}` }));
  };
  put("first", first, first);
  put("second", release("second"), release("second"));
  for (const at of positions) put(`flipped-${at}`, flipped(first, at), first);
});
afterAll(async () => {
  server?.close();
  certificates?.remove();
  await removeHosts();
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

/** Everything of the host that a deployment would change. */
const state = (host: TestHost): Promise<string> =>
  host.shell(
    "readlink /opt/web/current; systemctl show -p InvocationID --value web; ls /opt/web/releases /var/lib/svcdeploy/upload /var/lib/svcdeploy/gen; wc -l </var/lib/svcdeploy/runs",
  );

describe.concurrent.each(VERSIONS)("systemd %i", (version) => {
  let host: TestHost;
  let shop: Workshop;
  beforeAll(() => {
    const found = hosts.get(version);
    if (found === undefined) throw new Error(`no host with systemd ${version}`);
    host = found;
    shop = makeWorkshop([host]);
  });
  afterAll(() => shop.remove());
  const step = (name: string, work: () => Promise<void>): void =>
    void test(name, { concurrent: false }, work);

  const run = (...args: readonly string[]): Promise<Run> =>
    shop.run([...args], {
      env: {
        NODE_EXTRA_CA_CERTS: certificates.caFile,
        XDG_CACHE_HOME: join(shop.folder, "cache"),
        XDG_STATE_HOME: join(shop.folder, "state"),
      },
    });
  /** The service with this artifact. */
  const give = (artifact: string): void =>
    shop.write(
      "services/web.yaml",
      webService()
        .replace(/^artifact: .*$/m, `artifact: ${artifact}`)
        .replace("settle: 3s", "settle: 1s"),
    );
  const giveUrl = (folder: string): void => {
    const bytes = served.get(`/${folder}/web.pl`) ?? "";
    give(
      `{ source: "${server.origin}/${folder}/web.pl", version: "1", sha256: ${sha256(Buffer.from(bytes))}, signature: { minisign: ${minisign.publicKey} } }`,
    );
  };
  const giveLocal = (signature: string): void =>
    give(`{ source: artifacts/web.pl, version: "2"${signature === "" ? "" : `, signature: ${signature}`} }`);
  const expectRefused = async (before: string, reason: RegExp): Promise<void> => {
    for (const command of [["plan"], ["apply", "--yes"]]) {
      const refused = await run(...command, "--env", "test");
      expect({ code: refused.code, out: refused.stdout }).toEqual({ code: 65, out: "" });
      expect(refused.stderr).toMatch(/services\/web\.yaml:2:\d+/);
      expect(refused.stderr.replaceAll(/\s+/g, " ")).toMatch(reason);
    }
    expect(await state(host)).toBe(before);
  };

  step(
    "from https with a minisign signature: planned with its signer, applied, and then as declared",
    async () => {
      giveUrl("first");
      const planned = await run("plan", "--env", "test", "--output", "json");
      expect({ code: planned.code, said: planned.stderr }).toMatchObject({ code: 0 });
      expect(JSON.parse(planned.stdout)).toMatchObject({
        artifacts: [
          {
            service: "web",
            sha256: sha256(release("first")),
            signature: { kind: "minisign", says: "web first" },
          },
        ],
      });
      const applied = await run("apply", "--env", "test", "--yes");
      expect({ code: applied.code, said: applied.stdout + applied.stderr }).toMatchObject({ code: 0 });
      expect(applied.stdout.replaceAll(/\s+/g, " ")).toMatch(
        /signed with the minisign key [0-9A-F]{16} \("web first"\)/,
      );
      expect(
        (await host.shell("sha256sum /opt/web/current/web.pl; systemctl is-active web")).replace(/ .*/, ""),
      ).toBe(`${sha256(release("first"))}\nactive\n`);
      const again = await run("plan", "--env", "test", "--detailed-exitcode");
      expect({ code: again.code, said: again.stdout }).toMatchObject({ code: 0 });
    },
  );

  step("drift and verify need neither the network nor the cache", async () => {
    rmSync(join(shop.folder, "cache"), { recursive: true });
    const drift = await run("drift", "--env", "test");
    expect({ code: drift.code, said: drift.stdout + drift.stderr }).toMatchObject({ code: 0 });
    expect((await run("verify", "--env", "test")).code).toBe(0);
  });

  step("a flipped bit that its sha256 declares is not what was signed: nothing is sent", async () => {
    const before = await state(host);
    for (const at of positions) {
      giveUrl(`flipped-${at}`);
      await expectRefused(before, /web\.pl\.minisig does not hold: key [0-9A-F]{16} signed other bytes/);
    }
  });

  step("another version by a saved plan", async () => {
    giveUrl("second");
    const file = join(shop.folder, "plan.json");
    const saved = await run("plan", "--env", "test", "--out", file);
    expect({ code: saved.code, said: saved.stderr }).toMatchObject({ code: 0 });
    const applied = await run("apply", file, "--yes");
    expect({ code: applied.code, said: applied.stdout + applied.stderr }).toMatchObject({ code: 0 });
    expect(await host.shell("tail -n 1 /opt/web/current/web.pl")).toBe("# second\n");
  });

  step("a local file with an ssh signature; a bit of it flipped", async () => {
    const folder = join(shop.folder, "artifacts");
    const file = join(folder, "web.pl");
    mkdirSync(join(shop.folder, "key"));
    const keygen = (...words: readonly string[]): void =>
      void execFileSync("ssh-keygen", ["-q", ...words], { stdio: ["ignore", "pipe", "pipe"] });
    keygen("-t", "ed25519", "-N", "", "-C", "release", "-f", join(shop.folder, "key/id"));
    writeFileSync(file, release("third"));
    keygen("-Y", "sign", "-n", "file", "-f", join(shop.folder, "key/id"), file);
    giveLocal(`{ ssh: "${readFileSync(join(shop.folder, "key/id.pub"), "utf8").trim()}" }`);
    const applied = await run("apply", "--env", "test", "--yes");
    expect({ code: applied.code, said: applied.stdout + applied.stderr }).toMatchObject({ code: 0 });
    expect(applied.stdout.replaceAll(/\s+/g, " ")).toContain("signed with the ssh key ED25519 SHA256:");
    expect(await host.shell("tail -n 1 /opt/web/current/web.pl")).toBe("# third\n");
    const before = await state(host);
    for (const at of positions) {
      writeFileSync(file, flipped(release("third"), at));
      await expectRefused(before, /artifacts\/web\.pl\.sig does not hold: the key signed other bytes/);
    }
    writeFileSync(file, release("third"));
  });

  step("the signature is no longer asked for: the same file is no change", async () => {
    rmSync(join(shop.folder, "artifacts/web.pl.sig"));
    await expectRefused(await state(host), /the signature is missing: artifacts\/web\.pl\.sig/);
    giveLocal("");
    const plan = await run("plan", "--env", "test", "--detailed-exitcode");
    expect({ code: plan.code, said: plan.stdout }).toMatchObject({ code: 0 });
  });

  step("back to what came from https, without the project's server or cache", async () => {
    rmSync(join(shop.folder, "cache"), { recursive: true, force: true });
    const back = await run("rollback", "web", "--env", "test", "--yes");
    expect(back.code === 0 ? "" : back.stdout + back.stderr).toBe("");
    expect(await host.shell("tail -n 1 /opt/web/current/web.pl")).toBe("# second\n");
  });
});
