/** A block of lines: read, made a file of, and explained line by line. */
import { expect, test } from "vitest";
import { makeBlock } from "../../../src/core/config/blocks/block.ts";
import { mapOf, scalar } from "../../../src/core/config/schema-parts.ts";
import { blockLines } from "../../../src/core/explain/text-origins.ts";
import type { BlockFile } from "../../../src/core/model/service.ts";
import { renderBlockFiles } from "../../../src/core/render/block-files.ts";
import { renderService } from "../../../src/core/render/render.ts";
import { anyHost, normaliseText } from "./normalise-text.ts";

const path = "/etc/limits.d/web.conf";
const place = (line: number) => ({ file: "services/web.yaml", line, column: 3 });

const limits = makeBlock(
  mapOf(scalar),
  { limits: { says: "Limits." } },
  (written, { service, placeOf, refuse }) => {
    if (Object.hasOwn(written, "core")) refuse(["core"], "no cores");
    const lines = Object.entries(written).map(([key, value]) => ({
      text: `${key} = ${value}`,
      at: ["limits", key],
      place: placeOf([key]),
    }));
    return [{ role: "config", path: `/etc/limits.d/${service}.conf`, lines }];
  },
);

function read(tree: { readonly [key: string]: string | number }): readonly BlockFile[] {
  return limits.files(tree, {
    service: "web",
    host: anyHost,
    placeOf: ([key]) => place(Object.keys(tree).indexOf(String(key)) + 2),
    refuse: (at, reason) => refused.push(`${at.join(".")}: ${reason}`),
  });
}
const refused: string[] = [];

test("a block reads what its schema makes of the tree, and says where each line was written", () => {
  expect(read({ nofile: 1024, core: "0" })).toEqual([
    {
      role: "config",
      path,
      lines: [
        { text: "nofile = 1024", at: ["limits", "nofile"], place: place(2) },
        { text: "core = 0", at: ["limits", "core"], place: place(3) },
      ],
    },
  ]);
  expect(refused).toEqual(["core: no cores"]);
});

test("its file is root's, has whose it is in the first line, and is a resource of the service", () => {
  const service = {
    ...normaliseText("name: web\nservice: { ExecStart: /usr/bin/web }\n"),
    blockFiles: read({ nofile: 1024 }),
  };
  const [file] = renderBlockFiles(service);
  expect(Buffer.from(file?.content ?? []).toString()).toMatch(/^# [^\n]*svcdeploy[^\n]*\nnofile = 1024\n$/);
  expect(file).toMatchObject({
    path,
    role: "config",
    mode: "644",
    owner: "root",
    group: "root",
    secret: false,
  });
  const inputs = { env: "prod", values: {}, secrets: new Map(), files: new Map(), artifact: null };
  expect(renderService(service, anyHost, inputs)).toContainEqual(file);
});

test("each of its lines is explained by the key that it is written at", () => {
  const [block] = read({ nofile: 1024, nproc: 5 });
  const written = {
    file: "services/web.yaml",
    treeAt: () => undefined,
    placeOf: (at: readonly (string | number)[]) => ({ file: at.join("."), line: 1, column: 1 }),
    pathAt: () => [],
    inputsAt: () => [],
    inputsWithin: () => [],
  };
  const lines = blockLines(
    "# ours\nnofile = 1024\nnproc = 5\n",
    block ?? { role: "config", path, lines: [] },
    {
      written,
    },
  );
  expect(lines.map(({ origin }) => (origin.kind === "written" ? origin.place?.file : origin.kind))).toEqual([
    "svcdeploy",
    "limits.nofile",
    "limits.nproc",
  ]);
});
