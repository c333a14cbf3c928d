/** What the one round trip asks a host. */
import { describe, expect, it } from "vitest";
import { probeRequest } from "../../../src/core/plan/probe-request.ts";
import { makeResource, makeTarget, sha256 } from "./host-builder.ts";

describe("probeRequest", () => {
  it("asks for everything of all plays, each once, with every directory above", () => {
    const first = makeTarget([
      makeResource({ kind: "account", user: "app", groups: ["adm"] }),
      makeResource({ kind: "file", path: "/etc/app/app.yaml", content: "a", owner: "app", group: "web" }),
      makeResource({ kind: "release", path: "/opt/app/releases/1" }),
    ]);
    const unit = { kind: "unit", unit: "c.mount" } as const;
    const file = {
      kind: "file",
      path: "/etc/systemd/system/c.mount",
      content: "[Mount]\nWhere=/c\nOptions=uid=cache,gid=7\n",
    } as const;
    const second = makeTarget([makeResource(unit), makeResource(file)]);
    const request = probeRequest([first, second]);
    expect(request.project).toBe("shop");
    expect(request.units).toEqual(["c.mount"]);
    expect(request.users).toEqual(["app", "cache", "root"]);
    expect(request.groups).toEqual(["adm", "app", "root", "web"]);
    expect(request.mounts).toEqual(["/c"]);
    expect(request.paths.find(({ path }) => path === "/etc/app/app.yaml")?.sha256).toBe(sha256("a"));
    expect(request.paths.map(({ path }) => path)).toEqual([
      "/",
      "/etc",
      "/etc/app",
      "/etc/app/app.yaml",
      "/etc/systemd",
      "/etc/systemd/system",
      "/etc/systemd/system/c.mount",
      "/opt",
      "/opt/app",
      "/opt/app/releases",
      "/opt/app/releases/1",
      "/opt/app/releases/1/app",
      "/var",
      "/var/lib",
      "/var/lib/svcdeploy",
      "/var/lib/svcdeploy/projects",
      "/var/lib/svcdeploy/projects/shop",
      "/var/lib/svcdeploy/projects/shop/app",
    ]);
  });

  it("needs a target", () => {
    expect(() => probeRequest([])).toThrow(RangeError);
  });
});
