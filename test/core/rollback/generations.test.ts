/** Which generation a rollback returns to, and when it does not. */
import { expect, test } from "vitest";
import type { KeptService } from "../../../src/core/model/resource.ts";
import {
  type Choice,
  type Generation,
  type Kept,
  type MadeBy,
  stepBack,
  stepsBefore,
} from "../../../src/core/rollback/generations.ts";
import { serviceStory } from "../../../src/core/rollback/service-story.ts";

/**
 * Services by generation; a letter stands for a description: the same letter in lower and upper case makes
 * the host the same.
 */
type Row = {
  readonly run: string;
  readonly services: Readonly<Record<string, string | null>>;
  readonly rollbackOf?: string;
};

function keptOf(
  rows: readonly Row[],
  first = 1,
  runs: Kept["runs"] = [],
  attempts: Kept["attempts"] = [],
): Kept {
  const generations = rows.map(
    ({ run, services, rollbackOf = "" }, index): Generation => ({
      number: first + index,
      madeBy: madeBy(run, rollbackOf),
      madeAt: 1000 * (index + 1),
      actions: [],
      services: new Map(Object.entries(services)),
    }),
  );
  return { clock: 9000, generations, attempts, runs };
}

function madeBy(run: string, rollbackOf = ""): MadeBy {
  return {
    run,
    project: "shop",
    user: "me",
    controller: "here",
    commit: "c0ffee",
    tree: "clean",
    environment: "",
    command: "",
    services: [],
    rollbackOf,
  };
}

function describeLetter(letter: string): KeptService {
  const resource = {
    kind: "link",
    id: "link:/x",
    service: "web",
    role: "current",
    path: "/x",
    target: letter.toLowerCase(),
  } as const;
  return {
    service: "web",
    play: letter,
    version: letter,
    secrets: [],
    health: [],
    settleSeconds: 1,
    resources: [resource],
  };
}

function wayOf(choice: Choice): string {
  return choice.ok
    ? `${choice.step.now.number} ${choice.step.from?.version ?? null} → ${choice.step.earlier.number} ${choice.step.to.version}, undoes ${choice.step.undone.madeBy.run}`
    : choice.reason;
}

const web = (...letters: readonly (string | null)[]): readonly Row[] =>
  letters.map((letter, index) => ({ run: `r${index + 1}`, services: { web: letter } }));

test.each([
  ["the one before", web("a", "b"), "2 b → 1 a, undoes r2"],
  ["past generations in which it was the same", web("a", "b", "b", "b"), "4 b → 1 a, undoes r2"],
  ["past a description that only verifies otherwise", web("a", "b", "B"), "3 B → 1 a, undoes r2"],
  ["a rollback of a rollback goes forward", web("a", "b", "a"), "3 a → 2 b, undoes r3"],
  ["the same in all", web("a", "a"), "web is the same in every generation that is kept (there are 1 to 2)"],
  ["the only one", web("a"), "web is the same in every generation that is kept (there is only 1)"],
  ["none", [], "web was never deployed here by svcdeploy"],
  [
    "new in this generation",
    [{ run: "r1", services: {} }, ...web("a")],
    "generation 1 did not have web: a rollback does not remove a service",
  ],
  [
    "kept by an older svcdeploy",
    web(null, "a"),
    "generation 1 was made by an older svcdeploy that kept too little to roll back to",
  ],
  [
    "nothing, after it was removed",
    [...web("a", "b"), { run: "r3", services: {} }],
    "3 null → 2 b, undoes r3",
  ],
  [
    "removed before, and others after",
    [...web("a"), { run: "r2", services: {} }, { run: "r3", services: {} }],
    "3 null → 1 a, undoes r2",
  ],
  [
    "now by an older svcdeploy",
    web("a", null),
    "an older svcdeploy deployed web and kept too little to roll back to",
  ],
])("back from %s", (_name, rows, way) => {
  expect(wayOf(stepBack(keptOf(rows), "web", null, describeLetter))).toBe(way);
});

test("a service that was never there is told apart from one that cannot go back", () => {
  expect(stepBack(keptOf([]), "web", null, describeLetter)).toMatchObject({ isUnknown: true });
  expect(stepBack(keptOf(web("a")), "api", 7, describeLetter)).toMatchObject({ isUnknown: true });
  expect(stepBack(keptOf(web("a")), "web", 7, describeLetter)).not.toHaveProperty("isUnknown");
});

test.each([
  [1, "3 c → 1 a, undoes r3"],
  [2, "3 c → 2 b, undoes r3"],
  [3, "3 c → 3 c, undoes r3"],
  [7, "generation 7 is not kept here; there are 1 to 3"],
])("to generation %i", (to, way) => {
  expect(wayOf(stepBack(keptOf(web("a", "b", "c")), "web", to, describeLetter))).toBe(way);
});

test.each([
  ["the last run", web("a", "b"), "r2", ["2 b → 1 a, undoes r2"]],
  [
    "a run with others after it that left the service alone",
    web("a", "b", "b"),
    "r2",
    ["3 b → 1 a, undoes r2"],
  ],
  ["a run that was taken back already", web("a", "b", "a"), "r2", ["3 a → 1 a, undoes r2"]],
  ["a run that a later one changed", web("a", "b", "c"), "r2", ["run r3 of me changed web again since"]],
  ["a run that changed nothing", web("a", "a"), "r2", []],
  ["a run that nobody knows", web("a", "b"), "r9", []],
  ["the run that removed it", [...web("a"), { run: "r2", services: {} }], "r2", ["2 null → 1 a, undoes r2"]],
  [
    "a run whose service another one removed",
    [...web("a", "b"), { run: "r3", services: {} }],
    "r2",
    ["run r3 of me changed web again since"],
  ],
  [
    "the run that brought it",
    web("a"),
    "r1",
    ["that run brought web here: a rollback does not remove a service"],
  ],
])("back before %s", (_name, rows, run, ways) => {
  expect(stepsBefore(keptOf(rows), run, null, describeLetter).map(wayOf)).toEqual(ways);
});

test("of a run, only what it changed goes back; what was before the oldest generation is not known", () => {
  const rows = [
    { run: "r1", services: { web: "a", api: "x" } },
    { run: "r2", services: { web: "b", api: "x" } },
  ];
  expect(stepsBefore(keptOf(rows), "r2", null, describeLetter).map(wayOf)).toEqual(["2 b → 1 a, undoes r2"]);
  expect(stepsBefore(keptOf(rows, 5), "r1", null, describeLetter).map(wayOf)).toEqual([
    "the state before generation 5 is no longer kept",
    "the state before generation 5 is no longer kept",
  ]);
});

test("the story names the last change, and what was tried since", () => {
  const runs = [
    { madeBy: madeBy("r2"), result: "confirmed" },
    { madeBy: madeBy("r8"), result: "rolled-back" },
    { madeBy: { ...madeBy("r9"), services: ["api"] }, result: "rolled-back" },
    { madeBy: { ...madeBy("r10"), project: "other" }, result: "rolled-back" },
  ];
  const attempts = [{ madeBy: madeBy("r8"), failure: "web.service exited", services: ["web"] }];
  const story = serviceStory(keptOf(web("a", "b", "b"), 1, runs, attempts), "web", describeLetter);
  expect([story?.changed?.generation.number, story?.changed?.before?.version]).toEqual([2, "a"]);
  expect(story?.triedSince.map(({ madeBy: by, failure }) => [by.run, failure])).toEqual([
    ["r8", "web.service exited"],
  ]);
  expect(serviceStory(keptOf(web("a", "a"), 4), "web", describeLetter)?.changed).toBeNull();
  expect(serviceStory(keptOf(web("a")), "api", describeLetter)).toBeNull();
  const removed = serviceStory(keptOf([...web("a"), { run: "r2", services: {} }]), "web", describeLetter);
  expect([removed?.now, removed?.changed?.generation.number, removed?.changed?.before?.version]).toEqual([
    null,
    2,
    "a",
  ]);
});
