/** Before= in the order of acts. */
import { expect, test } from "vitest";
import type { UnitResource } from "../../../src/core/model/resource.ts";
import { makeFile } from "../../../src/core/render/make-file.ts";
import { orderedBefore } from "../../../src/core/render/ordered-before.ts";
import { makeResource } from "../plan/host-builder.ts";

function unit(name: string, text: string): readonly [ReturnType<typeof makeFile>, UnitResource] {
  const path = `/etc/systemd/system/${name}`;
  const resource = makeResource({ kind: "unit", unit: name, path, after: [] });
  if (resource.kind !== "unit") throw new Error("not a unit");
  return [makeFile("app", "unit", path, text), resource];
}

test("a unit comes after those that name it, each once; an empty value takes back what was before it", () => {
  const resources = [
    ...unit("migrate.service", "[Unit]\nBefore=web.service worker.service\nBefore=web.service\n"),
    ...unit("web.service", "[Unit]\nBefore=worker.service\nBefore=\n"),
    ...unit("worker.service", "[Service]\nBefore=migrate.service\n"),
  ];
  const after = orderedBefore(resources).flatMap((each) =>
    each.kind === "unit" ? [[each.unit, each.after]] : [],
  );
  expect(after).toEqual([
    ["migrate.service", []],
    ["web.service", ["migrate.service"]],
    ["worker.service", ["migrate.service"]],
  ]);
});
