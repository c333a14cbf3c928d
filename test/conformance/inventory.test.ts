/** Real inventories give the answers of the reference; README.md beside this says where they are from. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { expandHostRange, parseAddress } from "../../src/core/config/ansible/address.ts";
import { fleetList } from "../../src/core/config/ansible/list.ts";
import { readLiteral } from "../../src/core/config/ansible/python-literal.ts";
import { rosterOf } from "../../src/core/config/ansible/roster.ts";
import { valueJson } from "../../src/core/config/ansible/value.ts";
import { splitWords } from "../../src/core/config/ansible/words.ts";
import { type Matcher, makeMatcher, splitHostPattern } from "../../src/core/config/pattern/host-pattern.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { type AnsibleInventory, readAnsibleInventory } from "../../src/project/ansible/read-inventory.ts";

const ROOT = join(import.meta.dirname, "inventory");
const CASES = readdirSync(ROOT).filter((name) => name.startsWith("case-"));

/** The reference walks grandchildren in the order of memory addresses: it differs from run to run. */
const UNSTABLE = ["case-061", "case-115", "case-275"];
/** A slice of such an order. */
const UNSTABLE_SLICES = ["case-275 all[0:2]"];

function readJson(file: string) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function readCase(name: string): Promise<AnsibleInventory> {
  const folder = join(ROOT, name);
  const sources: string[] = readJson(join(folder, "case.json")).sources;
  return readAnsibleInventory({
    sources: sources.map((source) => join(folder, source)),
    playbookFolders: [],
    programs: "run",
    nameOf: (path) => path.slice(folder.length + 1),
  });
}

const parses = (name: string): boolean => readJson(join(ROOT, name, "case.json")).parses;

test.each(CASES.filter((name) => !parses(name)))("%s is refused with a place", async (name) => {
  const error = await readCase(name).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) throw new Error(`${name} is read, or ended with ${error}`);
  expect(error.problems[0]?.place.file).toMatch(/^inv\//);
});

test.each(CASES.filter(parses))(
  "%s is listed, and its patterns select, as by the reference",
  async (name) => {
    const inventory = await readCase(name);
    const list = JSON.parse(fleetList(inventory.fleet, inventory.variablesOf));
    expect(list).toEqual(readJson(join(ROOT, name, "expected-list.json")));
    const asked: Question[] = readJson(join(ROOT, name, "patterns.json"));
    const match = makeMatcher(rosterOf(inventory.fleet));
    const shown = asked.map((question) => comparable(name, question, question.hosts));
    expect(asked.map((question) => comparable(name, question, answer(match, question)))).toEqual(shown);
  },
);

type Question = {
  readonly pattern: string;
  readonly limit?: string;
  readonly hosts: readonly string[] | null;
};

function answer(match: Matcher, { pattern, limit }: Question): readonly string[] | null {
  const found = match(splitHostPattern(pattern));
  const within = new Set((limit === undefined ? found : match(splitHostPattern(limit))).hosts);
  if (found.mistakes.some(({ kind }) => kind === "subscript" || kind === "regex")) return null;
  return found.hosts.filter((host) => within.has(host));
}

function comparable(name: string, { pattern, limit }: Question, hosts: readonly string[] | null) {
  const asked = `${pattern} --limit ${limit}`;
  if (hosts === null) return { asked, hosts };
  if (UNSTABLE_SLICES.includes(`${name} ${pattern}`)) return { asked, count: hosts.length };
  return { asked, hosts: UNSTABLE.includes(name) ? hosts.toSorted() : hosts };
}

describe("single questions", () => {
  const units = readJson(join(ROOT, "units.json"));

  test("terms of a pattern", () => {
    for (const { in: text, out } of units.split_host_pattern)
      expect(splitHostPattern(text), text).toEqual(out);
  });

  test("ranges", () => {
    for (const { in: text, out } of units.expand_hostname_range) {
      const expanded = expandHostRange(text, 10_000);
      expect(expanded.ok ? expanded.names : undefined, text).toEqual(out);
    }
  });

  test("addresses", () => {
    for (const { in: text, allow_ranges: ranges, out } of units.parse_address) {
      const address = parseAddress(text);
      const isOne = address !== null && (ranges || !address.host.includes("["));
      expect(isOne ? [address.host, address.port] : undefined, text).toEqual(out);
    }
  });

  test("types of variables", () => {
    for (const { in: line, out } of units.ini_host_var) {
      const split = splitWords(line);
      expect(split.ok ? typed(split.words[1] ?? "") : undefined, line).toEqual(out);
    }
    for (const { in: line, out } of units.ini_group_var) expect(typed(line), line).toEqual(out);
  });

  function typed(assignment: string) {
    return JSON.parse(valueJson(readLiteral(assignment.slice(assignment.indexOf("=") + 1).trim())));
  }
});
