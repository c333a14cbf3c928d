/** Whose port a check asked: by the socket that takes the connection, and the control group of who holds it. */
import { expect, it } from "vitest";
import type { Check } from "../../../src/core/model/service.ts";
import { judgeOwner, type Listener, localPort } from "../../../src/core/verify/port-owner.ts";

const OWN = new Set(["app.service"]);
const AT = { address: "127.0.0.1", port: 8081 };
const listener = (more: Partial<Listener>): Listener => ({
  address: "0100007F",
  port: 8081,
  pid: 40,
  program: "httpd",
  group: "/system.slice/app.service",
  ...more,
});

const place = { file: "services/app.yaml", line: 1, column: 1 };
const common = { role: "ready", withinMilliseconds: 5000, place } as const;
const http = (url: string, more = {}): Check => ({
  ...common,
  kind: "http",
  url,
  via: "forward",
  status: 200,
  json: null,
  ...more,
});

it.each([
  [http("http://127.0.0.1:8081/readyz"), AT],
  [http("http://localhost/"), { address: "localhost", port: 80 }],
  [http("https://[::1]/"), { address: "::1", port: 443 }],
  [http("http://127.0.0.1:8081/", { owner: "any" }), null],
  [http("http://10.0.0.7:8081/"), null],
  [{ ...common, kind: "tcp" as const, ...AT }, AT],
  [{ ...common, kind: "tcp" as const, ...AT, owner: "any" as const }, null],
  [{ ...common, kind: "command" as const, command: ["true"] }, null],
])("which checks ask a port of the host's own: %j", (check, expected) => {
  expect(localPort(check)).toEqual(expected);
});

it.each([
  ["its own process", [listener({})], true, ""],
  ["a group below its own unit", [listener({ group: "/shop.slice/app.service/worker" })], true, ""],
  ["every address", [listener({ address: "00000000" })], true, ""],
  ["every address, by IPv6", [listener({ address: "0".repeat(32) })], true, ""],
  ["a child of another unit beside its own", [listener({}), listener({ group: "/b.service" })], true, ""],
  [
    "another unit",
    [listener({ group: "/system.slice/other.service" })],
    true,
    "port 8081 is held by other.service: httpd (process 40)",
  ],
  [
    "a container",
    [listener({ group: "/docker/4fe2" })],
    true,
    "port 8081 is held by docker/4fe2: httpd (process 40)",
  ],
  [
    "a unit of a user's own manager",
    [listener({ group: "/user.slice/user-1.slice/user@1.service/app.slice/web.service" })],
    true,
    "port 8081 is held by web.service: httpd (process 40)",
  ],
  [
    "a socket of systemd's",
    [listener({ pid: 1, program: "systemd", group: "/init.scope" })],
    true,
    "port 8081 is held by a socket of systemd's",
  ],
  [
    "a process that cannot be seen",
    [listener({ pid: null })],
    true,
    "which process holds port 8081 cannot be seen",
  ],
  ["nobody in sight", [], true, "which process holds port 8081 cannot be seen"],
  [
    "the top of the tree",
    [listener({ group: "" })],
    false,
    "port 8081 is held by httpd (process 40), which no unit owns: it answered, not the service",
  ],
  [
    "a login's session",
    [listener({ group: "/user.slice/user-0.slice/session-4.scope" })],
    false,
    "port 8081 is held by httpd (process 40), which no unit owns: it answered, not the service",
  ],
])("held by %s", (_who, listeners, ok, note) => {
  expect(judgeOwner(AT, OWN, listeners)).toEqual({ ok, note });
});

it("the socket of the very address takes the connection, whoever listens on all of them", () => {
  const all = listener({ address: "00000000" });
  const exact = listener({ group: "/session-1.scope" });
  expect(judgeOwner(AT, OWN, [all, exact]).ok).toBe(false);
  const elsewhere = listener({ address: "0200007F", group: "" });
  expect(judgeOwner(AT, OWN, [all, elsewhere])).toEqual({ ok: true, note: "" });
  expect(judgeOwner({ address: "::1", port: 8081 }, OWN, [listener({})]).note).toContain("cannot be seen");
});

it("systemd holds the socket of a service that is started by it", () => {
  const held = listener({ pid: 1, group: "/init.scope" });
  expect(judgeOwner(AT, new Set(["app.service", "app.socket"]), [held])).toEqual({ ok: true, note: "" });
});
