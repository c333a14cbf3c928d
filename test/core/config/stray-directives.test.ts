/** Directives at the top level of a service file. */
import { expect, test } from "vitest";
import { checkTree } from "../../../src/core/config/check.ts";
import { serviceSchema } from "../../../src/core/config/service-schema.ts";
import { sortOutStrays } from "../../../src/core/config/stray-directives.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";

function mistakes(text: string): readonly string[] {
  const { document, problems } = sortOutStrays(parseYaml(text, "services/x.yaml"));
  return [...problems, ...checkTree(serviceSchema, document, "written").problems].map(
    ({ place, message, hint }) => `${place.line}:${place.column} ${message}; ${hint}`,
  );
}

test.each([
  [
    "name: x\nservice: { ExecStart: /x }\nRestart: always\n",
    ["3:1 Restart= is a directive of [Service]; put it below service:"],
  ],
  ["name: x\nAfter: a.service\n", ["2:1 After= is a directive of [Unit]; put it below unit:"]],
  ["name: x\nWantedBy: a.target\n", ["2:1 WantedBy= is a directive of [Install]; put it below install:"]],
  // A section without its indent is one mistake, not one for each line.
  [
    "name: x\nservice:\nExecStart: /x\nRestart: always\nUser: x\n",
    ["3:1 ExecStart=, Restart= and User= are directives of [Service]; put them below service:"],
  ],
])("%j", (text, found) => {
  expect(mistakes(text)).toEqual(found);
});

test("a key that is no directive is what it was, and so is an empty section alone", () => {
  expect(mistakes("name: x\nRestrat: always\n")[0]).toContain('the key "Restrat" is not known here');
  expect(mistakes("name: x\nservice:\n")[0]).toContain("a map is expected here, this is empty");
});
