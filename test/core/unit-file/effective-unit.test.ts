/**
 * The effective unit: which files count, in which order, and what their assignments come to (seen on real
 * hosts; compared again by test/e2e).
 */
import { describe, expect, test } from "vitest";
import { type EffectiveUnit, effectiveUnit } from "../../../src/core/unit-file/effective-unit.ts";
import { findUnit, type HostFile } from "../../../src/core/unit-file/unit-search.ts";

const ETC = "/etc/systemd/system";
const RUN = "/run/systemd/system";
const LIB = "/usr/lib/systemd/system";

function dropIns(name: string, paths: readonly string[]): readonly string[] {
  const files = [...paths, `${ETC}/${name}`, `${ETC}/${name.replace(/@.+\./, "@.")}`].map(
    (path): HostFile => ({ path, content: "[Unit]\n" }),
  );
  return findUnit(name, files).dropIns.map(({ path }) => path);
}

describe("drop-ins", () => {
  test("are read by file name, whatever their folder", () => {
    const paths = [
      `${ETC}/web.service.d/30.conf`,
      `${LIB}/web.service.d/10.conf`,
      `${RUN}/web.service.d/20.conf`,
      `${ETC}/web.service.d/B.conf`,
    ];
    expect(dropIns("web.service", paths)).toEqual([paths[1], paths[2], paths[0], paths[3]]);
  });

  test("of one name, the first folder of the load path wins, even over a more specific one below", () => {
    expect(
      dropIns("a-b.service", [
        `${RUN}/a-b.service.d/x.conf`,
        `${ETC}/a-.service.d/x.conf`,
        `${ETC}/service.d/x.conf`,
      ]),
    ).toEqual([`${ETC}/a-.service.d/x.conf`]);
    expect(dropIns("a-b.service", [`${RUN}/a-b.service.d/x.conf`, `${ETC}/service.d/x.conf`])).toEqual([
      `${RUN}/a-b.service.d/x.conf`,
    ]);
  });

  test("come from prefixes, templates and the type", () => {
    const folders = ["q-a--b", "q-a--", "q-a-", "q-a", "q-", "q"].map(
      (each) => `${ETC}/${each}.service.d/${each}.conf`,
    );
    expect(dropIns("q-a--b.service", folders)).toEqual(
      ["q-", "q-a--", "q-a--b", "q-a-"].map((each) => `${ETC}/${each}.service.d/${each}.conf`),
    );
    const instance = [
      "q-a-b@i",
      "q-a-b@",
      "q-a-@i",
      "q-a-@",
      "q-a-",
      "q-@i",
      "q-@",
      "q-",
      "q-a-b",
      "q-a@",
    ].map((each) => `${ETC}/${each}.service.d/${each}.conf`);
    expect([...dropIns("q-a-b@i.service", instance)].sort()).toEqual(instance.slice(0, 8).sort());
    expect(dropIns("web.service", [`${LIB}/service.d/x.conf`, `${LIB}/timer.d/x.conf`])).toEqual([
      `${LIB}/service.d/x.conf`,
    ]);
  });

  test("must end in .conf and not be hidden", () => {
    expect(dropIns("web.service", [`${ETC}/web.service.d/x.txt`, `${ETC}/web.service.d/.x.conf`])).toEqual(
      [],
    );
  });
});

describe("the unit's own file", () => {
  const unit = (path: string, description: string): HostFile => ({
    path,
    content: `[Unit]\nDescription=${description}\n`,
  });
  const description = (effective: EffectiveUnit): string | undefined =>
    effective.sections.get("Unit")?.get("Description")?.[0]?.value;

  test("is the first in the load path; an instance's own before any template", () => {
    expect(
      description(
        effectiveUnit("a.service", [unit(`${LIB}/a.service`, "lib"), unit(`${ETC}/a.service`, "etc")]),
      ),
    ).toBe("etc");
    const files = [unit(`${ETC}/a@.service`, "template"), unit(`${LIB}/a@1.service`, "own")];
    expect(description(effectiveUnit("a@1.service", files))).toBe("own");
    expect(description(effectiveUnit("a@2.service", files))).toBe("template");
  });

  test("masked by a link to /dev/null or an empty file", () => {
    const lib = unit(`${LIB}/a.service`, "lib");
    expect(effectiveUnit("a.service", [lib, { path: `${ETC}/a.service`, link: "/dev/null" }]).state).toBe(
      "masked",
    );
    expect(effectiveUnit("a.service", [lib, { path: `${ETC}/a.service`, content: "" }]).state).toBe("masked");
  });

  test("found through links: an alias has the drop-ins of both names", () => {
    const files: readonly HostFile[] = [
      { path: `${ETC}/alias.service`, link: `${LIB}/real.service` },
      unit(`${LIB}/real.service`, "real"),
      unit(`${ETC}/alias.service.d/x.conf`, "by alias"),
      unit(`${ETC}/real.service.d/y.conf`, "by name"),
    ];
    const effective = effectiveUnit("alias.service", files);
    expect(effective).toMatchObject({ name: "real.service", state: "loaded" });
    expect(effective.files).toEqual([
      `${LIB}/real.service`,
      `${ETC}/alias.service.d/x.conf`,
      `${ETC}/real.service.d/y.conf`,
    ]);
  });

  test("linked from elsewhere keeps its place", () => {
    const files: readonly HostFile[] = [
      { path: `${ETC}/a.service`, link: "/opt/a.service" },
      unit("/opt/a.service", "opt"),
    ];
    expect(effectiveUnit("a.service", files)).toMatchObject({ state: "loaded", files: [`${ETC}/a.service`] });
    expect(description(effectiveUnit("a.service", files))).toBe("opt");
  });

  test("not there, in a ring of links, or refused", () => {
    expect(effectiveUnit("a.service", []).state).toBe("not-found");
    const ring: readonly HostFile[] = [
      { path: `${ETC}/a.service`, link: "b.service" },
      { path: `${ETC}/b.service`, link: "a.service" },
    ];
    expect(effectiveUnit("a.service", ring).state).toBe("not-found");
    expect(effectiveUnit("a.service", [{ path: `${ETC}/a.service`, content: "[Unit\n" }])).toMatchObject({
      state: "error",
      problems: [{ line: 1 }],
    });
  });
});

describe("values", () => {
  function values(section: string, name: string, ...texts: readonly string[]): readonly string[] {
    const files = texts.map(
      (text, index): HostFile => ({
        path: index === 0 ? `${ETC}/a.service` : `${ETC}/a.service.d/${index}.conf`,
        content: `[${section}]\n${text}\n`,
      }),
    );
    const found = effectiveUnit("a.service", files).sections.get(section)?.get(name) ?? [];
    return found.map(({ value, file, line }) => `${value} ${file.slice(ETC.length + 1)}:${line}`);
  }

  test("lists add up, and an empty value forgets what was before", () => {
    expect(values("Service", "ExecStart", "ExecStart=a", "ExecStart=b")).toEqual([
      "a a.service:2",
      "b a.service.d/1.conf:2",
    ]);
    expect(values("Service", "ExecStart", "ExecStart=a", "ExecStart=\nExecStart=b")).toEqual([
      "b a.service.d/1.conf:3",
    ]);
    expect(values("Service", "ExecStart", "ExecStart=a", "ExecStart=")).toEqual([]);
  });

  test("dependencies add up and are never forgotten", () => {
    expect(values("Unit", "After", "After=a", "After=\nAfter=b")).toEqual([
      "a a.service:2",
      "b a.service.d/1.conf:3",
    ]);
  });

  test("of others the last wins, and an empty one takes it back or is ignored", () => {
    expect(values("Service", "User", "User=a", "User=b")).toEqual(["b a.service.d/1.conf:2"]);
    expect(values("Service", "User", "User=a", "User=")).toEqual([]);
    expect(values("Service", "Restart", "Restart=always", "Restart=")).toEqual(["always a.service:2"]);
  });

  test("conditions, timers, addresses and watched paths are forgotten together", () => {
    expect(
      values("Unit", "ConditionPathExists", "ConditionPathExists=/a\nAssertUser=x", "ConditionUser="),
    ).toEqual([]);
    expect(values("Unit", "AssertUser", "AssertUser=x", "ConditionUser=")).toEqual(["x a.service:2"]);
    expect(values("Timer", "OnBootSec", "OnBootSec=1", "OnCalendar=")).toEqual([]);
    expect(values("Socket", "ListenStream", "ListenStream=1", "ListenDatagram=")).toEqual([]);
    expect(values("Path", "PathExists", "PathExists=/a", "PathChanged=")).toEqual([]);
  });
});
