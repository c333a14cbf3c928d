/** --notify: where a change of state is reported, and in which form. */
import { Secret } from "../secret.ts";

/**
 * One receiver. The URL is a secret: anyone who knows a Slack hook's may post. shown: what may be printed of
 * it.
 */
export type NotifyTarget = {
  readonly form: "signed" | "slack";
  readonly url: Secret;
  readonly shown: string;
};

const SLACK = "slack+";

/**
 * Reads https://…, slack+https://…, or either with http to this machine; problem: why it is no receiver,
 * without its path.
 */
export function parseNotifyTarget(text: string): NotifyTarget | { readonly problem: string } {
  const form = text.startsWith(SLACK) ? "slack" : "signed";
  const bare = form === "slack" ? text.slice(SLACK.length) : text;
  if (!URL.canParse(bare)) return { problem: "this is not a URL; write https://… or slack+https://…" };
  const url = new URL(bare);
  const shown = `${form === "slack" ? SLACK : ""}${url.origin}/…`;
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return { problem: `${url.protocol} is neither https nor slack+https` };
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    return { problem: `${shown} would be sent in the clear; http is taken for this machine only` };
  if (url.username !== "" || url.password !== "")
    return { problem: `${shown} holds a user name or password; signatures are what proves the sender` };
  return { form, url: new Secret(`URL ${shown}`, url.href), shown };
}

/** 127.0.0.0/8, ::1 and localhost; URL has brought the name into its one form. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
