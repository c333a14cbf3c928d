/** Lint says on the laptop what a plan refuses by paths alone. */
import { expect, test } from "vitest";
import { hostOfTargets } from "../../../src/core/lint/from-targets.ts";
import { lintHost } from "../../../src/core/lint/lint.ts";
import { PATH_RULE } from "../../../src/core/lint/path-rules.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { renderService } from "../../../src/core/render/render.ts";
import { anyHost, normaliseText } from "../config/normalise-text.ts";
import { makeObservation, makeTarget } from "../plan/host-builder.ts";

/** What lint finds, and whether a plan for an empty host refuses it. */
function judge(yaml: string): { readonly found: readonly string[]; readonly isRefused: boolean } {
  const service = normaliseText(yaml);
  const parts = { env: "prod", values: {}, secrets: new Map(), files: new Map(), artifact: null };
  const resources = renderService(service, anyHost, parts);
  const target = makeTarget(resources);
  const host = hostOfTargets([target], [service]);
  if (host === null) throw new Error("no host");
  const found = lintHost(host, [PATH_RULE]).map(({ place, happens }) => `${place.line} ${happens}`);
  const { notices } = makePlan(target, makeObservation({}, resources));
  return { found, isRefused: notices.some(({ code }) => code === "unsafe-directory") };
}

test.each([
  ["its bad example", PATH_RULE.bad, 4],
  [
    "a folder in a folder of the user's",
    "name: app\nservice: { ExecStart: /x }\ndirectories: [{ path: /srv/app, owner: app }, { path: /srv/app/data, owner: app }]\n",
    3,
  ],
  [
    "a folder that its group may write",
    'name: app\nservice: { ExecStart: /x }\ndirectories: [{ path: /srv/app, owner: root, group: app, mode: "0775" }]\nfiles: [{ path: /srv/app/x, content: x }]\n',
    4,
  ],
])("%s", (_, yaml, line) => {
  const { found, isRefused } = judge(yaml);
  expect(found.map((each) => Number(each.split(" ")[0]))).toEqual([line]);
  expect(isRefused).toBe(true);
});

test("its good example, and a folder of root's with one of the user's below it", () => {
  const nested =
    "name: app\nservice: { ExecStart: /x }\ndirectories: [{ path: /srv/app, owner: root, group: root }, { path: /srv/app/data, owner: app }]\nfiles: [{ path: /srv/app/x, content: x }]\n";
  for (const yaml of [PATH_RULE.good, nested]) expect(judge(yaml)).toEqual({ found: [], isRefused: false });
});

test("folders of every host that are open to all, or links", () => {
  const at = (path: string) =>
    judge(`name: app\nservice: { ExecStart: /x }\nfiles: [{ path: ${path}, content: x }]\n`).found[0];
  expect(at("/tmp/app/x")).toContain("/tmp is writable by everyone");
  expect(at("/var/run/app.conf")).toContain("/var/run is a link to /run");
  expect(at("/var/lib/app.conf")).toBeUndefined();
});
