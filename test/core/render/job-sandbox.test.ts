/** What the job of a timer or a path inherits of the service's sandbox. */
import { expect, test } from "vitest";
import { renderService } from "../../../src/core/render/render.ts";
import { anyHost, normaliseText } from "../config/normalise-text.ts";

/** The lines of the job's unit that are inherited or follow from the profile. */
function job(service: string, hardening = "off", own = ""): readonly string[] {
  const text = `name: app\nhardening: ${hardening}\nservice: { ExecStart: /x, ${service} }\ntimers: [{ name: t, OnBootSec: 1, ExecStart: /y${own} }]\n`;
  const parts = { env: "prod", values: {}, secrets: new Map(), files: new Map(), artifact: null };
  const resources = renderService(normaliseText(text), anyHost, parts);
  const file = resources.find((one) => one.kind === "file" && one.path.endsWith("/app-t.service"));
  if (file?.kind !== "file") throw new Error("no job");
  const lines = new TextDecoder().decode(file.content).split("\n");
  return lines.slice(lines.indexOf("ExecStart=/y") + 1).filter((line) => line !== "");
}

test("its paths and a sandbox that is written by hand, in their order", () => {
  expect(
    job(
      "BindPaths: /srv/a, BindReadOnlyPaths: /srv/b, ProtectSystem: strict, ReadWritePaths: /var/lib/app, PrivateTmp: yes, CapabilityBoundingSet: '', RestrictAddressFamilies: AF_UNIX, SystemCallFilter: '@system-service'",
    ),
  ).toEqual([
    "BindPaths=/srv/a",
    "BindReadOnlyPaths=/srv/b",
    "ProtectSystem=strict",
    "ReadWritePaths=/var/lib/app",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=",
    "RestrictAddressFamilies=AF_UNIX",
    "SystemCallFilter=@system-service",
  ]);
});

test("not what starts, stops or limits the service, nor folders that the job's end would remove", () => {
  expect(
    job("Restart: always, RuntimeDirectory: app, ExecReload: /r, TimeoutStopSec: 5, MemoryMax: 1G"),
  ).toEqual([]);
});

test("what the job says itself wins, and so does what is written by hand over the profile", () => {
  expect(job("PrivateTmp: yes", "off", ", PrivateTmp: no")).toEqual(["PrivateTmp=no"]);
  const standard = job("ProtectHome: read-only", "standard");
  expect(standard.filter((line) => line.startsWith("ProtectHome="))).toEqual(["ProtectHome=read-only"]);
});

test("ReadWritePaths where the file system is read-only, or the paths are", () => {
  expect(job("ReadWritePaths: /var/lib/app")).toEqual([]);
  expect(job("ReadWritePaths: /etc/app")).toEqual(["ReadWritePaths=/etc/app"]);
  expect(job("ReadWritePaths: /var/lib/app", "strict")).toContain("ReadWritePaths=/var/lib/app");
});
