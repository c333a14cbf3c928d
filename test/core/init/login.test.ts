import fc from "fast-check";
import { expect, test } from "vitest";
import { refuseAddress, refuseInventoryName } from "../../../src/core/config/allow-lists.ts";
import { parseLogin } from "../../../src/core/init/login.ts";

test.each([
  ["web1", { name: "web1", address: "web1", user: null, port: null }],
  ["deploy@web1.example.com", { name: "web1", address: "web1.example.com", user: "deploy", port: null }],
  ["deploy@web1.example.com:2222", { name: "web1", address: "web1.example.com", user: "deploy", port: 2222 }],
  ["root@10.0.0.7:22", { name: "host1", address: "10.0.0.7", user: "root", port: null }],
  ["::1", { name: "host1", address: "::1", user: null, port: null }],
  ["a@[fe80::1%eth0]:2222", { name: "host1", address: "fe80::1%eth0", user: "a", port: 2222 }],
  ["[::1]", { name: "host1", address: "::1", user: null, port: null }],
  ["all.example.com", { name: "host1", address: "all.example.com", user: null, port: null }],
])("%s", (text, login) => {
  expect(parseLogin(text)).toEqual(login);
});

test.each([
  ["", /missing/],
  ["deploy@", /missing/],
  ["@web1", /login name/],
  ["De ploy@web1", /login name/],
  ["web1:0", /port/],
  ["web1:", /port/],
  ["web1:70000", /port/],
  ["-oProxyCommand=x", /address/],
  ["web1;reboot", /address/],
  ["[::1]x", /address/],
  ["web1:22:22", /IPv6/],
  ["web1 web2", /address/],
])("%j is refused", (text, words) => {
  const login = parseLogin(text);
  expect("problem" in login && login.problem).toMatch(words);
});

test("whatever is taken may stand in an inventory", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z@:[\].%0-9-]{1,20}$/)), (text) => {
      const login = parseLogin(text);
      if ("problem" in login) return;
      expect(refuseAddress(login.address)).toBeNull();
      expect(refuseInventoryName(login.name)).toBeNull();
    }),
    { numRuns: 2000 },
  );
});
