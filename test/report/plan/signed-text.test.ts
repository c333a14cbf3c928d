/**
 * Who signed what, in a plan: once per artifact, only of what would be sent, and whatever a signer wrote
 * stays text.
 */
import { expect, test } from "vitest";
import type { SignedArtifact } from "../../../src/core/model/artifact.ts";
import type { PlanView } from "../../../src/core/plan/planned.ts";
import { plainText } from "../../../src/report/lines/text.ts";
import { planJson } from "../../../src/report/plan/plan-json.ts";
import { planMarkdown } from "../../../src/report/plan/plan-markdown.ts";
import { planText } from "../../../src/report/plan/plan-text.ts";
import { signedLines } from "../../../src/report/plan/signed-text.ts";
import { emptyPlan, plannedHost, samplePlan, samplePlay } from "../samples.ts";

const SHA256 = "0123456789ab".repeat(5).concat("0123");

function artifact(says = "timestamp:1\tfile:etcd", more: Partial<SignedArtifact> = {}): SignedArtifact {
  return {
    service: "etcd",
    source: "dist/etcd",
    sha256: SHA256,
    signature: { kind: "minisign", key: "E7620F1842B4E81F", says },
    ...more,
  };
}

function view(signed: SignedArtifact, planOf = samplePlan): PlanView {
  const hosts = ["a1", "a2", "a3"].map((name) => {
    const host = plannedHost(name, planOf(name));
    return { ...host, target: { ...host.target, signed: [signed] } };
  });
  return { environment: "prod", plays: [{ play: samplePlay("stores"), hosts }] };
}

test("once for three hosts, above the summary; a long line is broken", () => {
  const told =
    'artifact of etcd: dist/etcd, sha256 0123456789ab, signed with the minisign key E7620F1842B4E81F ("timestamp:1 file:etcd")';
  const wide = plainText(planText(view(artifact()), 200));
  expect(wide.split(told)).toHaveLength(2);
  expect(wide.indexOf(told)).toBeLessThan(wide.indexOf("Plan: "));
  const narrow = plainText(signedLines(view(artifact()), 60));
  expect(narrow.split("\n").every((line) => line.length <= 60)).toBe(true);
  expect(narrow.replaceAll(/\s+/g, " ").trim()).toBe(told);
});

test("a signer who has nothing to say", () => {
  expect(plainText(signedLines(view(artifact("")), 200))).toMatch(/key E7620F1842B4E81F\n\n$/);
});

test("nothing of what stands on every host already, or of another artifact; JSON has it all the same", () => {
  expect(signedLines(view(artifact(), emptyPlan), 200)).toEqual([]);
  expect(signedLines(view(artifact("", { sha256: "f".repeat(64) })), 200)).toEqual([]);
  expect(planJson(view(artifact(), emptyPlan))).toMatchObject({ artifacts: [artifact()] });
  expect(planJson({ environment: "prod", plays: [] })).toMatchObject({ artifacts: [] });
});

test("in a pull request a comment of the signer's is no markup and speaks to no one", () => {
  const markdown = planMarkdown(view(artifact("@everyone <img src=x> `a` **b**")));
  expect(markdown).toContain(
    "artifact of etcd: dist/etcd, sha256 0123456789ab, signed with the minisign key E7620F1842B4E81F",
  );
  expect(markdown).not.toMatch(/@everyone|<img|\*\*b/);
});
