/**
 * What is sent when the drift of an environment changes its state: the state, the signed webhook's body
 * (schema svcdeploy.notification/1), Slack's.
 */

import { createHash } from "node:crypto";
import type { DriftHost } from "../../core/drift/host-drift.ts";
import type { Finding } from "../../core/model/plan.ts";
import { formatJson } from "../lines/json.ts";
import { escapeHtml } from "../lines/markdown.ts";
import { plainText } from "../lines/text.ts";
import { changeJson } from "../plan/plan-json.ts";
import { driftJson } from "./drift-json.ts";
import { driftMail, type MailOrigin, mailSubject } from "./drift-mail.ts";
import type { DriftView } from "./drift-view.ts";

/**
 * unseen: nothing was found, and not every host was seen. digest: the same exactly while nothing changes that
 * is worth telling.
 */
export type DriftState = { readonly name: "clean" | "drift" | "unseen"; readonly digest: string };

/** What was sent last. since: ISO 8601. */
export type ToldState = DriftState & { readonly since: string };

/** What is sent. id: 32 hex digits, the same at every attempt; sentAt: ISO 8601. */
export type Notification = {
  readonly id: string;
  readonly sentAt: string;
  readonly run: { readonly id: string; readonly commit: string };
  readonly previous: ToldState | null;
  readonly view: DriftView;
  readonly origin: MailOrigin;
};

const MAX_BODY_BYTES = 256 * 1024;
/** Slack cuts or refuses a section of more than 3000 characters. */
const MAX_SLACK_CHARACTERS = 2800;

/** The state of a view. */
export function driftState(view: DriftView): DriftState {
  const marks = view.hosts.flatMap(markHost).sort();
  const name = view.hosts.some((host) => host.findings.length > 0)
    ? "drift"
    : view.hosts.some((host) => host.error !== null)
      ? "unseen"
      : "clean";
  return { name, digest: createHash("sha256").update(marks.join("\n")).digest("hex") };
}

/** Whether the receiver has not heard this yet; one that never heard anything takes it that all is well. */
export function isNews(now: DriftState, told: ToldState | null): boolean {
  return told === null ? now.name !== "clean" : now.digest !== told.digest;
}

/** The webhook's body: hosts that are well are only counted, and of very many the last are left out. */
export function webhookBody(notification: Notification, redact: (text: string) => string): string {
  const { view } = notification;
  const bad = view.hosts.filter((host) => host.error !== null || host.findings.length > 0);
  for (let count = bad.length; ; count = Math.floor(count / 2)) {
    const text = redact(
      formatJson(bodyOf(notification, bad.slice(0, count).map(withoutContent), bad.length - count), 0),
    ).trimEnd();
    if (Buffer.byteLength(text) <= MAX_BODY_BYTES || count === 0) return text;
  }
}

/**
 * Slack's form: a fallback text and one section; whatever the hosts said cannot mention a user, link, or end
 * its block.
 */
export function slackBody({ view, origin }: Notification, redact: (text: string) => string): string {
  const subject = escapeHtml(redact(mailSubject(view, origin.project)));
  const lines = redact(
    plainText(driftMail({ ...view, hosts: view.hosts.map(withoutContent) }, origin).slice(1)),
  ).trim();
  const details = cut(escapeHtml(lines.replaceAll("```", "'''")), MAX_SLACK_CHARACTERS);
  const section = (text: string): object => ({ type: "section", text: { type: "mrkdwn", text } });
  return formatJson(
    {
      text: subject,
      blocks: [
        section(`*${cut(subject, 500)}*`),
        ...(details === "" ? [] : [section(`\`\`\`${details}\`\`\``)]),
      ],
    },
    0,
  );
}

function bodyOf(notification: Notification, hosts: readonly DriftHost[], leftOut: number): object {
  const { id, sentAt, run, previous, view, origin } = notification;
  const now = driftState(view);
  const before = previous?.name ?? "clean";
  return {
    schema: "svcdeploy.notification/1",
    id,
    sentAt,
    event: before === now.name ? `${now.name}-changed` : now.name,
    state: now.name,
    previous: previous === null ? null : { state: previous.name, since: previous.since },
    project: origin.project,
    controller: origin.controller,
    run: run.id,
    commit: run.commit,
    subject: mailSubject(view, origin.project),
    hosts: { total: new Set(view.hosts.map((host) => host.host)).size, leftOut },
    drift: { ...driftJson({ ...view, hosts }), summary: undefined },
  };
}

/**
 * What someone wrote into a file by hand may be a password, and this is sent out: the file's name must do.
 */
function withoutContent(host: DriftHost): DriftHost {
  return { ...host, findings: host.findings.map((finding) => ({ ...finding, change: null })) };
}

/** Words that differ at each look though nothing changed are no news; neither is a secret's hash. */
function markHost({ host, findings, error }: DriftHost): readonly string[] {
  const unseen = error === null ? [] : [JSON.stringify(["unseen", host, error.code])];
  return [...unseen, ...findings.map((finding) => JSON.stringify([host, ...markFinding(finding)]))];
}

function markFinding({ kind, service, subject, text, change }: Finding): readonly unknown[] {
  const restless =
    kind === "health" ||
    kind === "not-running" ||
    kind === "stale-process" ||
    kind === "unfinished-transaction";
  return [kind, service, subject, restless ? "" : text, change === null ? null : changeJson(change)];
}

/** Never in the middle of an entity or of a character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).replace(/(?:&[a-z]{0,3}|[\ud800-\udbff])$/, "")}…`;
}
