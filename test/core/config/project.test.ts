/** Whole projects as texts: playbooks, rollout defaults, and the mistakes of all files in one error. */
import { describe, expect, test } from "vitest";
import { type ProjectTexts, readProject } from "../../../src/core/config/project.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import { EVERYTHING, select } from "../../../src/core/target/select.ts";

type Texts = {
  project?: string;
  inventory?: string;
  playbook?: string;
  services?: readonly string[];
  values?: readonly string[];
  set?: readonly string[];
  overlay?: string;
};

function texts(given: Texts): ProjectTexts {
  return {
    root: "/p",
    environment: "prod",
    project: { file: "svcdeploy.yaml", text: given.project ?? "name: demo" },
    inventory: {
      file: "inventory/prod.yaml",
      text: given.inventory ?? 'hosts: { "web[1:4]": , db1: }\ngroups: { web: { hosts: ["web*"] } }',
    },
    playbook: {
      file: "playbooks/site.yaml",
      text: given.playbook ?? "- { play: all, hosts: all, services: [app] }",
    },
    services: (given.services ?? ["name: app"]).map((text, index) => ({
      file: `services/${index}.yaml`,
      text,
    })),
    values: (given.values ?? []).map((text, index) => ({ file: `values/${index}.yaml`, text })),
    overlays: given.overlay === undefined ? [] : [{ file: "ci.yaml", text: given.overlay }],
    set: given.set ?? [],
    files: new Map(),
    resolvePath: (path) => path,
  };
}

function problemsOf(given: Texts): readonly string[] {
  try {
    readProject(texts(given));
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(
        ({ place, message, hint }) =>
          `${place.file}:${place.line}:${place.column} ${message}${hint === null ? "" : ` [${hint}]`}`,
      );
    throw error;
  }
  return [];
}

describe("a project", () => {
  test("plays name their hosts in inventory order", () => {
    const { plays } = readProject(
      texts({
        playbook:
          "- play: a\n  hosts: [web, '!web2']\n  services: app\n  rollout: { batches: [1, 25%, 100%], maxFailed: 1, maxUnreachable: 2, pause: 30s, healthyDeadline: 2min }\n",
      }),
    );
    expect(plays).toEqual([
      {
        name: "a",
        hosts: ["web1", "web3", "web4"],
        services: ["app"],
        rollout: {
          batches: [1, "25%", "100%"],
          maxFailed: 1,
          maxUnreachable: 2,
          pauseSeconds: 30,
          healthyDeadlineSeconds: 120,
        },
        place: { file: "playbooks/site.yaml", line: 1, column: 3 },
      },
    ]);
  });

  test("rollout defaults", () => {
    const open = {
      batches: ["100%"],
      maxFailed: 0,
      maxUnreachable: 0,
      pauseSeconds: 0,
      healthyDeadlineSeconds: 300,
    };
    expect(readProject(texts({})).plays[0]?.rollout).toEqual(open);
    const guarded = readProject(texts({ inventory: "protected: true\nhosts: { a: }" }));
    expect(guarded.protected).toBe(true);
    expect(guarded.plays[0]?.rollout).toEqual({ ...open, batches: [1, "25%", "100%"] });
  });

  test("values: base, environment, file, assignment", () => {
    const { values } = readProject(
      texts({
        values: ["a: { x: 1, y: 1, z: 1, w: 1 }", "a: { y: 2, z: 2, w: 2 }"],
        overlay: "a: { z: 3, w: 3 }",
        set: ["a.w=4"],
      }),
    );
    expect(values).toEqual({ a: { x: 1, y: 2, z: 3, w: 4 } });
  });
});

test.each(["[]", "- { play: a, hosts: all, services: [] }"])(
  "a playbook of %s brings nothing",
  (playbook) => {
    expect(() => select(readProject(texts({ playbook })), EVERYTHING)).toThrow(
      "no play brings these services",
    );
    expect(
      select(readProject(texts({ playbook })), { ...EVERYTHING, hosts: "all" }).map(
        ({ services }) => services,
      ),
    ).toEqual([[]]);
  },
);

describe("refused", () => {
  const play = (rest: string) => ({ playbook: `- { play: a, hosts: all, services: [app]${rest} }` });
  test.each<[Texts, string]>([
    [{ project: "nam: x" }, 'svcdeploy.yaml:1:1 the key "nam" is not known here [did you mean "name"?]'],
    [{ project: "name: x\ndefaults: {}" }, "svcdeploy.yaml:2:1 `defaults` is not supported yet"],
    [{ playbook: "play: x" }, "playbooks/site.yaml:1:1 a playbook is a list of plays"],
    [
      { playbook: "- { play: a, hosts: wbe, services: [app] }" },
      'playbooks/site.yaml:1:21 there is no host or group "wbe" [did you mean "web"?]',
    ],
    [
      { playbook: "- { play: a, hosts: all, services: [ap] }" },
      'playbooks/site.yaml:1:37 there is no service "ap" [did you mean "app"? services/ has app]',
    ],
    [
      { playbook: "- { play: a, hosts: all, services: [app, app] }" },
      'playbooks/site.yaml:1:42 the service "app" is named twice',
    ],
    [
      { playbook: "- { play: a, hosts: web1, services: [app] }\n- { play: b, hosts: web, services: [app] }" },
      'playbooks/site.yaml:2:36 the service "app" is on the host web1 twice: in this play and in "a"',
    ],
    [
      { playbook: "- { play: a, hosts: web, services: [app] }\n- { play: a, hosts: db1, services: [app] }" },
      'playbooks/site.yaml:2:11 two plays are called "a"',
    ],
    [play(", rollout: { canary: 1 }"), "playbooks/site.yaml:1:54 `canary` is not supported yet"],
    [
      play(", rollout: { minHealthyTime: 10s }"),
      "playbooks/site.yaml:1:54 `minHealthyTime` is not supported yet",
    ],
    [play(", rollout: { autoRevert: batch }"), "playbooks/site.yaml:1:54 `autoRevert` is not supported yet"],
    [
      play(", rollout: { maxFaild: 1 }"),
      'playbooks/site.yaml:1:54 the key "maxFaild" is not known here [did you mean "maxFailed"?]',
    ],
    [
      play(", rollout: { batches: [0] }"),
      'playbooks/site.yaml:1:64 a count such as 1 or a share such as "25%" is expected here, this is the number 0',
    ],
    [
      play(', rollout: { batches: ["101%"] }'),
      'playbooks/site.yaml:1:65 a count such as 1 or a share such as "25%" is expected here, this is "101%"',
    ],
    [play(", before: [{ command: [x] }]"), "playbooks/site.yaml:1:43 `before` is not supported yet"],
    [play(", after: []"), "playbooks/site.yaml:1:43 `after` is not supported yet"],
    [
      { services: ["name: app", "name: app"] },
      'services/1.yaml:1:7 the service "app" is declared in services/0.yaml as well',
    ],
    [
      { services: ["name: app", 'name: "{{env}}"'] },
      "services/1.yaml:1:8 a service's name cannot be a template: it is known before any host is",
    ],
    [{ values: ["[]"] }, "values/0.yaml:1:1 a map is expected here, this is a list"],
    [{ values: ["a: 1"], overlay: "b: 1" }, 'ci.yaml:1:1 there is no value "b" to change'],
  ])("%j", (given, problem) => {
    expect(problemsOf(given).join("\n")).toContain(problem);
  });

  test("the mistakes of all files come in one error, each with its excerpt", () => {
    const given = {
      project: "nam: x",
      inventory: "hosts: { a: { prot: 1 } }",
      services: ["name: app\nservic: {}"],
      playbook: "- { play: a, hosts: b, services: [app] }",
      values: ["a: 1\na: 2"],
    };
    const files = problemsOf(given).map((problem) => problem.split(":")[0]);
    expect(new Set(files)).toEqual(
      new Set([
        "svcdeploy.yaml",
        "inventory/prod.yaml",
        "services/0.yaml",
        "playbooks/site.yaml",
        "values/0.yaml",
      ]),
    );
    try {
      readProject(texts(given));
    } catch (error) {
      expect(
        error instanceof ConfigError && error.problems.every((problem) => problem.excerpt.endsWith("^")),
      ).toBe(true);
    }
  });

  test("a misread number is reported once, not as a bad mode as well", () => {
    expect(problemsOf({ services: ["name: app\ndirectories: [{ path: /d, mode: 0755 }]"] })).toEqual([
      'services/0.yaml:2:33 YAML reads 0755 as the number 755 [write "0755" in quotes to keep the text, or 755 for the value]',
    ]);
  });
});
