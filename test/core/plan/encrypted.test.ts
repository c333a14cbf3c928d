/** Credentials that the host encrypts: compared by what they hold, written and attributed by their bytes. */
import { expect, test } from "vitest";
import { planHeal } from "../../../src/core/drift/heal.ts";
import { findDrift } from "../../../src/core/plan/drift.ts";
import { asEncrypted } from "../../../src/core/plan/encrypted.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { hashHeld } from "../../../src/core/render/make-file.ts";
import { digest, type HostSpec, makeObservation, makeResource, makeTarget, sha256 } from "./host-builder.ts";

const path = "/etc/svcdeploy/credentials/app/TOKEN";
const target = makeTarget([
  makeResource({
    kind: "file",
    role: "encrypted-credential",
    path,
    content: "token",
    mode: "600",
    secret: true,
  }),
]);

const heldIn = (text: string): string => hashHeld(new TextEncoder().encode(text));

/**
 * A host where the file `there` stands and `applied` is in the manifest; held: what is in each by the host's
 * word.
 */
function host(
  there: string | null,
  applied: string,
  held: { readonly live?: string; readonly applied?: string },
) {
  const known = Object.fromEntries(Object.entries(held).map(([key, text]) => [key, heldIn(text)]));
  const spec: HostSpec = {
    paths: { [path]: there === null ? null : { content: there, mode: "600" } },
    encrypted: { [path]: known },
    manifest: [
      { kind: "file", path, sha256: sha256(applied), mode: "600", owner: "root:root", secret: true },
    ],
  };
  return makeObservation(spec, target.resources);
}

test.each<[string, ReturnType<typeof host>, string, readonly string[]]>([
  ["as applied", host("E1", "E1", { live: "token" }), "E1", []],
  [
    "encrypted again by hand",
    host("E2", "E1", { live: "token", applied: "token" }),
    "E1",
    ["host encrypted again, not by svcdeploy; it holds what is declared"],
  ],
  ["encrypted again by hand, for another key", host("E2", "E1", { live: "token" }), "E2", []],
  ["edited by hand", host("x", "E1", { applied: "token" }), "E1", ["host this host cannot decrypt it"]],
  [
    "another one put there",
    host("E9", "E1", { live: "other", applied: "token" }),
    "E1",
    ["host other content than declared"],
  ],
  ["gone", host(null, "E1", { applied: "token" }), "E1", ["host the file is missing"]],
  [
    "changed in the project",
    host("E1", "E1", { live: "old" }),
    "token",
    ["project other content than declared"],
  ],
  [
    "changed on both sides",
    host("E9", "E1", { live: "other", applied: "old" }),
    "token",
    ["conflict other content than declared"],
  ],
  ["the host has lost its key", host("E1", "E1", {}), "token", ["host this host cannot decrypt it"]],
  [
    "a plain file, as an older systemd or svcdeploy had it",
    host("token", "token", {}),
    "token",
    ["project not encrypted yet"],
  ],
  [
    "a hash of the host's that is no answer",
    host("E1", "E1", { applied: "token" }),
    "token",
    ["host this host cannot decrypt it"],
  ],
])("%s", (_what, observation, wanted, said) => {
  const [file] = asEncrypted(target, observation).resources;
  expect(file).toMatchObject({ sha256: wanted === "token" ? heldIn("token") : sha256(wanted) });
  const findings = findDrift(target, observation).filter(({ kind }) => kind !== "manifest");
  expect(findings.map(({ origin, text }) => `${origin} ${text}`)).toEqual(said);
  expect(makePlan(target, observation).changes.length).toBe(said.length);
});

test("a plan that encrypts anew says why; what may still be put back is healed, what no one can read is not", () => {
  const lost = host("E1", "E1", {});
  expect(makePlan(target, lost).notices).toContainEqual(
    expect.objectContaining({ severity: "info", code: "encrypted-anew" }),
  );
  expect(
    makePlan(target, host("E1", "E1", { live: "old" })).notices.filter(
      ({ code }) => code === "encrypted-anew",
    ),
  ).toEqual([]);
  const policy = { graceSeconds: 0, maxHeals: 3, seenFor: () => 0, healed: () => 0 };
  const healing = (observation: ReturnType<typeof host>) => {
    const kept = findDrift(target, observation).filter(({ kind }) => kind === "content");
    return [...planHeal(target, observation, { kept, ignored: [] }, policy).verdicts.values()].map(
      ({ outcome }) => outcome,
    );
  };
  expect(healing(lost)).toEqual(["left"]);
  expect(healing(host("x", "E1", { applied: "token" }))).toEqual(["heal"]);
});

test("once is enough: what has its bytes keeps its hash, and a plain target is the same object", () => {
  const observation = host("E1", "E1", { live: "token" });
  const once = asEncrypted(target, observation);
  expect(asEncrypted(once, observation)).toEqual(once);
  const plain = makeTarget([makeResource({ kind: "file", path, content: "token" })]);
  expect(asEncrypted(plain, observation)).toBe(plain);
});

test("a host that could encrypt and may not is told of; one that cannot is not", () => {
  const plain = makeTarget([makeResource({ kind: "file", role: "credential", path, content: "token" })]);
  const said = (systemd: number) =>
    makePlan(plain, makeObservation({ facts: { systemd } }, plain.resources)).notices.flatMap(
      ({ code, severity, text }) => (code === "plain-credentials" ? [`${severity}: ${text}`] : []),
    );
  expect(said(247)).toEqual([]);
  expect(said(252)).toEqual([
    "info: its systemd 252 could encrypt the credentials: set `systemd: 252` for web1 in the inventory",
  ]);
});

test("the digests of units go by the encrypted file too, so that no hash of its text is kept on the host", () => {
  const restartInputs = { ExecStart: "x", "credential TOKEN": heldIn("token") };
  const unit = makeResource({
    kind: "unit",
    unit: "app.service",
    restartInputs,
    restartDigest: "by the text",
  });
  const other = makeResource({
    kind: "unit",
    unit: "other.service",
    service: "other",
    restartInputs,
    restartDigest: "not ours",
  });
  const both = { ...target, resources: [...target.resources, unit, other] };
  const digestsOf = (observation: ReturnType<typeof host>) =>
    asEncrypted(both, observation).resources.flatMap((resource) =>
      resource.kind === "unit" ? [[resource.restartInputs["credential TOKEN"], resource.restartDigest]] : [],
    );
  const [own, others] = digestsOf(host("E1", "E1", { live: "token" }));
  expect(own?.[0]).toBe(sha256("E1"));
  expect(others).toEqual([heldIn("token"), digest("not ours")]);
  expect(digestsOf(host("x", "E1", { applied: "token" }))[0]).toEqual(own);
  expect(digestsOf(host("E9", "E9", { live: "token" }))[0]).not.toEqual(own);
  expect(digestsOf(host("E1", "E1", {}))[0]).toEqual([heldIn("token"), digest("by the text")]);
});
