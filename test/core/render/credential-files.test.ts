/** Secrets that are delivered as credentials: any text, each in a file of root's, and in nothing else. */
import { expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import type { Resource } from "../../../src/core/model/resource.ts";
import { renderService } from "../../../src/core/render/render.ts";
import { Secret } from "../../../src/core/secret.ts";
import { makeHost, makeService, type ShortService } from "../../golden/make-service.ts";

function render(
  values: Readonly<Record<string, string>>,
  short: Partial<ShortService> = {},
  systemd = 247,
): readonly Resource[] {
  const names = Object.keys(values);
  const service = makeService({
    name: "app",
    service: { ExecStart: "/bin/app" },
    secrets: names,
    credentials: names,
    ...short,
  });
  const secrets = new Map(Object.entries(values).map(([name, value]) => [name, new Secret(name, value)]));
  return renderService(
    service,
    { ...makeHost(), systemd },
    { env: "prod", values: {}, secrets, files: new Map(), artifact: null },
  );
}

function problemsOf(
  values: Readonly<Record<string, string>>,
  short: Partial<ShortService> = {},
  systemd = 247,
): string {
  try {
    render(values, short, systemd);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message).join("\n");
    throw error;
  }
}

const textOf = (resource: Resource | undefined): string =>
  resource?.kind === "file" ? new TextDecoder().decode(resource.content) : "";

test("line breaks, NUL and whatever an environment file cannot carry arrive byte for byte, in a folder of root's alone", () => {
  const value = '-----BEGIN\n"\\$X %h `x`\n\0\u001b\n';
  const resources = render({ KEY: value });
  const file = resources.find(({ id }) => id === "file:/etc/svcdeploy/credentials/app/KEY");
  expect(file).toMatchObject({ role: "credential", mode: "600", owner: "root", secret: true });
  expect(textOf(file)).toBe(value);
  for (const path of ["/etc/svcdeploy/credentials", "/etc/svcdeploy/credentials/app"])
    expect(resources.find(({ id }) => id === `directory:${path}`)).toMatchObject({
      mode: "700",
      owner: "root",
      existing: "enforce",
    });
});

test("there is no environment file for credentials alone, and none of their text in any other file", () => {
  const resources = render({ KEY: "canary" });
  const holders = resources.filter((resource) => textOf(resource).includes("canary"));
  expect(holders.map(({ id }) => id)).toEqual(["file:/etc/svcdeploy/credentials/app/KEY"]);
  expect(resources.some(({ id }) => id === "file:/etc/svcdeploy/env/app.env")).toBe(false);
});

test("an environment file beside them is a secret only when it holds one", () => {
  const file = render({ KEY: "canary" }, { environment: { LEVEL: "info" } }).find(
    ({ id }) => id === "file:/etc/svcdeploy/env/app.env",
  );
  expect(file).toMatchObject({ secret: false });
});

test("another value is another process; without the credential as well", () => {
  const unit = (values: Readonly<Record<string, string>>) =>
    render(values).find(({ id }) => id === "unit:app.service");
  const digest = (values: Readonly<Record<string, string>>) => JSON.stringify(unit(values));
  expect(digest({ KEY: "a" })).not.toBe(digest({ KEY: "b" }));
  expect(digest({ KEY: "a" })).not.toBe(digest({}));
  expect(digest({ KEY: "a" })).toBe(digest({ KEY: "a" }));
});

test("refused: more than systemd takes, and a name that the service gives itself", () => {
  expect(problemsOf({ A: "x".repeat(600 * 1024), B: "y".repeat(500 * 1024) })).toContain(
    "systemd takes 1 MiB a unit",
  );
  expect(problemsOf({ A: "x".repeat(1024 * 1024 - 1) })).toBe("");
  const own = { service: { ExecStart: "/bin/app", SetCredential: "KEY:x" } };
  expect(problemsOf({ KEY: "a" }, own)).toBe(
    "SetCredential= names the credential KEY, which secrets: delivers already",
  );
  expect(problemsOf({}, { secrets: ["KEY"], credentials: ["KEY"] })).toBe("The secret KEY has no value");
});

test("from systemd 252 on the host encrypts it, whatever it holds, and the unit says so", () => {
  const unitText = (systemd: number) =>
    textOf(
      render({ KEY: "canary" }, {}, systemd).find(({ id }) => id === "file:/etc/systemd/system/app.service"),
    );
  const path = "/etc/svcdeploy/credentials/app/KEY";
  expect(unitText(251)).toContain(`\nLoadCredential=KEY:${path}\n`);
  expect(unitText(252)).toContain(`\nLoadCredentialEncrypted=KEY:${path}\n`);
  expect(render({ KEY: "canary" }, {}, 252).find(({ id }) => id === `file:${path}`)).toMatchObject({
    role: "encrypted-credential",
    secret: true,
  });
});

test("refused: more than the encrypted form may hold", () => {
  const large = { A: "x".repeat(870_001) };
  expect(problemsOf(large, {}, 252)).toBe(
    "The credential A holds 870001 bytes: encrypted, systemd 252 reads at most 870000",
  );
  expect(problemsOf(large, {}, 251)).toBe("");
  expect(problemsOf(large, {}, 257)).toBe("");
  expect(problemsOf({ A: "x".repeat(870_000) }, {}, 252)).toBe("");
});
