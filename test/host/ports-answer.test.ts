/** What ports.sh prints is read without trusting it. */
import { expect, it } from "vitest";
import { portsQuestion } from "../../src/host/ports-answer.ts";
import { readAnswer, writeQuestion } from "../../src/host/question.ts";

const NONCE = "ab".repeat(16);
const decode = (...lines: readonly string[]) =>
  readAnswer(portsQuestion, [80], {
    host: "web1",
    nonce: NONCE,
    stdout: [`${NONCE} begin`, ...lines, `${NONCE} end`, ""].join("\n"),
    stderr: "",
  });

it("asks for ports by number", () => {
  expect(writeQuestion(portsQuestion, [80, 8443], NONCE)).toBe(`${NONCE}\n80\n8443\nend\n`);
});

it.each([
  ["/init.scope", "/system.slice/a.service", "/system.slice/a.service"],
  ["/docker/4f/init.scope", "/docker/4f/system.slice/a.service", "/system.slice/a.service"],
  ["/docker/4f/init.scope", "/docker/4f", ""],
  ["/docker/4f/init.scope", "/docker/4fe/a.service", "/docker/4fe/a.service"],
  ["", "/a.service", "/a.service"],
])("groups are below the manager's: %s, %s", (manager, path, group) => {
  expect(decode(`manager\t${manager}`, `listener\t0100007F:1F91\t40\t${path}\thttpd`)).toEqual([
    { address: "0100007F", port: 8081, pid: 40, program: "httpd", group },
  ]);
});

it("takes nothing that is no listener, and no control characters", () => {
  expect(
    decode(
      "listener\tx:1F91\t40\t/a\thttpd",
      "listener\t0100007F\t40\t/a\thttpd",
      "what",
      "listener\t0100007F:0050\tx\t/a\u001b[2J\tht\u001b]0;tpd",
    ),
  ).toEqual([expect.objectContaining({ port: 80, pid: null })]);
  expect(JSON.stringify(decode("listener\t0100007F:0050\tx\t/a\u001b[2J\tht\u001b]0;tpd"))).not.toContain(
    "\\u001b",
  );
});
