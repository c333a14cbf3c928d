import { expect, test } from "vitest";
import { dropInFolders, effectiveDropIns } from "../../../src/core/lint/drop-in-folders.ts";
import { hostOfFiles } from "../../../src/core/lint/from-files.ts";

/** As `systemctl show -p DropInPaths` said on systemd 252 and 257. */
test.each([
  ["app.service", ["app.service.d", "service.d"]],
  ["foo-bar-baz.service", ["foo-bar-baz.service.d", "foo-bar-.service.d", "foo-.service.d", "service.d"]],
  ["a-b@x.service", ["a-b@x.service.d", "a-b@.service.d", "a-.service.d", "service.d"]],
  ["a-b@.service", ["a-b@.service.d", "a-.service.d", "service.d"]],
  ["a@x-y.service", ["a@x-y.service.d", "a@.service.d", "service.d"]],
  ["-.slice", ["-.slice.d", "slice.d"]],
  ["a-.mount", ["a-.mount.d", "mount.d"]],
])("%s", (unit, folders) => expect(dropInFolders(unit)).toEqual(folders));

test("of one name the most specific one counts; the order is that of the names", () => {
  const file = (path: string) => ({ path });
  const given = [
    [file("x.d/50-same")],
    [file("y.d/10-y"), file("y.d/50-same")],
    [file("z.d/90-z"), file("z.d/10-z")],
  ];
  expect(effectiveDropIns(given).map(({ path }) => path)).toEqual([
    "y.d/10-y",
    "z.d/10-z",
    "x.d/50-same",
    "z.d/90-z",
  ]);
});

test("a drop-in of the type and of a prefix lies over each unit of its folder that it is for", () => {
  const service = "[Service]\nExecStart=/bin/true\n";
  const files = [
    { path: "etc/foo-a.service", text: service },
    { path: "etc/bar.service", text: service },
    { path: "etc/service.d/x.conf", text: "[Service]\nUser=x\n" },
    { path: "etc/foo-.service.d/y.conf", text: "[Service]\nUser=y\n" },
    { path: "etc/absent.service.d/z.conf", text: "[Service]\nUser=z\n" },
  ];
  const users = hostOfFiles(files, 252).units.map(({ name, known, entries }) => [
    name,
    known,
    entries.findLast((entry) => entry.name === "User")?.value,
  ]);
  expect(users).toEqual([
    ["foo-a.service", "whole", "y"],
    ["bar.service", "whole", "x"],
    ["absent.service", "drop-ins", "z"],
  ]);
});
