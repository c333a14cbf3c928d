/**
 * Secrets reach the service and nothing else: two canaries go through every command and every output, and the
 * host is searched for them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

/**
 * By environment variable; the characters are those that JSON, Markdown, systemd and shells write
 * differently.
 */
const first = `canary-one "quoted" \\ $HOME %h <&> 7Zq`;
const second = "canary-two-5f0c9e";
const renewed = "canary-three-renewed-81";
/** What the service itself gives away; with blanks, so that a terminal's lines may break within it. */
const spilled = "delta-canary-part epsilon-canary-part zeta-canary-part";

let host: TestHost;
let shop: Workshop;
const heard: { readonly command: string; readonly text: string }[] = [];

beforeAll(async () => {
  host = await startHost({ systemd: 247 });
  shop = makeWorkshop([host]);
  shop.write("secrets/token", `${second}\n`);
  const files =
    '  - { path: /etc/web/token.conf, template: templates/token.conf.hbs, mode: "0640", group: web, onChange: restart }\n';
  const secrets = "secrets: { DB_PASSWORD: { env: THE_PASSWORD }, API_TOKEN: { file: secrets/token } }\n";
  const service = webService({ extra: secrets })
    .replace("settle: 3s", "settle: 1s")
    .replace("\nhealth:", `\n${files}health:`);
  shop.write("services/web.yaml", service);
  shop.write("templates/token.conf.hbs", "token={{secrets.API_TOKEN}}\n");
  shop.write(
    "playbooks/site.yaml",
    "- { play: web, hosts: all, services: [web], rollout: { healthyDeadline: 3s } }\n",
  );
});
afterAll(async () => {
  shop.remove();
  await removeHosts();
});

async function run(password: string, ...args: readonly string[]): Promise<Run> {
  const done = await shop.run([...args, "--env", "test"], { env: { THE_PASSWORD: password } });
  heard.push({ command: args.join(" "), text: done.stdout + done.stderr });
  return done;
}

const plans = [
  ["plan"],
  ["plan", "--output", "json"],
  ["plan", "--output", "markdown"],
  ["apply", "--dry-run"],
] as const;
const looks = [
  ["drift"],
  ["drift", "--output", "json"],
  ["drift", "--output", "markdown"],
  ["verify"],
  ["verify", "--output", "json"],
  ["render"],
] as const;

test("plans of a new service", async () => {
  for (const args of plans) expect((await run(first, ...args)).code).toBe(0);
});

test("the canaries arrive byte for byte", async () => {
  expect((await run(first, "apply", "--yes", "--output", "ndjson")).code).toBe(0);
  const environ = await host.shell(
    "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ",
  );
  expect(environ.split("\n")).toContain(`DB_PASSWORD=${first}`);
  expect(environ.split("\n")).toContain(`API_TOKEN=${second}`);
  expect(
    await host.shell(
      "cat /etc/web/token.conf; stat -c '%a %U:%G' /etc/web/token.conf /etc/svcdeploy/env/web.env",
    ),
  ).toBe(`token=${second}\n640 root:web\n600 root:root\n`);
});

test("every look at a service that is well", async () => {
  for (const args of looks) expect((await run(first, ...args)).code).toBe(0);
});

test("a changed secret is seen as a change, restarts, and neither the old nor the new value is shown", async () => {
  for (const args of plans) {
    const plan = await run(renewed, ...args);
    expect(plan.code).toBe(0);
    expect(plan.stdout).toContain("/etc/svcdeploy/env/web.env");
  }
  for (const args of looks) await run(renewed, ...args);
  expect((await run(renewed, "apply", "--yes", "--output", "json")).code).toBe(0);
  expect(
    await host.shell(
      "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ | grep ^DB_",
    ),
  ).toBe(`DB_PASSWORD=${renewed}\n`);
  expect((await run(renewed, "apply", "--yes")).stdout).toContain("No changes");
});

test("beside a secret the other lines of its file are shown, in every output", async () => {
  const template = readFileSync(join(shop.folder, "templates/token.conf.hbs"), "utf8");
  shop.write("templates/token.conf.hbs", `level=debug\n${template}`);
  for (const args of [...plans, ...looks.slice(0, 3)]) {
    const seen = await run(first, ...args);
    expect(seen.stdout).toMatch(/\+ *level=debug/);
    expect(seen.stdout).toContain("token=<secret API_TOKEN>");
    expect(seen.stdout).toMatch(/\+ *DB_PASSWORD=<secret DB_PASSWORD>/);
    expect(seen.stdout).toMatch(/- *<not shown>/);
    expect(seen.stdout).not.toContain(renewed);
  }
  shop.write("templates/token.conf.hbs", template);
});

test("a secret file that was edited by hand is drift, without its content", async () => {
  await host.shell(
    "echo token=typed-by-hand-44 >/etc/web/token.conf; echo MORE=typed-by-hand-44 >>/etc/svcdeploy/env/web.env",
  );
  for (const args of looks.slice(0, 3)) {
    const drift = await run(renewed, ...args);
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain("/etc/web/token.conf");
    expect(drift.stdout).not.toContain("typed-by-hand-44");
  }
  for (const args of plans) expect((await run(renewed, ...args)).stdout).not.toContain("typed-by-hand-44");
  expect((await run(renewed, "apply", "--yes")).code).toBe(0);
});

test("a service that shouts its secret in the body of its 500: the report shows the body without it, wrapped and cut as it may be", async () => {
  shop.write("secrets/token", spilled);
  shop.write(
    "templates/web.conf.hbs",
    `version={{values.version}}\nstatus=500\nbody=cannot log in with {{secrets.API_TOKEN}} ${"and so on ".repeat(50)}{{secrets.API_TOKEN}}\n`,
  );
  shop.write("values/test.yaml", "greeting: other\n");
  const service = readFileSync(join(shop.folder, "services/web.yaml"), "utf8");
  shop.write(
    "services/web.yaml",
    service.replace('web.conf.hbs, mode: "0644"', 'web.conf.hbs, mode: "0640", group: web'),
  );
  for (const output of ["text", "json", "ndjson"]) {
    const failed = await run(renewed, "apply", "--yes", "--output", output);
    expect(failed.code).toBe(5);
    expect(failed.stdout).toContain("cannot log in with");
  }
});

test("a service that dies with its secret on its lips: its journal is shown without it", async () => {
  shop.write("templates/web.conf.hbs", "the token {{secrets.API_TOKEN}} is no good\n");
  for (const output of ["text", "json"]) {
    const failed = await run(renewed, "apply", "--yes", "--output", output);
    expect(failed.code).toBe(5);
    expect(failed.stdout).toContain("not key=value: the token <secret API_TOKEN> is no good");
  }
});

test("a journal that is longer than what is shown of it is not cut through a secret", async () => {
  shop.write("templates/web.conf.hbs", `no good: ${"{{secrets.API_TOKEN}},".repeat(1500)}\n`);
  const failed = await run(renewed, "apply", "--yes", "--output", "json");
  expect(failed.code).toBe(5);
  expect(failed.stdout).toContain("(more than 16 KiB; the last lines)");
  expect(failed.stdout).not.toContain(spilled.slice(-8));
});

test("a file that holds no secret any more does not show the one that it held", async () => {
  shop.write("templates/token.conf.hbs", "token=none\n");
  for (const args of [...plans, ["drift"], ["drift", "--output", "json"]]) {
    const looked = await run(renewed, ...args);
    expect(looked.stdout).toContain("/etc/web/token.conf");
    expect(looked.stdout).not.toContain(`token=${second}`);
  }
  shop.write("templates/token.conf.hbs", "token={{secrets.API_TOKEN}}\n");
});

test("a missing secret and a mistake in a template with secrets are reported without values", async () => {
  const missing = await shop.run(["plan", "--env", "test"]);
  expect(missing.code).toBe(65);
  expect(missing.stderr).toMatch(/services\/web\.yaml:\d+:\d+/);
  expect(missing.stderr).toContain("the environment variable THE_PASSWORD is not set");
  shop.write("templates/token.conf.hbs", "token={{secrets.API_TOKEN}}{{secrets.API_TOKEM}}\n");
  const mistyped = await run(renewed, "plan");
  expect(mistyped.code).toBe(65);
  expect(mistyped.stderr).toContain("templates/token.conf.hbs:1:");
});

test("no output of any command holds a canary, in whatever writing", () => {
  expect(heard.length).toBeGreaterThanOrEqual(30);
  for (const canary of [first, second, renewed, spilled, "canary-part", "canary-one"]) {
    for (const form of writingsOf(canary)) {
      expect(heard.filter(({ text }) => text.includes(form)).map(({ command }) => command)).toEqual([]);
    }
  }
});

test("on the host the canaries are in files of root's and the service's alone: not in the journal, in systemctl show, or on a command line", async () => {
  for (const canary of ["canary-one", second, renewed]) {
    expect(await host.shell(`journalctl -q -a --no-pager -o export | grep -acF '${canary}' || true`)).toBe(
      "0\n",
    );
    expect(await host.shell(`systemctl show '*' --all | grep -cF '${canary}' || true`)).toBe("0\n");
    expect((await host.exec(["sh", "-c", COMMAND_LINES_WITH], canary)).stdout).toBe("");
    const holders = (
      await host.shell(`grep -rlaF '${canary}' /etc /opt /var /run /tmp /root /home 2>/dev/null || true`)
    )
      .split("\n")
      .filter(Boolean);
    for (const path of holders) {
      expect(path).toMatch(
        /^(\/etc\/svcdeploy\/env\/web\.env|\/etc\/web\/(token|web)\.conf|\/var\/lib\/svcdeploy\/.*)$/,
      );
      expect(await host.exec(["su", "-s", "/bin/sh", "deploy", "-c", `cat '${path}'`])).toMatchObject({
        stdout: "",
      });
    }
  }
});

/** The canary comes on standard input, so that the search does not find itself. */
const COMMAND_LINES_WITH = `IFS= read -r canary || :
for file in /proc/[0-9]*/cmdline; do
  line=$(tr '\\0' ' ' <"$file" 2>/dev/null)
  case $line in *"$canary"*) echo "$file: $line" ;; esac
done`;

/** A text as it stands, in JSON, in base64, and encoded in a URL. */
function writingsOf(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [
    ...new Set([
      text,
      json,
      JSON.stringify(json).slice(1, -1),
      Buffer.from(text).toString("base64").slice(0, -4),
      encodeURIComponent(text),
    ]),
  ];
}
