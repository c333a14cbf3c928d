/** Names and paths of svcdeploy's own, in every place where a user can write one. */
import { describe, expect, test } from "vitest";
import { refuseForeignUnit } from "../../../src/core/config/allow-lists.ts";
import { refuseOurDirective, refuseOurName, refuseOurPath } from "../../../src/core/config/ours.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import { normaliseText } from "./normalise-text.ts";

function mistakes(text: string): readonly string[] {
  try {
    normaliseText(`name: x\n${text}\n`);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ place, message }) => `${place.line}:${place.column} ${message}`);
    throw error;
  }
  return [];
}

describe("the table", () => {
  test.each([
    "/var/lib/svcdeploy",
    "/var/lib/svcdeploy/lock",
    "/var/lib",
    "/var",
    "/.svcdeploy-stage",
    "/srv/app/.svcdeploy-stage/x",
    "/etc/systemd/system/svcdeploy-recover.service",
    "/etc/systemd/system/multi-user.target.wants/svcdeploy-recover.service",
    "/run/systemd/system/svcdeploy-a0.service",
    "/etc/systemd/system/nginx.service.d/svcdeploy-web-local.conf",
    "/etc/svcdeploy",
    "/etc/svcdeploy/env/other.env",
    "/etc/svcdeploy/credentials/other/KEY",
    "/etc/sysctl.d/svcdeploy-web.conf",
    "/etc/tmpfiles.d/svcdeploy-web.conf",
  ])("%s is ours", (path) => {
    expect(refuseOurPath(path)).not.toBeNull();
  });

  test.each([
    "/var/lib/svc",
    "/var/lib/svcdeployed",
    "/etc/sysctl.d/web.conf",
    "/etc/systemd/system/web.service",
    "/etc/svcdeploy-exporter/x",
    "/opt/svcdeploy/x",
    "/var/log/svcdeploy/x.log",
  ])("%s is not", (path) => {
    expect(refuseOurPath(path)).toBeNull();
  });

  test("names and units", () => {
    expect(refuseOurName("svcdeploy-recover")).not.toBeNull();
    expect(refuseOurName("my-svcdeploy")).toBeNull();
    expect(refuseForeignUnit("svcdeploy-recover.service")).not.toBeNull();
    expect(refuseForeignUnit("svcdeployed.service")).toBeNull();
    expect(refuseOurDirective("StateDirectory", "app svcdeploy")).toContain('"svcdeploy"');
    expect(refuseOurDirective("StateDirectory", "app:svcdeploy")).not.toBeNull();
    expect(refuseOurDirective("ConfigurationDirectory", "svcdeploy/env")).not.toBeNull();
    expect(refuseOurDirective("CacheDirectory", "svcdeploy")).toBeNull();
    expect(refuseOurDirective("Alias", "web.service svcdeploy-recover.service")).not.toBeNull();
  });
});

test.each([
  ["files: [{ path: /var/lib/svcdeploy/lock, content: x }]", "2:17"],
  ["directories: [{ path: /var/lib }]", "2:23"],
  ["directories: [{ path: /etc/svcdeploy/env }]", "2:23"],
  ["cache: { path: /var/lib/svcdeploy, size: 1M }", "2:16"],
  ["cache: { path: /c, size: 1M, persist: { to: /var/lib/svcdeploy, every: 1h } }", "2:45"],
  ["account: { user: x, home: /var/lib/svcdeploy }", "2:27"],
  ["logrotate: { paths: /var/lib/svcdeploy/*.log }", "2:21"],
  ["slice: { name: svcdeploy-x }", "2:16"],
  ["service: { StateDirectory: svcdeploy }", "2:28"],
  ["install: { Alias: svcdeploy-recover.service }", "2:19"],
  ["timers: [{ name: a, ExecStart: /x, OnBootSec: 1, StateDirectory: svcdeploy }]", "2:66"],
  ['tmpfiles: ["d /var/lib/svcdeploy 0777"]', "2:13"],
  ['tmpfiles: ["Z %S/svcdeploy - web"]', "2:13"],
  ["dropins: [{ unit: svcdeploy-recover.service, name: a, Service: { Nice: 1 } }]", "2:19"],
])("%s is refused where it is written", (text, place) => {
  expect(mistakes(text).filter((line) => line.startsWith(`${place} `))).toHaveLength(1);
});

test("a service cannot have such a name", () => {
  expect(mistakes("")).toEqual([]);
  expect(() => normaliseText("name: svcdeploy-recover\n")).toThrow(ConfigError);
});
