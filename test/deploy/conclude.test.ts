import { expect, test } from "vitest";
import { ConnectError, HostError } from "../../src/core/errors.ts";
import { EXIT, exitCodeOf } from "../../src/core/exit-code.ts";
import type { Change, State } from "../../src/core/model/plan.ts";
import type { Resource } from "../../src/core/model/resource.ts";
import { makeFile } from "../../src/core/render/make-file.ts";
import { conclude, differencesOf } from "../../src/deploy/conclude.ts";
import type { Judgement } from "../../src/deploy/judge.ts";
import type { Story } from "../../src/deploy/story.ts";
import { makeObservation, makeResource, makeTarget } from "../core/plan/host-builder.ts";

const plan = {
  changes: [],
  actions: [],
  manifests: [
    { service: "old", content: "" },
    { service: "app", content: "file" },
  ],
};
const parts = {
  target: makeTarget([makeResource({ kind: "unit", service: "app" })]),
  plan,
  startedAt: 0,
  context: { now: () => 1000, run: { environment: "prod" } },
  transaction: { id: "0".repeat(32) },
};
const story = parts as unknown as Story; // nothing else of it is read

test("a transaction that another run settled is not called a failed undo: no one here knows", async () => {
  const report = await conclude(story, { name: "GONE", detail: "" }, null);
  expect(report).toMatchObject({ status: "unknown", cause: "unknown" });
  expect(report.message).toContain("is unknown");
});

test("a service that was removed is among those that the run was about", async () => {
  const report = await conclude(story, { name: "CONFIRMED", detail: "" }, null);
  expect(report.services).toEqual(["app", "old"]);
});

test.each([
  ["locked: another transaction holds the lock of this host", "locked"],
  ["the disk was full", "host"],
])("a refusal has its own cause: %s", async (detail, cause) => {
  const report = await conclude(story, { name: "REFUSED", detail }, null);
  expect(report).toMatchObject({ status: "failed", cause, message: `Nothing was changed: ${detail}` });
});

test("a conflict names the last run that the host confirmed, another one than this", async () => {
  const detail = "conflict: /etc/a is not as it was when the plan was made";
  const record = (digit: string, result: string): string =>
    `run=${digit.repeat(32)} project=shop user=anna controller=desk command=apply txn=${digit.repeat(32)} at=940 result=${result}`;
  const records = [record("1", "confirmed"), record("2", "confirmed"), record("3", "rolled-back")];
  const id = "a".repeat(32);
  const stdout = [
    `${id} begin`,
    "clock\t1000",
    "uid\t0",
    "size\t9",
    `${id} runs`,
    ...records,
    `${id} end`,
    "",
  ];
  const run = async (): Promise<object> => ({ exitCode: 0, stdout: stdout.join("\n"), stderr: "" });
  const remote = { host: parts.target.host, run, close() {} };
  const context = { ...parts.context, newId: () => id, connector: { connect: async () => remote } };
  const asked = { ...parts, context: { ...context, run: { id: "2".repeat(32) } } } as unknown as Story; // nothing else is read
  const report = await conclude(asked, { name: "REFUSED", detail }, null);
  expect(report).toMatchObject({ status: "failed", cause: "conflict" });
  expect(report.message).toBe(
    `Nothing was changed: ${detail}\nThe last run there: 111111111111 of anna@desk (apply), 60 s ago`,
  );
});

test("a conflict on a host that cannot be asked again is reported all the same", async () => {
  const connect = async (): Promise<never> => {
    throw new ConnectError("unreachable", "web1", "web1: gone");
  };
  const context = { ...parts.context, connector: { connect } };
  const story = { ...parts, context } as unknown as Story; // nothing else is read
  const report = await conclude(story, { name: "REFUSED", detail: "conflict: /etc/a" }, null);
  expect(report.message).toBe("Nothing was changed: conflict: /etc/a");
});

/** A story of which the host kept this of its end. */
function undoneStory(kept: Readonly<Record<string, string>>): Story {
  const id = "a".repeat(32);
  const stdout = Object.entries(kept)
    .map(([word, rest]) => `${id} ${word} ${rest}\n`)
    .join("");
  const remote = {
    host: parts.target.host,
    run: async () => ({ exitCode: 0, stdout, stderr: "" }),
    close() {},
  };
  const context = {
    ...parts.context,
    newId: () => id,
    redact: (text: string) => text,
    connector: { connect: async () => remote },
  };
  const asked = { plan: { ...plan, actions: [] }, observation: makeObservation({}, []) };
  const undone = { ...parts, ...asked, context, transaction: { ...parts.transaction, units: [] } };
  return undone as unknown as Story; // a host that says what it kept, and nothing else
}

const sick: Judgement = {
  ok: false,
  verdicts: [{ unit: "app.service", ok: false, cause: "crash-loop", isActive: "failed", detail: "" }],
  health: [],
};

test.each([
  [
    "unhealthy",
    { failure: "the controller took the transaction back" },
    sick,
    "rolled-back",
    EXIT.rolledBack,
  ],
  [
    "unhealthy",
    { failure: "systemctl restart app.service ended with 1" },
    null,
    "rolled-back",
    EXIT.rolledBack,
  ],
  ["conflict", { failure: "conflict: /etc/a was changed" }, null, "rolled-back", EXIT.failed],
  ["host", {}, null, "rolled-back", EXIT.failed],
  ["conflict", { failure: "taken back", conflicts: "/etc/a" }, sick, "failed", EXIT.failed],
] as const)(
  "a transaction that was undone has its cause, and the run its exit code: %s after %o",
  async (cause, kept, judged, status, exitCode) => {
    const report = await conclude(undoneStory(kept), { name: "ROLLEDBACK", detail: "" }, judged);
    expect(report).toMatchObject({ status, cause });
    expect(exitCodeOf([report])).toBe(exitCode);
  },
);

test("an undo that failed is no rollback, whatever was wrong before", async () => {
  const end = { name: "ROLLBACK_FAILED", detail: "/etc/a cannot be restored" };
  const report = await conclude(undoneStory({ failure: "taken back" }), end, sick);
  expect(report).toMatchObject({ status: "failed", cause: "rollback-failed" });
  expect(exitCodeOf([report])).toBe(EXIT.failed);
});

test("what was made, changed and removed is told apart, whether its text may be shown or not", () => {
  const [made, path] = [makeFile("web", "config", "/etc/a", "new\n", {}), "/etc/link"];
  const secret = makeFile("web", "config", "/etc/b", "token\n", { secret: true });
  const link: Resource = {
    kind: "link",
    id: `link:${path}`,
    service: "web",
    path,
    target: "/new",
    role: "current",
  };
  const state = { type: "file", sha256: "0" };
  const of = (resource: Resource, before: State | null, after: State | null): Change => {
    return {
      resource,
      before,
      after,
      differs: ["sha256"],
      beforeContent: before === null ? null : Buffer.from("old\n"),
    };
  };
  const changes = [
    of(made, null, state),
    of(made, state, state),
    of(made, state, null),
    of(secret, null, state),
    of(secret, state, null),
  ];
  const links = [of(link, null, { target: "/new" }), of(link, { target: "/old" }, null)];
  expect(differencesOf({ changes: [...changes, ...links] })).toEqual([
    { path: "/etc/a", change: "create", secret: false, before: null, after: "new\n" },
    { path: "/etc/a", change: "update", secret: false, before: "old\n", after: "new\n" },
    { path: "/etc/a", change: "remove", secret: false, before: null, after: null },
    { path: "/etc/b", change: "create", secret: true, before: null, after: null },
    { path: "/etc/b", change: "remove", secret: true, before: null, after: null },
    { path, change: "create", secret: false, before: null, after: "/new" },
    { path, change: "remove", secret: false, before: "/old", after: null },
  ]);
});

test("a transaction that could not be judged says why, and is not called unhealthy", async () => {
  const kept = { failure: "the controller took the transaction back" };
  const why = new HostError("host-answer", "h", "h: systemctl did not report every unit");
  const report = await conclude(undoneStory(kept), { name: "ROLLEDBACK", detail: "" }, null, why);
  expect(report).toMatchObject({
    status: "rolled-back",
    cause: "host",
    message: "not confirmed, as it could not be judged: h: systemctl did not report every unit",
  });
  // Where the host itself lost the transaction, that is the reason.
  const lost = await conclude(undoneStory({}), { name: "ROLLEDBACK", detail: "restarted" }, null, why);
  expect(lost.message).toBe("restarted");
});
