/**
 * Archives and folders become one tree with one digest, however they were packed; what no release may hold is
 * refused while it streams.
 */
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { TREE_LIMITS } from "../../src/core/artifact/tree.ts";
import { describeTree, type PackedTree, packTree } from "../../src/project/pack-tree.ts";
import { badArchives } from "../support/bad-archives.ts";
import { gnuLong, type Member, makeTar } from "../support/tar.ts";

const work = mkdtempSync(join(tmpdir(), "svcdeploy-trees-"));
afterAll(() => rmSync(work, { recursive: true }));

let count = 0;
function write(bytes: Uint8Array): string {
  count += 1;
  const path = join(work, `archive${count}`);
  writeFileSync(path, bytes);
  return path;
}

const describeArchive = (bytes: Uint8Array, strip = 0): Promise<PackedTree> =>
  describeTree({ form: "archive", path: write(bytes), strip });

describe("refuses", () => {
  const bad = badArchives();
  test("at least 60 archives", () => expect(bad.length).toBeGreaterThanOrEqual(60));

  test.each(bad)("$what", async ({ tar, says }) => {
    await expect(describeArchive(tar)).rejects.toThrow(says);
  });

  test("a bomb, before it has grown", async () => {
    const bomb = gzipSync(makeTar([{ name: "a", content: "\0".repeat(80 * 1024 * 1024) }]));
    await expect(describeArchive(bomb)).rejects.toThrow(/200 times its size/);
  });

  test("an archive that is cut off or altered behind its compression", async () => {
    const whole = makeTar([{ name: "a", content: "hello ".repeat(1000) }]);
    for (const compressed of [gzipSync(whole), zstdCompressSync(whole)]) {
      await expect(describeArchive(compressed.subarray(0, compressed.length - 6))).rejects.toThrow();
    }
    const altered = gzipSync(whole);
    const middle = Math.floor(altered.length / 2);
    altered[middle] = (altered[middle] ?? 0) ^ 1;
    await expect(describeArchive(altered)).rejects.toThrow();
  });

  test("other bytes than those that were checked before, plain or compressed, with a tail behind the end", async () => {
    const whole = makeTar([{ name: "a", content: randomBytes(300_000) }]);
    for (const archive of [
      whole,
      gzipSync(whole),
      zstdCompressSync(whole),
      Buffer.concat([gzipSync(whole), Buffer.alloc(200_000)]),
    ]) {
      const source = { form: "archive", path: write(archive), strip: 0 } as const;
      const archiveSha256 = createHash("sha256").update(archive).digest("hex");
      expect(await describeTree({ ...source, archiveSha256 })).toEqual(await describeTree(source));
      await expect(describeTree({ ...source, archiveSha256: "0".repeat(64) })).rejects.toThrow(
        /changed while it was read/,
      );
    }
  });

  test("a folder with a named pipe, without waiting for it", async () => {
    const root = join(work, "pipe");
    mkdirSync(root);
    execFileSync("mkfifo", [join(root, "p")]);
    await expect(describeTree({ form: "directory", path: root, strip: 0 })).rejects.toThrow(
      /p is a named pipe/,
    );
  });

  test("a folder with a name that is not UTF-8", async () => {
    const root = join(work, "latin");
    mkdirSync(root);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xe9])]), "x");
    await expect(describeTree({ form: "directory", path: root, strip: 0 })).rejects.toThrow(/not UTF-8/);
  });
});

test("strip takes leading parts away, as tar's --strip-components does; a file that has none is refused", async () => {
  const inside: readonly Member[] = [
    { name: "bin/app", mode: 0o755, content: "app" },
    { name: "l", type: "2", target: "bin/app" },
  ];
  const below = [
    { name: "app-1.2", type: "5" },
    ...inside.map((member) => ({ ...member, name: `app-1.2/${member.name}` })),
  ];
  expect((await describeArchive(makeTar(below), 1)).sha256).toBe(
    (await describeArchive(makeTar(inside))).sha256,
  );
  await expect(describeArchive(makeTar([...below, { name: "README", content: "x" }]), 1)).rejects.toThrow(
    /strip: 1 leaves nothing/,
  );
});

test("what is sent is a tar that holds the same tree", async () => {
  const long = `${"long/".repeat(30)}${"é".repeat(60)}`;
  const source = makeTar([
    { name: "bin/app", mode: 0o755, content: "app" },
    gnuLong("L", long),
    { name: "x", content: "y" },
  ]);
  const path = write(source);
  const pieces: Uint8Array[] = [];
  for await (const piece of packTree({ form: "archive", path, strip: 0 })) pieces.push(piece);
  const again = await describeArchive(Buffer.concat(pieces));
  expect(again).toEqual(await describeTree({ form: "archive", path, strip: 0 }));
  expect(again.sent.size).toBe(Buffer.concat(pieces).length);
});

/** Path → content; of a link "→TARGET"; of an executable "!CONTENT". */
type Tree = Readonly<Record<string, string>>;

const part = fc.constantFrom("a", "b", "c", "dé", "e e", "-f", "n".repeat(25));
const trees = fc.dictionary(
  fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
  fc.oneof(
    fc.string({ maxLength: 700 }),
    fc.string({ maxLength: 5 }).map((text) => `!${text}`),
    fc.constantFrom("→a", "→b/c", "→./c"),
  ),
  { minKeys: 1, maxKeys: 8 },
);

/** Without what lies below a file, and with one file at least. */
function plausible(tree: Tree): Tree {
  const paths = Object.keys(tree);
  const kept = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
  return { zz: "x", ...Object.fromEntries(kept.map((path) => [path, tree[path] ?? ""])) };
}

test("one tree has one digest: whatever the order, compression, times, owner's bits and folders that are named or not", async () => {
  await fc.assert(
    fc.asyncProperty(trees, fc.integer(), async (random, seed) => {
      const tree = plausible(random);
      count += 1;
      const root = join(work, `tree${count}`);
      layOut(root, tree, seed);
      const outcomes = await Promise.allSettled([
        describeTree({ form: "directory", path: root, strip: 0 }),
        describeArchive(makeTar(membersOf(tree))),
        describeArchive(gzipSync(makeTar(membersOf(tree).toReversed()))),
        describeArchive(
          zstdCompressSync(
            makeTar(membersOf(tree).map((member) => ({ ...member, name: `./${String(member.name)}` }))),
          ),
        ),
      ]);
      const said = outcomes.map((each) =>
        each.status === "fulfilled" ? `${each.value.sha256} ${each.value.size}` : "refused",
      );
      expect(new Set(said).size).toBe(1);
      rmSync(root, { recursive: true });
    }),
    { numRuns: 30 },
  );
});

test("another content, mode, name or target is another digest", async () => {
  const plain: Member = { name: "a", content: "x" };
  const variants: readonly (readonly Member[])[] = [
    [plain],
    [{ ...plain, content: "y" }],
    [{ ...plain, mode: 0o755 }],
    [{ ...plain, name: "b" }],
    [plain, { name: "l", type: "2", target: "a" }],
    [plain, { name: "l", type: "2", target: "./a" }],
    [plain, { name: "d", type: "5" }],
  ];
  const digests = await Promise.all(
    variants.map(async (members) => (await describeArchive(makeTar(members))).sha256),
  );
  expect(new Set(digests).size).toBe(variants.length);
  expect(TREE_LIMITS.entries).toBe(20_000);
});

function layOut(root: string, tree: Tree, seed: number): void {
  mkdirSync(root);
  for (const [path, content] of Object.entries(tree)) {
    const at = join(root, path);
    mkdirSync(dirname(at), { recursive: true });
    if (content.startsWith("→")) symlinkSync(content.slice(1), at);
    else writeFileSync(at, content.replace(/^!/, ""));
    if (!content.startsWith("→")) chmodSync(at, content.startsWith("!") ? 0o700 : 0o664);
    if (!content.startsWith("→")) utimesSync(at, Math.abs(seed), Math.abs(seed));
  }
}

function membersOf(tree: Tree): readonly Member[] {
  return Object.entries(tree).map(([name, content]): Member => {
    if (content.startsWith("→")) return { name, type: "2", target: content.slice(1) };
    return content.startsWith("!") ? { name, mode: 0o755, content: content.slice(1) } : { name, content };
  });
}
