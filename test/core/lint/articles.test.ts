/**
 * Are the mistakes found that articles teach? articles.yaml says what each advice is, what is wrong with it,
 * and which rules must speak.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { fileKind, hostOfFiles } from "../../../src/core/lint/from-files.ts";
import { lintHost } from "../../../src/core/lint/lint.ts";

type Advice = {
  readonly advice: string;
  readonly wrong: string;
  readonly files: { readonly [path: string]: string };
  readonly systemd?: number;
  readonly finds?: readonly string[];
  readonly silent?: readonly string[];
  readonly refused?: true;
};

const list: readonly Advice[] = parse(readFileSync(new URL("articles.yaml", import.meta.url), "utf8"));

test.each(list.map((one) => [one.advice, one] as const))(
  "%s",
  (_advice, { files, systemd = 252, finds = [], silent = [], refused }) => {
    const kinds = Object.keys(files).map((path) => fileKind(path));
    expect(kinds.includes(null)).toBe(refused === true);
    const found = lintHost(
      hostOfFiles(
        Object.entries(files).map(([path, text]) => ({ path, text })),
        systemd,
      ),
    );
    const rules = new Set<string>(found.map(({ rule }) => rule));
    expect(finds.filter((rule) => !rules.has(rule))).toEqual([]);
    expect(silent.filter((rule) => rules.has(rule))).toEqual([]);
  },
);

test("every advice says what is wrong with it", () => {
  expect(list.length).toBeGreaterThanOrEqual(26);
  expect(
    list.filter(({ wrong, finds, refused }) => !wrong || (finds === undefined && refused === undefined)),
  ).toEqual([]);
});
