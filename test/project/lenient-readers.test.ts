/** Looking at hosts from a machine that has neither the build nor the vault. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type ArtifactPolicy, type Gathered, makeLenientReaders } from "../../src/project/lenient-readers.ts";
import { loadProject } from "../../src/project/load.ts";
import { buildTargets } from "../../src/project/targets.ts";
import { copyShop } from "./project-copy.ts";

afterEach(() => {
  delete process.env.SVCDEPLOY_TEST_KEY;
});

async function gather(root: string, artifacts: ArtifactPolicy): Promise<Gathered> {
  const project = await loadProject(root, "prod", { set: [], valuesFiles: [] });
  const { readers, gathered } = makeLenientReaders(root, artifacts);
  const { plays } = await buildTargets(project, { limit: null, services: ["web"] }, readers);
  expect(plays.flatMap(({ targets }) => targets).every(({ resources }) => resources.length > 0)).toBe(true);
  return gathered;
}

test("with everything at hand nothing is unsure, and each secret is read once for all hosts", async () => {
  process.env.SVCDEPLOY_TEST_KEY = "key-value";
  const gathered = await gather(await copyShop(), "hashed");
  expect([...gathered.secrets].map(({ name }) => name).toSorted()).toEqual(["KEY", "TOKEN"]);
  expect({ unread: gathered.unread.size, unsure: gathered.unsure.size }).toEqual({ unread: 0, unsure: 0 });
});

test("a program that gives a secret is run once, not once a host", async () => {
  const root = await copyShop();
  const service = await readFile(join(root, "services/web.yaml"), "utf8");
  const line = `secrets: { TOKEN: { exec: [sh, -c, "echo asked >>${root}/asked; echo value-of-it"] } }`;
  const copy = await copyShop({ "services/web.yaml": service.replace(/^secrets:.*$/m, line) });
  const gathered = await gather(copy, "assumed");
  expect([...gathered.secrets].map((secret) => secret.reveal())).toEqual(["value-of-it"]);
  expect(await readFile(join(root, "asked"), "utf8")).toBe("asked\n");
});

test("what is missing is named, the rest is read", async () => {
  const root = await copyShop();
  await rm(join(root, "artifacts"), { recursive: true });
  const gathered = await gather(root, "hashed");
  expect([...gathered.secrets].map(({ name }) => name)).toEqual(["TOKEN"]);
  expect([...gathered.unread]).toEqual(["KEY of web"]);
  expect([...gathered.unsure]).toEqual(["services/web.yaml"]);
});
