/** A health check that is asked on the host: users who fill /tmp do not make it fail, and a full /run is no answer. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { scripts } from "../../src/host/scripts.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";

let hosts: readonly TestHost[] = [];
beforeAll(async () => {
  hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "http" })));
});
afterAll(removeHosts);

const LIMIT = 65_536;
const WEB = "mkdir -p /var/www && echo hello >/var/www/a && head -c 100000 /dev/zero >/var/www/large";
const fill = (folder: string, user: string): string =>
  `mount -o remount,size=$(($(df -Pk ${folder} | tail -n 1 | tr -s ' ' | cut -d ' ' -f 3) + 200))k ${folder} && ` +
  `{ runuser -u ${user} -- dd if=/dev/zero of=${folder}/fill bs=4k 2>/dev/null; df -Pk ${folder} | tail -n 1; }`;

test.each(systemdVersions)("systemd %i", async (systemd) => {
  const host = hosts.find((each) => each.systemd === systemd);
  if (host === undefined) throw new Error(`no host has systemd ${systemd}`);
  await host.shell(`${WEB} && busybox httpd -p 127.0.0.1:8081 -h /var/www`);
  const ask = async (path: string): Promise<string> => {
    const input = `mark\nhttp://127.0.0.1:8081/${path}\n10\n${LIMIT}\n`;
    const { status, stdout } = await host.exec(["sh", "-c", scripts.http.text], input);
    const [first = "", ...body] = stdout.split("\n");
    return `${status} ${first.replace(/ \d\.\d+ /, " TIME ")} ${body.join("").length}`;
  };
  expect(await host.shell(fill("/tmp", "deploy"))).toMatch(/ 100% /);
  expect(await ask("a")).toBe("0 mark 200 TIME 6 0 6 5");
  expect(await ask("large")).toMatch(new RegExp(`^0 mark 200 TIME \\d+ 23 ${LIMIT} ${LIMIT}$`));
  expect(await host.shell(fill("/run", "root"))).toMatch(/ 100% /);
  expect(await ask("a")).toMatch(/^0 mark 200 TIME (?:\d+ 23|6 0) 0 0$/);
  await host.shell("rm /run/fill /tmp/fill");
  expect(await host.shell("ls -d /run/svcdeploy-http* 2>/dev/null || true")).toBe("");
});
