import { expect, test } from "vitest";
import type { KeptService } from "../../../src/core/model/resource.ts";
import { makeRedactor } from "../../../src/core/redact.ts";
import { keptSecrets } from "../../../src/core/rollback/kept-secrets.ts";

/** A service with one file of this role and content. */
function redactorOf(
  role: "environment" | "credential" | "encrypted-credential" | "config",
  secret: boolean,
  content: string,
  held = "",
): (text: string) => string {
  const file = {
    kind: "file",
    role,
    secret,
    sha256: "0",
    path: "/etc/web/token.conf",
    id: "",
    service: "web",
    mode: "600",
  } as const;
  const resources = [{ ...file, owner: "root", group: "root", onChange: "none" } as const];
  const kept: KeptService = {
    service: "web",
    play: "",
    version: null,
    secrets: ["TOKEN"],
    health: [],
    settleSeconds: 1,
    resources,
  };
  const bytes = (text: string) => new Map([["0", new TextEncoder().encode(text)]]);
  return makeRedactor(keptSecrets(kept, bytes(content), bytes(held))).redact;
}

test("the named variables of an environment file, not the others", () => {
  const redact = redactorOf("environment", true, 'GREETING="hello"\nTOKEN="a \\"quoted\\" canary"\n');
  expect(redact('it says: a "quoted" canary, hello')).toBe("it says: <secret TOKEN>, hello");
});

test("the values of a secret configuration file, not its paths", () => {
  const redact = redactorOf(
    "config",
    true,
    'token = "canary-5f0c9e"\npassword: canary-77aa\nlog=/var/log/web.log\nx=ab\n',
  );
  expect(redact("canary-5f0c9e canary-77aa /var/log/web.log ab")).toBe(
    "<secret token.conf> <secret token.conf> /var/log/web.log ab",
  );
});

test("a credential is the whole of its file", () => {
  expect(redactorOf("credential", true, "line one\nline two")("it says: line one\nline two")).toBe(
    "it says: <secret token.conf>",
  );
});

test("an encrypted credential is what it holds; where the host could not tell, nothing is hidden by it", () => {
  expect(
    redactorOf("encrypted-credential", true, "Whxqht+d", "canary-5f0c9e")("it says: canary-5f0c9e"),
  ).toBe("it says: <secret token.conf>");
  expect(redactorOf("encrypted-credential", true, "Whxqht+d")("it says: nothing")).toBe("it says: nothing");
});

test("nothing of a file that is no secret", () => {
  expect(redactorOf("config", false, "token=canary-5f0c9e\n")("canary-5f0c9e")).toBe("canary-5f0c9e");
});
