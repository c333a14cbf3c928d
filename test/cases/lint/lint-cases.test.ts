/** Runs the lint cases of this folder: what a rule finds in which files. README.md says how to write one. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { hostOfFiles } from "../../../src/core/lint/from-files.ts";
import { lintHost } from "../../../src/core/lint/lint.ts";
import { findRule, RULES } from "../../../src/core/lint/rules.ts";

type Case = {
  readonly name: string;
  readonly rule: string;
  readonly unit?: string;
  readonly files?: { readonly [path: string]: string };
  readonly systemd?: number;
  readonly found: readonly string[];
  readonly says?: string;
};

const KEYS = ["name", "rule", "unit", "files", "systemd", "found", "says"];
const folder = new URL(".", import.meta.url).pathname;
const cases = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .flatMap((file) => {
    const list: readonly Case[] = parse(readFileSync(folder + file, "utf8"));
    return list.map((one): readonly [string, Case] => [`${file}: ${one.rule} ${one.name}`, one]);
  });

describe("lint cases", () => {
  it.each(cases)("%s", (_name, one) => {
    expect(Object.keys(one).filter((key) => !KEYS.includes(key))).toEqual([]);
    const rule = findRule(one.rule);
    if (rule === null) throw new Error(`there is no rule ${one.rule}`);
    const texts = one.files ?? { "app.service": one.unit ?? "" };
    const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
    const findings = lintHost(hostOfFiles(files, one.systemd ?? 252), [rule]);
    expect(
      findings.map(
        ({ place, severity }) =>
          `${place.file}:${place.line}${severity === rule.severity ? "" : ` ${severity}`}`,
      ),
    ).toEqual(one.found);
    if (one.says !== undefined)
      expect(findings.map(({ happens, fix }) => `${happens} ${fix}`).join("\n")).toContain(one.says);
  });
});

test("every rule has a case that it finds and one that it does not", () => {
  const missing = RULES.filter(({ over }) => over !== "project").flatMap(({ id }) => {
    const own = cases.map(([, one]) => one).filter(({ rule }) => rule === id);
    return own.some(({ found }) => found.length > 0) && own.some(({ found }) => found.length === 0)
      ? []
      : [id];
  });
  expect(missing).toEqual([]);
});
