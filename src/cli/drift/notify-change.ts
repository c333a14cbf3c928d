/**
 * Tells the receivers that the drift of an environment changed its state; the next run tells
 * who could not be reached.
 */

import { createHash } from "node:crypto";
import { performance } from "node:perf_hooks";
import { SvcdeployError } from "../../core/errors.ts";
import { SIGNATURE_HEADER, signature } from "../../core/notify/signature.ts";
import type { NotifyTarget } from "../../core/notify/target.ts";
import type { Secret } from "../../core/secret.ts";
import { type Message, send } from "../../notify/send.ts";
import type { MailOrigin } from "../../report/drift/drift-mail.ts";
import type { DriftView } from "../../report/drift/drift-view.ts";
import {
  driftState,
  isNews,
  type Notification,
  slackBody,
  webhookBody,
} from "../../report/drift/notification.ts";
import { errorLines } from "../../report/lines/error-text.ts";
import { line, styled } from "../../report/lines/text.ts";
import { readTold, type ToldBefore, writeTold } from "../../store/told-state.ts";
import { makeId } from "../run-identity.ts";
import type { Surroundings } from "../surroundings.ts";
import type { NotifyOrder } from "./notify-options.ts";

/** What a run has to tell, where it keeps what it told, and whom. */
export type DriftNews = {
  readonly view: DriftView;
  readonly origin: MailOrigin;
  readonly folder: string;
  readonly order: NotifyOrder;
};

/**
 * Sends what is news to each receiver, side by side. A receiver that fails is a line on standard error; the
 * exit code stays what it is.
 */
export async function notifyChange(
  { view, origin, folder, order }: DriftNews,
  surroundings: Surroundings,
): Promise<void> {
  const now = driftState(view);
  const told = await readTold(folder);
  const run = surroundings.logbook.read().run;
  const sentAt = new Date().toISOString();
  const results = await Promise.all(
    order.targets.map(async (target): Promise<readonly [string, ToldBefore] | null> => {
      const receiver = receiverOf(target);
      const previous = told.get(receiver) ?? null;
      if (!isNews(now, previous)) return null;
      const about: Notification = {
        id: makeId(),
        sentAt,
        run: { id: run?.id ?? "", commit: run?.commit ?? "none" },
        previous,
        view,
        origin,
      };
      return (await deliver(target, about, order.key, surroundings))
        ? [receiver, { ...now, since: sentAt }]
        : null;
    }),
  );
  const arrived = results.filter((result) => result !== null);
  if (arrived.length > 0) await remember(folder, new Map([...told, ...arrived]), surroundings);
}

/**
 * What could not be written down is sent again by the next run; that is no reason to hide what this one
 * found.
 */
async function remember(
  folder: string,
  told: ReadonlyMap<string, ToldBefore>,
  { stderr }: Surroundings,
): Promise<void> {
  try {
    await writeTold(folder, told);
  } catch (error) {
    if (!(error instanceof SvcdeployError)) throw error;
    stderr.print(errorLines(error, stderr.columns));
  }
}

async function deliver(
  target: NotifyTarget,
  about: Notification,
  key: Secret | null,
  { stdout, stderr }: Surroundings,
): Promise<boolean> {
  const started = performance.now();
  const body = target.form === "slack" ? slackBody(about, stdout.redact) : webhookBody(about, stdout.redact);
  const make = (): Message => ({
    url: target.url.reveal(),
    headers: headersOf(about, body, key, target),
    body,
  });
  const result = await send(make);
  if (result.ok) return true;
  const tries =
    result.attempts === 1
      ? ""
      : ` (${result.attempts} attempts, ${Math.round((performance.now() - started) / 1000)} s)`;
  stderr.print([
    line(
      styled("warn", `${target.shown} was not notified${tries}: `),
      result.reason,
      "; the next run tries again",
    ),
  ]);
  return false;
}

/** Each attempt is signed anew: receivers refuse what is older than a few minutes. */
function headersOf(
  { id }: Notification,
  body: string,
  key: Secret | null,
  { form }: NotifyTarget,
): Readonly<Record<string, string>> {
  const common = { "user-agent": "svcdeploy", "svcdeploy-id": id };
  return form === "slack" || key === null
    ? common
    : { ...common, [SIGNATURE_HEADER]: signature(key, Math.floor(Date.now() / 1000), body) };
}

/** What a receiver got is kept under this, because a URL may be a secret. */
function receiverOf({ form, url }: NotifyTarget): string {
  return createHash("sha256").update(`${form} ${url.reveal()}`).digest("hex").slice(0, 16);
}
