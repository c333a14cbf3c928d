/**
 * Runs the data cases: one YAML file a topic, each a list of cases. README.md beside it says how to write
 * one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Action, Plan } from "../../src/core/model/plan.ts";
import { isUnitAction } from "../../src/core/plan/acted-units.ts";
import { findDrift } from "../../src/core/plan/drift.ts";
import { makePlan } from "../../src/core/plan/plan.ts";
import { compareResource } from "../../src/core/resources/compare.ts";
import { statesOf } from "../../src/core/resources/registry.ts";
import {
  type HostSpec,
  makeObservation,
  makeResource,
  makeTarget,
  type ResourceSpec,
  withApplied,
  withManifests,
} from "../core/plan/host-builder.ts";

type Case = {
  readonly name: string;
  readonly resources: readonly ResourceSpec[];
  readonly host?: HostSpec;
  readonly state?: { readonly [key: string]: string } | null;
  readonly change?: readonly string[] | null;
  readonly actions?: readonly string[];
  readonly notices?: readonly string[];
  readonly drift?: readonly string[];
  readonly collateral?: readonly string[];
  readonly records?: readonly string[];
};

const KEYS = [
  "name",
  "resources",
  "host",
  "state",
  "change",
  "actions",
  "notices",
  "drift",
  "collateral",
  "records",
];
const folder = new URL(".", import.meta.url).pathname;
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".yaml") && !file.startsWith("lint/"),
);

describe.each(files.sort())("%s", (file) => {
  const cases: readonly Case[] = parse(readFileSync(`${folder}/${file}`, "utf8"));
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
    expect(Object.keys(one).filter((key) => !KEYS.includes(key))).toEqual([]);
    const expectation = pick(one);
    expect(Object.keys(expectation).length).toBeGreaterThan(0);
    expect(observe(one, Object.keys(expectation))).toEqual(expectation);
  });
});

function pick(one: Case): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(one).filter(([key]) => !["name", "resources", "host"].includes(key)),
  );
}

/** The first resource is the one whose state and change a case tells. */
function observe(one: Case, keys: readonly string[]): Record<string, unknown> {
  const resources = one.resources.map(makeResource);
  const [first] = resources;
  if (first === undefined) throw new Error(`${one.name}: a case needs a resource`);
  const target = makeTarget(resources);
  const observation = withManifests(target, makeObservation(one.host ?? {}, resources));
  const plan = makePlan(target, observation);
  const all: Record<string, unknown> = {
    state: statesOf(first, observation).actual,
    change: compareResource(first, observation)?.differs ?? null,
    actions: plan.actions.map(sayAction),
    notices: plan.notices.map(({ severity, code }) => `${severity} ${code}`),
    drift: findDrift(target, withApplied(target, makeObservation(one.host ?? {}, resources))).map(
      ({ kind, subject }) => `${kind} ${subject}`,
    ),
    collateral: sayCollateral(plan),
    records: plan.records,
  };
  return Object.fromEntries(keys.map((key) => [key, all[key]]));
}

function sayAction(action: Action): string {
  const on = isUnitAction(action) ? action.unit : (action.path ?? "");
  return `${`${action.verb} ${on}`.trim()}: ${action.because}`;
}

function sayCollateral(plan: Plan): readonly string[] {
  return plan.collateral.map(({ unit, because }) => `${unit}: ${because}`);
}
