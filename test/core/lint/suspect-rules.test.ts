/** Targets that a project's units name and that nothing here brings. */
import { expect, test } from "vitest";
import { hostOfTargets } from "../../../src/core/lint/from-targets.ts";
import { lintHost } from "../../../src/core/lint/lint.ts";
import { SUSPECT_RULES } from "../../../src/core/lint/suspect-rules.ts";
import { renderService } from "../../../src/core/render/render.ts";
import { anyHost, normaliseText } from "../config/normalise-text.ts";
import { makeTarget } from "../plan/host-builder.ts";

test("a target of the host's own is a note, with the place in the service file", () => {
  const service = normaliseText(
    "name: app\nservice: { ExecStart: /x }\ninstall: { WantedBy: shop.target }\n",
  );
  const parts = { env: "prod", values: {}, secrets: new Map(), files: new Map(), artifact: null };
  const host = hostOfTargets([makeTarget(renderService(service, anyHost, parts))], [service]);
  if (host === null) throw new Error("no host");
  expect(
    lintHost(host, SUSPECT_RULES).map(({ rule, severity, place }) => `${rule} ${severity} ${place.line}`),
  ).toEqual(["SD046 info 3"]);
});
