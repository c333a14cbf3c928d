import { expect, test } from "vitest";
import type { DriftHost } from "../../../src/core/drift/host-drift.ts";
import { makeRedactor } from "../../../src/core/redact.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { DriftView } from "../../../src/report/drift/drift-view.ts";
import {
  driftState,
  isNews,
  type Notification,
  slackBody,
  webhookBody,
} from "../../../src/report/drift/notification.ts";
import { CANARY, fileChange, plannedHost, sampleFindings } from "../samples.ts";

const host = (name: string, more: Partial<DriftHost> = {}): DriftHost => ({
  ...{ host: name, play: "stores", services: ["etcd"], findings: [], ignored: [], clock: null, error: null },
  ...more,
});
const view = (...hosts: readonly DriftHost[]): DriftView => ({
  environment: "prod",
  health: "with",
  hosts,
  rules: { expired: [], unmatched: [] },
});
const lost = (name: string): DriftHost => host(name, { error: plannedHost(name, null).error });
const told = (hosts: DriftView): Notification["previous"] => ({
  ...driftState(hosts),
  since: "2026-01-01T00:00:00.000Z",
});
const notification = (hosts: DriftView, previous: Notification["previous"] = null): Notification => ({
  ...{
    id: "ab".repeat(16),
    sentAt: "2026-01-02T00:00:00.000Z",
    run: { id: "cd".repeat(16), commit: "c0ffee" },
  },
  ...{ previous, view: hosts, origin: { project: "shop", root: "/srv/shop", controller: "ops1" } },
});
const plain = (text: string): string => text;
const drifted = view(host("db1", { findings: sampleFindings() }), host("db2"));

test("the states", () => {
  expect(driftState(view(host("db1"))).name).toBe("clean");
  expect(driftState(drifted).name).toBe("drift");
  expect(driftState(view(host("db1"), lost("db2"))).name).toBe("unseen");
  expect(driftState(view(host("db1", { findings: sampleFindings() }), lost("db2"))).name).toBe("drift");
});

test("who never heard anything hears nothing while all is well, and each change once", () => {
  const clean = driftState(view(host("db1"), host("db2")));
  expect(isNews(clean, null)).toBe(false);
  expect(isNews(driftState(drifted), null)).toBe(true);
  expect(isNews(driftState(drifted), told(drifted))).toBe(false);
  expect(isNews(clean, told(drifted))).toBe(true);
  expect(
    isNews(driftState(view(host("db2"), host("db1", { findings: sampleFindings() }))), told(drifted)),
  ).toBe(false);
  expect(
    isNews(
      driftState(view(host("db1", { findings: sampleFindings().slice(1) }), host("db2"))),
      told(drifted),
    ),
  ).toBe(true);
  expect(
    isNews(driftState(view(host("db1", { findings: sampleFindings() }), lost("db2"))), told(drifted)),
  ).toBe(true);
});

test("another edit of the same file is news; another word of a failing check is none", () => {
  const edited = (before: string): DriftView =>
    view(
      host("db1", {
        findings: [
          {
            kind: "content",
            service: "etcd",
            origin: "host",
            since: null,
            subject: "/etc/x",
            text: "other content",
            change: fileChange("/etc/x", before, "b\n"),
          },
        ],
      }),
    );
  expect(isNews(driftState(edited("one\n")), told(edited("two\n")))).toBe(true);
  const failing = (text: string): DriftView =>
    view(
      host("db1", {
        findings: [
          {
            kind: "health",
            service: "etcd",
            origin: "host",
            since: null,
            subject: "http",
            text,
            change: null,
          },
        ],
      }),
    );
  expect(isNews(driftState(failing("no answer after 3.1 s")), told(failing("no answer after 3.2 s")))).toBe(
    false,
  );
});

test("the webhook's body: only hosts that are not well, no content of files, no secret", () => {
  const body = webhookBody(notification(drifted), plain);
  expect(JSON.parse(body)).toMatchObject({
    schema: "svcdeploy.notification/1",
    event: "drift",
    state: "drift",
    previous: null,
    subject: "svcdeploy drift of shop, prod: 3 findings on db1",
    hosts: { total: 2, leftOut: 0 },
    drift: {
      schema: "svcdeploy.drift/1",
      hosts: [
        {
          host: "db1",
          findings: [{ kind: "content", change: null }, { kind: "not-running" }, { kind: "missing" }],
        },
      ],
    },
  });
  expect(body).not.toContain("log: debug");
  const secret = view(
    host("db1", {
      findings: [
        {
          kind: "foreign-drop-in",
          service: "etcd",
          origin: "host",
          since: null,
          subject: "x",
          text: `a ${CANARY} b`,
          change: null,
        },
      ],
    }),
  );
  const { redact } = makeRedactor([new Secret("TOKEN", CANARY)]);
  expect(webhookBody(notification(secret), redact)).toContain("<secret TOKEN>");
  expect(slackBody(notification(secret), redact)).not.toContain(CANARY);
});

test.each([
  [drifted, null, "drift"],
  [drifted, told(view(host("db1", { findings: sampleFindings().slice(1) }))), "drift-changed"],
  [view(host("db1")), told(drifted), "clean"],
  [view(lost("db1")), told(drifted), "unseen"],
  [view(lost("db1")), told(view(lost("db2"))), "unseen-changed"],
  [view(lost("db1")), told(view(host("db1"))), "unseen"],
])("event %#", (now, previous, event) => {
  expect(JSON.parse(webhookBody(notification(now, previous), plain))).toMatchObject({ event });
});

test("of very many hosts the last are left out, and counted", () => {
  const hosts = Array.from({ length: 4000 }, (_, index) =>
    host(`db${index}`, { findings: sampleFindings() }),
  );
  const body = webhookBody(notification(view(...hosts)), plain);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(256 * 1024);
  const { drift, hosts: counted } = JSON.parse(body);
  expect(counted.leftOut).toBe(4000 - drift.hosts.length);
  expect(drift.hosts.length).toBeGreaterThan(100);
});

test("nothing that a host says is markup in Slack, mentions anyone or ends the block", () => {
  const text = "<!channel> <@U1> <https://evil|click> & ``` *bold*\n".repeat(200);
  const hostile = view(
    host("db1", {
      findings: [
        {
          kind: "foreign-drop-in",
          service: "etcd",
          origin: "host",
          since: null,
          subject: "<!here>",
          text,
          change: null,
        },
      ],
    }),
  );
  const { text: fallback, blocks } = JSON.parse(slackBody(notification(hostile), plain));
  const sections: readonly string[] = blocks.map(
    (block: { readonly text: { readonly text: string } }) => block.text.text,
  );
  expect([fallback, ...sections].join("\n")).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
  expect(sections.every((section) => section.length <= 3000)).toBe(true);
  expect(sections[1]?.slice(3, -3)).not.toContain("```");
});
