/** Saved plans: what is put in comes out, nothing that was touched is read, and no secret is in them. */
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSavedPlan } from "../../../src/core/config/saved-plan.ts";
import { SvcdeployError } from "../../../src/core/errors.ts";
import type { SavedPlan } from "../../../src/core/model/plan.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import {
  formatSavedPlan,
  makeSavedPlan,
  SAVED_PLAN_SCHEMA,
  unsealSavedPlan,
} from "../../../src/core/plan/saved-plan.ts";
import { Secret } from "../../../src/core/secret.ts";
import { makeService } from "../../golden/make-service.ts";
import { makeObservation, makeResource, makeTarget } from "./host-builder.ts";

const key = new Secret("KEY", "the key of these tests: 32 letters");
const CANARY = 'canary"7 \\ f1&d2 $x';
const OLD_CANARY = "canary-old-81";

const resources = [
  makeResource({
    kind: "file",
    path: "/etc/app.env",
    content: `PASSWORD=${CANARY}\n`,
    secret: true,
    role: "environment",
  }),
  makeResource({ kind: "file", path: "/etc/app.yaml", content: "new" }),
  makeResource({ kind: "unit", inputPaths: ["/etc/app.env"], restartDigest: CANARY }),
];
const target = makeTarget(resources);
const observation = makeObservation(
  {
    // What is no secret file now may have held one before.
    paths: {
      "/etc/app.env": { content: OLD_CANARY },
      "/etc/app.yaml": { content: OLD_CANARY },
      "/etc/systemd/system/app.service": {},
    },
    units: { "app.service": {} },
    records: { "app.service": { restartDigest: createHash("sha256").update(OLD_CANARY).digest("hex") } },
  },
  resources,
);
const plan = makePlan(target, observation);
const place = { file: "playbooks/site.yaml", line: 1, column: 1 };
const rollout = {
  batches: ["100%"],
  maxFailed: 0,
  maxUnreachable: 0,
  pauseSeconds: 0,
  healthyDeadlineSeconds: 60,
} as const;
const play = { name: "site", hosts: ["web1"], services: ["app"], rollout, place };
const about = {
  version: "1.2.3",
  project: "shop",
  environment: "prod",
  madeAt: "2026-11-21T08:00:00.000Z",
  validUntil: "2026-11-22T08:00:00.000Z",
  selection: { limit: null, services: [], set: ["a=1"], values: [{ file: "more.yaml", text: "b: 2\n" }] },
  services: new Map([["web1", [makeService({ name: "app" })]]]),
  key,
  redact: (text: string) => text.replaceAll(CANARY, "<secret>"),
};
const saved = makeSavedPlan(about, [
  { play, hosts: [{ target, plan, machineId: "0123456789abcdef0123456789abcdef" }] },
]);
const text = formatSavedPlan(saved, key);
const read = (from: string, under = key): SavedPlan =>
  readSavedPlan(unsealSavedPlan(from, "plan.json", under), "plan.json");

function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SvcdeployError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing was thrown";
}

describe("the file", () => {
  it("gives back what was saved", () => {
    expect(saved.plays[0]?.hosts[0]?.changes.map(({ id }) => id)).toEqual([
      "file:/etc/app.env",
      "file:/etc/app.yaml",
    ]);
    expect(saved.plays[0]?.hosts[0]?.actions).toMatchObject([{ verb: "restart", unit: "app.service" }]);
    expect(read(text)).toEqual(saved);
  });

  it("gives back whatever words are in it", () => {
    const words = fc.string({ unit: "binary" });
    const selection = fc.record({
      limit: fc.option(words),
      services: fc.array(words),
      set: fc.array(words),
      values: fc.array(fc.record({ file: words, text: words })),
    });
    fc.assert(
      fc.property(selection, words, words, (chosen, unit, because) => {
        const hosts =
          saved.plays[0]?.hosts.map((host) => ({ ...host, collateral: [{ unit, because }] })) ?? [];
        const other: SavedPlan = {
          ...saved,
          selection: chosen,
          plays: [{ play: unit, rollout: "0".repeat(64), hosts }],
        };
        expect(read(formatSavedPlan(other, key))).toEqual(other);
      }),
    );
  });

  it("is refused with any character changed, added or left out", () => {
    const at = fc.nat(text.length - 1);
    fc.assert(
      fc.property(
        at,
        fc.string({ minLength: 1, maxLength: 1 }),
        fc.constantFrom("change", "add", "remove"),
        (index, other, how) => {
          const rest = text.slice(how === "add" ? index : index + 1);
          const edited = text.slice(0, index) + (how === "remove" ? "" : other) + rest;
          fc.pre(edited !== text);
          expect(failure(() => read(edited))).toMatch(
            /^(config|usage): plan\.json (is not as svcdeploy wrote it|is not a saved plan|was made)/,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("is refused when it is cut off anywhere", () => {
    for (let length = 1; length < text.length; length += 7) {
      expect(failure(() => read(text.slice(0, length)))).toBe(
        "config: plan.json is not as svcdeploy wrote it: it was edited or cut off",
      );
    }
  });

  it.each([
    ["an empty file", "", "config: plan.json is not a saved plan"],
    ["a project file", "name: shop\n", "config: plan.json is not a saved plan"],
    ["a plan for machines", '{"schema": "svcdeploy.plan/1"}', "config: plan.json is not a saved plan"],
    ["a list", "[]", "config: plan.json is not a saved plan"],
    ["no JSON", "{ so what", "config: plan.json is not as svcdeploy wrote it: it was edited or cut off"],
    [
      "another schema",
      text.replace(SAVED_PLAN_SCHEMA, "svcdeploy.saved-plan/2"),
      "config: plan.json was made by another version of svcdeploy: it is svcdeploy.saved-plan/2, and this one reads svcdeploy.saved-plan/1",
    ],
    [
      "no MAC",
      JSON.stringify({ ...JSON.parse(text), mac: undefined }),
      "config: plan.json is not as svcdeploy wrote it: it was edited or cut off",
    ],
    [
      "a byte order mark",
      `\u{feff}${text}`,
      "config: plan.json is not as svcdeploy wrote it: it was edited or cut off",
    ],
  ])("%s is refused in one sentence", (_name, content, message) => {
    expect(failure(() => read(content))).toBe(message);
  });

  it("made under another key is refused as that, and cannot be signed without it", () => {
    const other = new Secret("KEY", "another key of thirty-two letters");
    expect(failure(() => read(text, other))).toBe(
      "usage: plan.json was made under another key than the one here",
    );
    const forged = formatSavedPlan(saved, other).replace(
      /"key": "[0-9a-f]+"/,
      /"key": "[0-9a-f]+"/.exec(text)?.[0] ?? "",
    );
    expect(failure(() => read(forged))).toMatch(/^config: plan.json is not as svcdeploy wrote it/);
  });

  it("of another shape under the right key is refused, and says where", () => {
    // what a defect of ours might have written
    const strange = { ...saved, plays: "none" } as unknown as SavedPlan;
    expect(failure(() => read(formatSavedPlan(strange, key)))).toMatch(
      /^config: plan.json is not a plan that this version .* \(at plays\)$/,
    );
  });
});

describe("secrets", () => {
  it("are in no form in the file, nor is a digest that anyone could try passwords on", () => {
    const raw = (of: string): readonly string[] => [
      of,
      JSON.stringify(of).slice(1, -1),
      encodeURIComponent(of),
    ];
    const encoded = (of: string): readonly string[] =>
      (["base64", "base64url", "hex"] as const).map((form) => Buffer.from(of).toString(form).slice(0, -4));
    const digests = (of: string): readonly string[] =>
      ["sha256", "sha1", "md5", "sha512"].flatMap((name) =>
        (["hex", "base64"] as const).map((form) => createHash(name).update(of).digest(form)),
      );
    const texts = [CANARY, OLD_CANARY, `PASSWORD=${CANARY}\n`];
    for (const secret of texts)
      for (const form of [...raw(secret), ...encoded(secret), ...digests(secret)])
        expect(text).not.toContain(form);
    // Each digest of the plan, whatever it was made of, has to be out or under the key.
    const inPlan = JSON.stringify({ plan, resources }).match(/\b[0-9a-f]{64}\b/g) ?? [];
    expect(inPlan.length).toBeGreaterThan(5);
    for (const digest of inPlan) expect(text).not.toContain(digest);
  });

  it("cannot be guessed without the key: equal secrets look different on two hosts and in two files of one", () => {
    const twins = [
      makeResource({ kind: "file", path: "/a", content: CANARY, secret: true }),
      makeResource({ kind: "file", path: "/b", content: CANARY, secret: true }),
    ];
    const hosts = ["web1", "web2"].map((name) => {
      const each = makeTarget(twins, { name });
      return { target: each, plan: makePlan(each, makeObservation({}, twins)), machineId: name };
    });
    const states = makeSavedPlan(about, [{ play, hosts }]).plays[0]?.hosts.flatMap(({ changes }) =>
      changes.map(({ after }) => after?.sha256),
    );
    expect(new Set(states).size).toBe(4);
    for (const state of states ?? []) expect(state).toMatch(/^hmac:[0-9a-f]{64}$/);
  });

  it("are taken out of the sentences of a plan", () => {
    const told = { ...plan, collateral: [{ unit: "front.service", because: `it said ${CANARY}` }] };
    const kept = makeSavedPlan(about, [{ play, hosts: [{ target, plan: told, machineId: "x" }] }]);
    expect(kept.plays[0]?.hosts[0]?.collateral).toEqual([
      { unit: "front.service", because: "it said <secret>" },
    ]);
  });

  it("the key is not in the file, nor a plain digest of it", () => {
    for (const form of [
      key.reveal(),
      createHash("sha256").update(key.reveal()).digest("hex"),
      createHmac("sha256", "").update(key.reveal()).digest("hex"),
    ]) {
      expect(text).not.toContain(form);
      expect(text).not.toContain(form.slice(0, 16));
    }
  });
});
