/** After a second Ctrl-C only a host that was begun has an unknown outcome. */
import { expect, test } from "vitest";
import { reportsAfterDetach } from "../../src/deploy/early-reports.ts";
import { emptyPlan, plannedHost, samplePlay } from "../report/samples.ts";

test("a host that was not begun is skipped, never unknown", () => {
  const hosts = ["web1", "web2"].map((name) => plannedHost(name, emptyPlan(name)));
  const reports = reportsAfterDetach(
    "prod",
    [{ play: samplePlay("stores"), hosts }],
    [],
    (_, host) => host === "web1",
  );
  expect(reports.map(({ host, status, cause }) => `${host} ${status} ${cause}`)).toEqual([
    "web1 unknown interrupted",
    "web2 skipped interrupted",
  ]);
});
