/** A health check that is answered by another process than the service's, on real sockets. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop } from "../support/workshop.ts";

let hosts: readonly TestHost[] = [];
let shop: Workshop;

beforeAll(async () => {
  hosts = await Promise.all(versionsOr(252).map((systemd) => startHost({ systemd, name: "ports" })));
  shop = makeWorkshop(hosts);
  shop.write("values/base.yaml", 'v: "0"\n');
  await everywhere("mkdir -p /var/www && echo old >/var/www/a");
});
afterAll(async () => {
  shop?.remove();
  await removeHosts();
});

const everywhere = (line: string): Promise<readonly string[]> =>
  Promise.all(hosts.map((host) => host.shell(line)));
// It waits for its port as long as another process has it.
const service = (check: string): string => `name: web
service:
  ExecStart: /bin/sh -c "until busybox httpd -f -p 127.0.0.1:8081 -h /var/www; do sleep 1; done"
environment: { V: "{{values.v}}" }
health: [{ ${check} }]
settle: 1s
`;
const HTTP = "http: http://127.0.0.1:8081/a";
const apply = (v: number): Promise<Run> => shop.run(["apply", "--env", "test", "--yes", "--set", `v=${v}`]);
const ORPHAN =
  /port 8081 is held by busybox \(process \d+\), which no unit owns: it answered, not the service/;
const flat = ({ stdout }: Run): string => stdout.replace(/\s+/g, " ");

test("one process outside every unit: unhealthy and undone; its end, or owner: any, makes it healthy", async () => {
  await everywhere("busybox httpd -p 127.0.0.1:8081 -h /var/www");
  for (const check of [HTTP, "tcp: 127.0.0.1:8081"]) {
    shop.write("services/web.yaml", service(check));
    const run = await apply(1);
    expect(run.code, run.stdout + run.stderr).toBe(5);
    expect(flat(run)).toMatch(ORPHAN);
  }
  shop.write("services/web.yaml", service(`${HTTP}, owner: any`));
  const any = await apply(2);
  expect(any.code, any.stdout + any.stderr).toBe(0);
  expect(any.stdout).not.toContain("port 8081");
  shop.write("services/web.yaml", service(HTTP));
  expect((await shop.run(["verify", "--env", "test"])).stdout.replace(/\s+/g, " ")).toMatch(ORPHAN);
  await everywhere("pkill -x -f 'busybox httpd -p 127.0.0.1:8081 -h /var/www'");
  const own = await apply(3);
  expect(own.code, own.stdout + own.stderr).toBe(0);
  expect(own.stdout).not.toContain("port 8081");
});

test("another unit's process: a note that names it", async () => {
  await everywhere(
    "systemctl stop web && systemd-run --unit other busybox httpd -f -p 127.0.0.1:8081 -h /var/www && " +
      "until busybox wget -q -O - http://127.0.0.1:8081/a; do sleep 0.1; done",
  );
  const run = await shop.run(["apply", "--env", "test", "--yes", "--set", "v=4"]);
  expect(run.code, run.stdout + run.stderr).toBe(0);
  expect(flat(run)).toMatch(
    /note: h1: web, http:\/\/127\.0\.0\.1:8081\/a: port 8081 is held by other\.service: busybox \(process \d+\)/,
  );
});
