/** Whose journal an operand of `logs` asks for. */
import { expect, test } from "vitest";
import { logSubject, logUnits, requireInstances } from "../../../src/cli/logs/log-units.ts";
import { normaliseText } from "../../core/config/normalise-text.ts";
import { makeResource, makeTarget } from "../../core/plan/host-builder.ts";

const service = normaliseText('name: web\nservice: { ExecStart: /bin/x }\ninstances: [blue, "a/b"]\n');
const other = normaliseText("name: db\nservice: { ExecStart: /bin/x }\n");
const resources = [
  ...service.instances.map(({ unit }) => makeResource({ kind: "unit", service: "web", unit })),
  makeResource({ kind: "unit", service: "web", unit: "shop.slice" }),
  makeResource({ kind: "unit", service: "web", unit: "var-x.mount" }),
  makeResource({ kind: "unit", service: "db", unit: "db.service" }),
];
const services = [service, other];
const unitsOf = (...operands: readonly string[]): readonly string[] =>
  logUnits([makeTarget(resources)], services, operands.map(logSubject));

test("a service is all of its units but the slice; an instance is its unit alone, by its name or as it stands in the unit's", () => {
  expect(unitsOf("web")).toEqual(["web@blue.service", "web@a-b.service", "var-x.mount"]);
  expect(unitsOf("web@a/b")).toEqual(["web@a-b.service"]);
  expect(unitsOf("web@a-b", "db", "web@a/b")).toEqual(["web@a-b.service", "db.service"]);
});

test("an instance that is nowhere is a mistake, with the nearest name or all of them", () => {
  const mistake = (operand: string) => () => requireInstances(services, [logSubject(operand)]);
  expect(mistake("web@blue")).not.toThrow();
  expect(mistake("web@bleu")).toThrow(
    expect.objectContaining({
      message: "web@bleu: web has no such instance",
      hint: 'did you mean "web@blue"?',
    }),
  );
  expect(mistake("web@")).toThrow(expect.objectContaining({ hint: "its instances: blue, a/b" }));
  expect(mistake("db@blue")).toThrow(expect.objectContaining({ hint: "db runs once, without instances" }));
});
