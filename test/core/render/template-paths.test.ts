/** Which variables the statements of a template read. */
import { expect, test } from "vitest";
import { templateVariables } from "../../../src/core/render/template-paths.ts";
import { parseTemplate } from "../../../src/core/render/template-syntax.ts";

function variables(template: string): readonly string[] {
  const { program } = parseTemplate(template);
  if (program === null) throw new Error("no template");
  return [...templateVariables(program).values()].flat().map((path) => path.join("."));
}

test.each([
  ["{{values.a.b}}", ["values.a.b"]],
  ["{{{secrets.KEY}}}", ["secrets.KEY"]],
  ["{{@root.env}}", ["env"]],
  ["{{join values.list (lookup values.map host.name)}}", ["values.list", "values.map", "host.name"]],
  ["{{#if values.on}}{{env}}{{else}}{{host.name}}{{/if}}", ["values.on", "env", "host.name"]],
  [
    "{{#with values.a}}{{b.c}}{{../env}}{{this.d}}{{/with}}",
    ["values.a", "values.a.b.c", "env", "values.a.d"],
  ],
  [
    "{{#each values.list}}{{this}}{{@key}}{{@root.env}}{{../host.name}}{{/each}}",
    ["values.list", "values.list", "values.list", "env", "host.name"],
  ],
  ["{{#each values.list as |one|}}{{one.name}}{{/each}}", ["values.list", "values.list"]],
  ["{{#with values.a as |a|}}{{a.b}}{{/with}}", ["values.a", "values.a.b"]],
  [
    "{{#each values.list}}{{#with this.x}}{{y}}{{/with}}{{/each}}",
    ["values.list", "values.list", "values.list"],
  ],
  ["plain {{! comment }}", []],
])("%s", (template, expected) => {
  expect(variables(template)).toEqual(expected);
});
