/**
 * A service that systemd starts once a connection: a template that nothing runs, behind a socket that does.
 */
import { expect, test } from "vitest";
import { renderService } from "../../../src/core/render/render.ts";
import { makeHost, makeService } from "../../golden/make-service.ts";

const INPUTS = { env: "prod", values: {}, secrets: new Map(), files: new Map(), artifact: null };
const place = { file: "services/echo.yaml", line: 3, column: 1 };

function texts(accept: string): ReadonlyMap<string, string> {
  const directives = [
    { name: "ListenStream", value: "7", place },
    { name: "Accept", value: accept, place },
  ];
  const service = makeService({
    name: "echo",
    service: { ExecStart: "/bin/echo" },
    sockets: [{ unit: "echo.socket", directives, general: [], place }],
  });
  const resources = renderService(service, makeHost(), INPUTS);
  return new Map(
    resources.map((resource) => {
      if (resource.kind === "file") return [resource.path, new TextDecoder().decode(resource.content)];
      return [resource.id, resource.kind === "unit" && resource.running ? "runs" : ""];
    }),
  );
}

test("Accept=yes: only the socket runs and is enabled, and it names no service", () => {
  const found = texts("yes");
  expect([...found.keys()].filter((id) => /^(?:unit|link|\/)/.test(id))).toEqual([
    "/etc/systemd/system/echo.socket",
    "/etc/systemd/system/echo@.service",
    "link:/etc/systemd/system/sockets.target.wants/echo.socket",
    "unit:echo.socket",
  ]);
  expect(found.get("unit:echo.socket")).toBe("runs");
  expect(found.get("/etc/systemd/system/echo.socket")).not.toContain("Service=");
  expect(found.get("/etc/systemd/system/echo@.service")).not.toContain("[Install]");
});

test("Accept=no: the service runs behind its socket", () => {
  const found = texts("no");
  expect(found.get("unit:echo.service")).toBe("runs");
  expect(found.get("/etc/systemd/system/echo.socket")).toContain("Service=echo.service");
});
