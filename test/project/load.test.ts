/** Loading a project folder: what is read, what is refused, and that nothing outside is touched. */
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { listEnvironments, loadProject } from "../../src/project/load.ts";
import { copyShop, problemsOf, SHOP } from "./project-copy.ts";

const nothing = { set: [], valuesFiles: [] };

describe("a project", () => {
  test("is read whole", async () => {
    const project = await loadProject(SHOP, "prod", nothing);
    expect(project).toMatchObject({
      name: "shop",
      root: SHOP,
      environment: "prod",
      protected: true,
      values: { web: { port: 80, version: "1.0.0" } },
    });
    expect(project.hosts.map((host) => [host.name, host.address, host.port, host.vars.shard])).toEqual([
      ["web1", "10.0.0.11", 22, "1"],
      ["web2", "10.0.0.12", 22, "2"],
      ["db1", "10.0.0.21", 2222, undefined],
    ]);
    expect(project.hosts[0]).toMatchObject({
      identity: join(SHOP, ".ssh/id"),
      knownHosts: join(homedir(), ".ssh/known_hosts"),
    });
    expect(project.plays.map((play) => [play.name, play.hosts])).toEqual([
      ["databases", ["db1"]],
      ["sites", ["web1", "web2"]],
    ]);
    expect(project.files.has("templates/web/web.conf.hbs")).toBe(true);
  });

  test("environments differ by inventory and values", async () => {
    expect(await listEnvironments(SHOP)).toEqual(["dev", "prod"]);
    const dev = await loadProject(SHOP, "dev", nothing);
    expect(dev).toMatchObject({ protected: false, values: { web: { port: 8080 } } });
    expect(dev.plays[0]?.rollout.batches).toEqual(["100%"]);
  });

  test("--values and --set lie over the values", async () => {
    const root = await copyShop({ "ci.yaml": 'web: { version: "2.0.0", port: 81 }' });
    const project = await loadProject(root, "prod", {
      set: ["web.port=82"],
      valuesFiles: [join(root, "ci.yaml")],
    });
    expect(project.values).toMatchObject({
      web: { version: "2.0.0", port: 82, greeting: "{{not a template}}" },
    });
  });
});

describe("refused", () => {
  test("an unknown environment lists the known ones", async () => {
    await expect(loadProject(SHOP, "prd", nothing)).rejects.toMatchObject({
      code: "usage",
      hint: 'did you mean "prod"? Environments: dev, prod.',
    });
    await expect(loadProject(SHOP, "../inventory/prod", nothing)).rejects.toThrow(UsageError);
  });

  test("a folder without a project", async () => {
    await expect(loadProject(join(SHOP, "artifacts"), "prod", nothing)).rejects.toThrow(
      "There is no svcdeploy.yaml in",
    );
  });

  test("a missing playbook", async () => {
    const root = await copyShop();
    await rm(join(root, "playbooks/site.yaml"));
    expect(await problemsOf(() => loadProject(root, "prod", nothing))).toEqual([
      "playbooks/site.yaml:1:1 playbooks/site.yaml does not exist",
    ]);
  });

  test("bytes that are not UTF-8, a file of 2 MiB, and .yml", async () => {
    const root = await copyShop({
      "services/a.yaml": new Uint8Array([0x61, 0x3a, 0x0a, 0x62, 0xff]),
      "values/base.yaml": "#".repeat(2 << 20),
      "services/b.yml": "name: b",
    });
    expect((await problemsOf(() => loadProject(root, "prod", nothing))).toSorted()).toEqual([
      "services/a.yaml:2:2 the file is not UTF-8 text",
      "services/b.yml:1:1 only .yaml files are read here",
      "values/base.yaml:1:1 values/base.yaml is larger than 1 MiB",
    ]);
  });

  test("links that leave the project, wherever they stand", async () => {
    const root = await copyShop();
    await writeFile(`${root}-outside.yaml`, "name: outside");
    await symlink(`${root}-outside.yaml`, join(root, "services/out.yaml"));
    await symlink("/etc/passwd", join(root, "templates/passwd"));
    const problems = await problemsOf(() => loadProject(root, "prod", nothing));
    await rm(`${root}-outside.yaml`);
    expect(problems.map((problem) => problem.replace(/, to .*/, ""))).toEqual([
      "services/out.yaml:1:1 services/out.yaml points outside the project folder",
      "templates/passwd:1:1 templates/passwd points outside the project folder",
    ]);
  });

  test("a sibling folder whose name only starts alike", async () => {
    const root = await copyShop();
    await mkdir(`${root}-2`);
    await writeFile(join(`${root}-2`, "x.yaml"), "name: y");
    await symlink(join(`${root}-2`, "x.yaml"), join(root, "services/x.yaml"));
    const problems = await problemsOf(() => loadProject(root, "prod", nothing));
    await rm(`${root}-2`, { recursive: true });
    expect(problems.length).toBe(1);
  });

  test("links inside the project are fine", async () => {
    const root = await copyShop();
    await symlink("web/web.conf.hbs", join(root, "templates/alias.hbs"));
    expect((await loadProject(root, "prod", nothing)).files.has("templates/alias.hbs")).toBe(true);
  });

  test("a directory where a file is expected", async () => {
    const root = await copyShop();
    await mkdir(join(root, "services/dir.yaml"));
    expect(await problemsOf(() => loadProject(root, "prod", nothing))).toEqual([
      "services/dir.yaml:1:1 services/dir.yaml is a directory",
    ]);
  });
});
