/** Hosts that left the project while services of ours were on them. */
import { expect, test } from "vitest";
import type { AppliedHost } from "../../../src/core/model/run.ts";
import { leftHosts } from "../../../src/core/target/left-hosts.ts";
import { samplePlay } from "../../report/samples.ts";
import { makeTarget } from "../plan/host-builder.ts";

const applied = (
  host: string,
  services: readonly string[],
  more: Partial<AppliedHost> = {},
): AppliedHost => ({
  ...{ host, services, environment: "prod", play: "site", transaction: `of ${host}`, at: 1000, ...more },
});
const place = { file: "playbooks/site.yaml", line: 1, column: 1 };
const play = { ...samplePlay("site"), hosts: ["web1"], services: ["web"], place };
const project = {
  environment: "prod",
  hosts: ["web1", "web2"].map((name) => ({ ...makeTarget([]).host, name })),
  plays: [play, { ...play, name: "nothing", hosts: ["web2"], services: [] }],
};
const left = (runs: readonly AppliedHost[], recorded: readonly string[] = []): readonly string[] => {
  const looked = [{ name: "web1", recorded: new Set(recorded) }];
  return leftHosts(runs, project, looked).map(
    ({ host, left: what, services }) => `${host} ${what} ${services.join(" ")}`,
  );
};

test.each<[string, readonly AppliedHost[], readonly string[]]>([
  ["in a play", [applied("web1", ["web"])], []],
  ["in no play that brings anything", [applied("web2", ["web"])], ["web2 plays web"]],
  ["in no inventory", [applied("web3", ["web"]), applied("web3", ["api"])], ["web3 inventory api web"]],
  [
    "went to another environment",
    [applied("web3", ["web"]), applied("web3", ["web"], { environment: "qa" })],
    [],
  ],
  ["of another environment", [applied("web3", ["web"], { environment: "qa" })], []],
  [
    "one of two removed",
    [applied("web3", ["api", "web"]), applied("web3", ["web"], { play: "remove web" })],
    ["web3 inventory api"],
  ],
  [
    "removed as a whole",
    [applied("web3", ["web"]), applied("web3", ["web"], { play: "hosts without a play" })],
    [],
  ],
  [
    "came back since",
    [applied("web3", ["web"], { play: "remove web" }), applied("web3", ["web"])],
    ["web3 inventory web"],
  ],
])("%s", (_name, runs, expected) => {
  expect(left(runs)).toEqual(expected);
});

test("a machine that answers by another name has not left", () => {
  expect(left([applied("web3", ["web"])], ["of web3"])).toEqual([]);
});
