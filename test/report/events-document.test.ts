/** docs/events.md names every event, stage and field that there is: read from the vocabulary's own source. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const model = read("src/core/model/run.ts");
const page = read("docs/events.md");

/** The text of one exported type. */
function typeOf(name: string): string {
  const start = model.indexOf(`export type ${name} =`);
  return model.slice(start, model.indexOf("\n\n", start));
}

const fieldsOf = (name: string): readonly string[] =>
  [...typeOf(name).matchAll(/readonly (\w+):/g)].map((match) => match[1] ?? "");
const wordsOf = (name: string): readonly string[] =>
  [...typeOf(name).matchAll(/"([a-z-]+)"/g)].map((match) => match[1] ?? "");

test.each(["DeployEvent", "HostReport"])("every field of %s", (name) => {
  const fields = fieldsOf(name).filter((field) => field !== "type");
  expect(fields.length).toBeGreaterThan(10);
  for (const field of fields) expect(page).toContain(`\`${field}\``);
});

test.each(["DeployEvent", "HostStage", "HostStatus", "FailureCause"])("every word of %s", (name) => {
  const words = wordsOf(name);
  expect(words.length).toBeGreaterThan(5);
  for (const word of words.filter((each) => !["clean", "dirty", "unknown"].includes(each)))
    expect(page).toContain(`\`${word}\``);
});
