/**
 * What the project's artifact turns out to be: a file, an archive or a folder, by its name; and never another
 * one than was declared (SEC-12).
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { artifactForm } from "../../src/core/config/artifact-form.ts";
import { ConfigError } from "../../src/core/errors.ts";
import type { Artifact } from "../../src/core/model/artifact.ts";
import { makeArtifactReader } from "../../src/project/artifacts.ts";
import { makeTar } from "../support/tar.ts";

const root = mkdtempSync(join(tmpdir(), "svcdeploy-artifacts-"));
afterAll(() => rmSync(root, { recursive: true }));

const tree = makeTar([{ name: "bin/app", mode: 0o755, content: "app ".repeat(500) }]);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function declare(source: string, declared: string | null = null): Artifact {
  const form = artifactForm(source);
  const place = { file: "services/app.yaml", line: 2, column: 3 };
  return {
    source: source.replace(/\/$/, ""),
    form,
    strip: 0,
    version: null,
    sha256: declared,
    signature: null,
    keep: 5,
    place,
  };
}

async function refusal(artifact: Artifact): Promise<string> {
  const error = await makeArtifactReader(root)(artifact).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) throw new Error(`not refused: ${String(error)}`);
  return error.problems
    .map(({ message, hint, place }) => `${place.line}:${place.column} ${message}; ${hint}`)
    .join("\n");
}

test.each([
  ["dist/app", "file"],
  ["dist/app/", "directory"],
  ["app.tar", "archive"],
  ["app-1.2.tar.gz", "archive"],
  ["app.tgz", "archive"],
  ["app.tar.zst", "archive"],
  ["https://example.org/app.tar.gz?token=1", "archive"],
  ["app.tarot", "file"],
  ["app.jar", "file"],
])("%s is a %s", (source, form) => expect(artifactForm(source)).toBe(form));

test("each form says what it is and what is sent of it", async () => {
  mkdirSync(join(root, "app/bin"), { recursive: true });
  writeFileSync(join(root, "app/bin/app"), "app ".repeat(500), { mode: 0o755 });
  writeFileSync(join(root, "app.tgz"), gzipSync(tree));
  const [file, archive, folder] = await Promise.all(
    ["app/bin/app", "app.tgz", "app/"].map((source) => makeArtifactReader(root)(declare(source))),
  );
  expect(file).toMatchObject({ size: 2000, source: { form: "file", size: 2000, sha256: file?.sha256 } });
  expect(archive).toMatchObject({ sha256: folder?.sha256, size: 2000, source: { form: "archive" } });
  expect(archive?.source.sha256).not.toBe(archive?.sha256);
  expect(folder?.source.size).toBeGreaterThan(2000);
  const declared = await makeArtifactReader(root)(declare("app/", folder?.sha256));
  expect(declared.sha256).toBe(folder?.sha256);
});

test("a folder without its slash, a slash behind a file, what is not there and what is empty", async () => {
  mkdirSync(join(root, "folder"), { recursive: true });
  writeFileSync(join(root, "plain"), "x");
  writeFileSync(join(root, "empty.tar"), "");
  expect(await refusal(declare("folder"))).toMatch(/^2:3 .*is a directory; .*end its path with a slash/);
  expect(await refusal(declare("plain/"))).toMatch(/is not a directory/);
  expect(await refusal(declare("none/"))).toMatch(/does not exist; build or fetch it first/);
  expect(await refusal(declare("folder/"))).toMatch(/cannot become a release: there is no file in it/);
  expect(await refusal(declare("empty.tar"))).toMatch(/is empty/);
  expect(await refusal(declare("../outside/"))).toMatch(/points outside the project|does not exist/);
});

describe("what is not the declared one is refused before it is looked into", () => {
  const forms = { "file.bin": tree, "tree.tar": tree, "tree.tar.gz": gzipSync(tree) };
  for (const [name, whole] of Object.entries(forms)) {
    const flip = (at: number): Buffer => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    };
    const damaged = {
      "a bit at the start": flip(0),
      "a bit in the middle": flip(Math.floor(whole.length / 2)),
      "a bit at the end": flip(whole.length - 1),
      "cut off": whole.subarray(0, whole.length - 1),
      "one byte more": Buffer.concat([whole, Buffer.from([0])]),
    };
    test.each(Object.entries(damaged))(`${name}: %s`, async (_what, bytes) => {
      writeFileSync(join(root, name), bytes);
      expect(await refusal(declare(name, sha256(whole)))).toMatch(
        new RegExp(`has sha256 ${sha256(bytes)}, not ${sha256(whole)}`),
      );
    });

    test(`${name}: the whole one is taken`, async () => {
      writeFileSync(join(root, name), whole);
      expect(await makeArtifactReader(root)(declare(name, sha256(whole)))).toMatchObject({
        size: name === "file.bin" ? whole.length : 2000,
      });
    });
  }

  test("a folder in which something changed", async () => {
    mkdirSync(join(root, "moving"), { recursive: true });
    writeFileSync(join(root, "moving/a"), "1");
    const { sha256: digest } = await makeArtifactReader(root)(declare("moving/"));
    writeFileSync(join(root, "moving/a"), "2");
    expect(await refusal(declare("moving/", digest))).toContain(`not ${digest}`);
  });
});
