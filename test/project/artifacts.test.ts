/**
 * Artifacts from https and with signatures, as a project declares them: what is read, what is kept in the
 * cache, and what is refused.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { artifactForm } from "../../src/core/config/artifact-form.ts";
import { ConfigError } from "../../src/core/errors.ts";
import type { Artifact, ArtifactFile, ArtifactSignature } from "../../src/core/model/artifact.ts";
import { makeArtifactReader } from "../../src/project/artifacts.ts";
import type { FetchEvent } from "../../src/project/fetch-artifact.ts";
import {
  type Certificates,
  type HttpsServer,
  makeCertificates,
  startHttps,
} from "../support/https-server.ts";
import { makeMinisignKey, signMinisig } from "../support/minisign.ts";
import { makeTar } from "../support/tar.ts";

const FILE = Buffer.from("the program\n".repeat(10_000));
const SHA = createHash("sha256").update(FILE).digest("hex");
const pair = makeMinisignKey();
const trusted = getCACertificates("default");
const place = { file: "services/web.yaml", line: 2, column: 11 };
const signaturePlace = { file: "services/web.yaml", line: 4, column: 14 };

let certificates: Certificates;
let server: HttpsServer;
let served: Map<string, string | Uint8Array>;
let asked: string[];
let root: string;
let cache: string;

beforeAll(async () => {
  certificates = makeCertificates();
  setDefaultCACertificates([...trusted, certificates.ca]);
  server = await startHttps(certificates, (request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const found = served.get(path);
    if (path.endsWith("page")) response.setHeader("content-type", "text/html; charset=utf-8");
    response.statusCode = found === undefined ? 404 : 200;
    response.end(found);
  });
});
afterAll(() => {
  setDefaultCACertificates(trusted);
  server.close();
  certificates.remove();
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "svcdeploy-artifacts-"));
  cache = join(root, "cache/svcdeploy/artifacts");
  served = new Map<string, string | Uint8Array>([
    ["/web", FILE],
    ["/web.minisig", signMinisig(pair, FILE)],
  ]);
  asked = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function artifact(source: string, more: Partial<Artifact> = {}): Artifact {
  return {
    source,
    form: artifactForm(source),
    strip: 0,
    version: null,
    sha256: source.startsWith("https:") ? SHA : null,
    signature: null,
    keep: 5,
    place,
    ...more,
  };
}

const minisign = (file: string | null = null, publicKey = pair.publicKey): ArtifactSignature => ({
  kind: "minisign",
  publicKey,
  file,
  place: signaturePlace,
});
const signed = (source: string, signature = minisign()): Artifact => artifact(source, { signature });

type Telling = {
  readonly environment?: Readonly<Record<string, string>>;
  readonly tell?: (event: FetchEvent) => void;
};

function read(wanted: Artifact, { environment, tell = () => {} }: Telling = {}): Promise<ArtifactFile> {
  return makeArtifactReader(root, {
    for: "send",
    environment: environment ?? { XDG_CACHE_HOME: join(root, "cache") },
    tell,
  })(wanted);
}

async function refusal(wanted: Artifact, environment?: Readonly<Record<string, string>>): Promise<string> {
  const error = await read(wanted, environment === undefined ? {} : { environment }).catch(
    (caught: unknown) => caught,
  );
  if (!(error instanceof ConfigError)) throw new Error(`not refused: ${String(error)}`);
  return error.problems
    .map(({ place: at, message, hint }) => `${at.line}:${at.column} ${message} [${hint}]`)
    .join("\n");
}

const kept = (): readonly string[] => (existsSync(cache) ? readdirSync(cache).sort() : []);

describe("from https", () => {
  test("it is fetched once, kept under its sha256 for its owner alone, and not asked for again", async () => {
    const source = `${server.origin}/web`;
    const events: string[] = [];
    const file = await read(artifact(source), { tell: ({ type }) => void events.push(type) });
    expect(file).toEqual({
      sha256: SHA,
      size: FILE.length,
      source: { form: "file", path: join(cache, SHA), strip: 0, sha256: SHA, size: FILE.length },
    });
    expect([events[0], events.at(-1)]).toEqual(["started", "ended"]);
    expect([statSync(cache).mode & 0o777, statSync(file.source.path).mode & 0o777]).toEqual([0o700, 0o600]);
    await read(artifact(source), { tell: () => expect.unreachable() });
    expect(asked).toEqual(["/web"]);
  });

  test("two runs at once both get it", async () => {
    const files = await Promise.all([1, 2, 3].map(() => read(artifact(`${server.origin}/web`))));
    expect(files.map(({ sha256 }) => sha256)).toEqual([SHA, SHA, SHA]);
    expect(kept()).toEqual([SHA]);
  });

  test("what is in the cache under its name but is something else is fetched anew", async () => {
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, SHA), FILE.subarray(1));
    expect(await read(artifact(`${server.origin}/web`))).toMatchObject({ sha256: SHA, size: FILE.length });
    expect(asked).toEqual(["/web"]);
    expect(statSync(join(cache, SHA)).size).toBe(FILE.length);
  });

  test("other bytes than declared are refused and not kept; a web page is called one", async () => {
    served.set("/web", Buffer.concat([FILE, Buffer.from("x")]));
    served.set("/page", "<html>log in</html>");
    expect(await refusal(artifact(`${server.origin}/web`))).toMatch(
      new RegExp(
        `^2:11 the artifact https://localhost:\\d+/web could not be fetched: the downloaded file has sha256 [0-9a-f]{64}, not ${SHA}; it was discarded`,
      ),
    );
    expect(await refusal(artifact(`${server.origin}/page`))).toContain(
      "The server sent a web page instead of the file",
    );
    expect(kept()).toEqual([]);
  });

  test("a file that is not there, and no place to keep one", async () => {
    expect(await refusal(artifact(`${server.origin}/none`))).toContain("answered HTTP 404 (Not Found)");
    await expect(read(artifact(`${server.origin}/none`))).rejects.toThrow("1 file could not be fetched");
    expect(await refusal(artifact(`${server.origin}/web`), {})).toContain(
      "no folder to keep it in: XDG_CACHE_HOME is not set and HOME is no folder",
    );
    expect(await refusal(artifact(`${server.origin}/web`), { HOME: "/nonexistent" })).toContain(
      "no folder to keep it in",
    );
    writeFileSync(join(root, "file"), "");
    expect(await refusal(artifact(`${server.origin}/web`), { XDG_CACHE_HOME: join(root, "file") })).toContain(
      "cannot be made (ENOTDIR)",
    );
  });

  test("without XDG_CACHE_HOME it is kept under ~/.cache", async () => {
    expect(await read(artifact(`${server.origin}/web`), { environment: { HOME: root } })).toMatchObject({
      source: { path: join(root, ".cache/svcdeploy/artifacts", SHA) },
    });
  });

  test("what no one used for long is removed by the next download, and only that", async () => {
    mkdirSync(cache, { recursive: true });
    const old = new Date(Date.now() - 91 * 86_400_000);
    const names = [
      "a".repeat(64),
      `${"a".repeat(64)}.${"0".repeat(16)}`,
      `.part-${"0".repeat(32)}`,
      "somebody's",
      "b".repeat(64),
    ];
    for (const name of names) writeFileSync(join(cache, name), "x");
    for (const name of names.slice(0, 4)) utimesSync(join(cache, name), old, old);
    await read(artifact(`${server.origin}/web`));
    expect(kept()).toEqual([SHA, "b".repeat(64), "somebody's"].sort());
  });

  test("to compare hosts with it, its declared sha256 is enough", async () => {
    const compare = makeArtifactReader(root, {
      for: "compare",
      environment: {},
      tell: () => expect.unreachable(),
    });
    expect(await compare(signed(`${server.origin}/web`))).toMatchObject({ sha256: SHA });
    expect(asked).toEqual([]);
  });
});

describe("signed", () => {
  test("from https: the signature beside it is fetched, kept, and enough the next time", async () => {
    const file = await read(signed(`${server.origin}/web`));
    expect(file.signature).toMatchObject({ kind: "minisign", says: "timestamp:1795000000\tfile:program" });
    await read(signed(`${server.origin}/web`));
    expect(asked).toEqual(["/web", "/web.minisig"]);
  });

  test("a kept signature that does not hold any more is fetched anew", async () => {
    await read(signed(`${server.origin}/web`));
    const other = makeMinisignKey();
    served.set("/web.minisig", signMinisig(other, FILE));
    expect(
      (await read(signed(`${server.origin}/web`, minisign(null, other.publicKey)))).signature,
    ).toMatchObject({ kind: "minisign" });
    expect(await refusal(signed(`${server.origin}/web`))).toMatch(
      /^4:14 the signature https:\/\/localhost:\d+\/web\.minisig was made with the minisign key/,
    );
  });

  test("a local file with its signature beside it, elsewhere in the project, or from https", async () => {
    mkdirSync(join(root, "dist"));
    writeFileSync(join(root, "dist/web"), FILE);
    writeFileSync(join(root, "dist/web.minisig"), signMinisig(pair, FILE));
    writeFileSync(join(root, "other"), signMinisig(pair, FILE, { form: "Ed", comment: "elsewhere" }));
    expect((await read(signed("dist/web"))).signature).toMatchObject({
      says: "timestamp:1795000000\tfile:program",
    });
    expect((await read(signed("dist/web", minisign("other")))).signature).toMatchObject({
      says: "elsewhere",
    });
    expect(
      (await read(signed("dist/web", minisign(`${server.origin}/web.minisig`)))).signature,
    ).toMatchObject({ kind: "minisign" });
  });

  test("an archive that is swapped once its signature was checked is no release, though the other one is whole as well", async () => {
    const tar = (content: string): Buffer => makeTar([{ name: "app", content }]);
    for (const name of ["app.tar", "other.tar"]) writeFileSync(join(root, name), tar(name));
    writeFileSync(join(root, "app.tar.sig"), "a signature");
    // A tool that reads all of what it is given, and someone who is quick.
    const swapping = `cat > /dev/null; mv ${root}/other.tar ${root}/app.tar; echo 'Good "file" signature for x with ED25519 key SHA256:${"A".repeat(43)}'`;
    mkdirSync(join(root, "bin"));
    writeFileSync(join(root, "bin/ssh-keygen"), `#!/bin/sh\n${swapping}\n`, { mode: 0o755 });
    const declared = signed("app.tar", {
      kind: "ssh",
      publicKey: "ssh-ed25519 AAAA",
      namespace: "file",
      file: null,
      place: signaturePlace,
    });
    vi.stubEnv("PATH", `${join(root, "bin")}:${process.env.PATH}`);
    expect(await refusal(declared)).toMatch(
      /^2:11 the artifact app\.tar cannot become a release: it changed while it was read \[/,
    );
    writeFileSync(join(root, "other.tar"), tar("other.tar"));
    expect(await read(declared)).toMatchObject({ size: "other.tar".length, signature: { kind: "ssh" } });
  });

  test("no signature, one of another file, one that leads out of the project, a key file that is not there", async () => {
    mkdirSync(join(root, "dist"));
    writeFileSync(join(root, "dist/web"), FILE);
    expect(await refusal(signed("dist/web"))).toContain(
      "4:14 the signature is missing: dist/web.minisig [Put it there",
    );
    writeFileSync(join(root, "dist/web.minisig"), signMinisig(pair, Buffer.from("other")));
    expect(await refusal(signed("dist/web"))).toMatch(
      /4:14 the signature dist\/web\.minisig does not hold: key [0-9A-F]{16} signed other bytes/,
    );
    const gpg = { kind: "gpg", keyFile: "keys/a.asc", file: null, place: signaturePlace } as const;
    expect(await refusal(signed("dist/web", gpg))).toContain(
      "4:14 the gpg key keys/a.asc does not exist [Put the signer's public key there",
    );
    mkdirSync(join(root, "keys"));
    writeFileSync(join(root, "keys/a.asc"), "x");
    expect(await refusal(signed("dist/web", gpg))).toContain(
      "the signature is missing: dist/web.asc, nor dist/web.sig",
    );
    served.delete("/web.minisig");
    expect(await refusal(signed(`${server.origin}/web`))).toContain("/web.minisig [Put it there");
  });

  test("a signature that cannot be read is told, and is not taken for none", async () => {
    writeFileSync(join(root, "web"), FILE);
    mkdirSync(join(root, "web.minisig"));
    expect(await refusal(signed("web"))).toContain("4:14 the signature web.minisig is a directory");
    served.set("/large", Buffer.alloc(2 * 1024 * 1024));
    expect(await refusal(signed("web", minisign(`${server.origin}/large`)))).toContain(
      "offers 2 MiB, and 1 MiB is the limit",
    );
  });

  test("a wrong sha256 is told before any signature is looked for", async () => {
    writeFileSync(join(root, "web"), FILE);
    expect(await refusal({ ...signed("web"), sha256: "0".repeat(64) })).toContain(
      `2:11 the artifact web has sha256 ${SHA}`,
    );
  });
});
