import { expect, test } from "vitest";
import { judgeTimerHost, type TimerHost } from "../../../src/core/timer/host-ready.ts";

const READY: TimerHost = {
  uid: "0",
  home: "/root",
  systemd: true,
  node: "/usr/bin/node",
  nodeVersion: "v24.12.0",
  program: "/usr/bin/svcdeploy",
  programVersion: "0.1.0",
  project: true,
  environment: true,
};
const ASKED = { project: "/srv/shop", environment: "prod" };

test("a host that has all of it", () => {
  expect(judgeTimerHost(READY, ASKED)).toEqual({
    node: "/usr/bin/node",
    program: "/usr/bin/svcdeploy",
    home: "/root",
  });
  expect(judgeTimerHost({ ...READY, nodeVersion: "v26.0.1" }, ASKED)).not.toHaveProperty("lacks");
});

test.each<[Partial<TimerHost>, RegExp]>([
  [{ uid: "1000" }, /not root/],
  [{ systemd: false }, /systemd does not run/],
  [{ node: null }, /no node .* 24\.12/],
  [{ nodeVersion: "v24.11.9" }, /v24\.11\.9; 24\.12 is needed/],
  [{ nodeVersion: "v20.20.2" }, /v20\.20\.2/],
  [{ nodeVersion: "" }, /no known version/],
  [{ nodeVersion: "rm -rf /" }, /is needed/],
  [{ program: null }, /npm install --global \.\/svcdeploy-VERSION\.tgz/],
  [{ programVersion: "" }, /does not answer/],
  [{ project: false }, /\/srv\/shop\/svcdeploy\.yaml.*--project-on/],
  [{ environment: false }, /no inventory\/prod\.yaml/],
])("%j", (more, lack) => {
  const judged = judgeTimerHost({ ...READY, ...more }, ASKED);
  expect("lacks" in judged ? judged.lacks.join("\n") : judged).toMatch(lack);
  expect("lacks" in judged ? judged.lacks.length : 0).toBe(1);
});
