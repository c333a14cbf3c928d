/** One login: which keys were really offered, what the server said, and why it came to nothing. */
import type { AnyAuthMethod, Client } from "ssh2";
import { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { targetOf } from "./connection-errors.ts";
import type { Credentials } from "./credentials.ts";
import { copyKey, type Route, sshCommand } from "./key-commands.ts";
import { type LoginKey, OneKey } from "./login-keys.ts";

/** What is known of a login that is under way. */
export type LoginAttempt = {
  /**
   * The next key for ssh2; false: there is none left. isPartly: the key before was accepted, and is not
   * enough.
   */
  readonly next: (left: readonly string[] | null, isPartly: boolean | null) => AnyAuthMethod | false;
  /** Hears what the server says to people before the login is complete (RFC 4252, 5.4). */
  readonly listen: (client: Client) => void;
  /**
   * The error of a login that the server ended; null where the connection broke and it is not known why.
   * said: the text of its farewell, or empty.
   */
  readonly failure: (end: "all-tried" | "hung-up" | "broke", said: string) => ConnectError | null;
};

/** Starts the record of one login with these keys. */
export function startLogin(host: Host, credentials: Credentials, route: Route): LoginAttempt {
  const offered: LoginKey[] = [];
  let accepted: LoginKey | null = null;
  let wantsMore: readonly string[] = [];
  let banner = "";
  return {
    next: (left, isPartly) => {
      if (isPartly === true) {
        wantsMore = left ?? [];
        return false;
      }
      const key = credentials.keys[offered.length];
      if (key === undefined) return false;
      offered.push(key);
      accepted = null;
      const agent = new OneKey(key, () => {
        accepted = key;
      });
      return { type: "agent", username: host.user, agent };
    },
    listen: (client) => {
      client.on("banner", (text) => {
        banner = text;
      });
    },
    failure: (end, farewell) => {
      const told = { host, credentials, route, offered, said: shorten(banner) };
      if (wantsMore.length > 0) return moreWanted(told, wantsMore);
      if (end === "all-tried") return noneAccepted(told);
      if (/too many authentication failures/i.test(farewell)) return tooMany(told, shorten(farewell));
      // A network that broke is no refusal; a server that had its say, or took the key, is.
      if (accepted !== null && (end === "hung-up" || banner !== ""))
        return accountRefused(told, accepted, farewell);
      if (offered.length > 0 && end === "hung-up" && (banner !== "" || farewell !== ""))
        return hungUp(told, farewell);
      return null;
    },
  };
}

type Told = {
  readonly host: Host;
  readonly credentials: Credentials;
  readonly route: Route;
  readonly offered: readonly LoginKey[];
  readonly said: string;
};

const MOST_SAID = 400;

/** What a server wrote, as one line that is not too long. */
function shorten(text: string): string {
  const plain = sanitizeLine(text).replace(/\s+/g, " ").trim();
  return plain.length > MOST_SAID ? `${plain.slice(0, MOST_SAID)}…` : plain;
}

function said(words: string): string {
  return words === "" ? "" : `; it said: ${words}`;
}

function tryByHand({ host, route }: Told): string {
  return `Try it by hand: ${sshCommand(host, route)}`;
}

/** What was tried is what was offered, not what was going to be. */
function describeTried({ credentials, offered }: Told): string {
  const { skipped, keys } = credentials;
  const left = keys.slice(offered.length).map(({ name }) => name);
  const notes = [
    ...(skipped.length > 0 ? [`left out: ${skipped.join("; ")}`] : []),
    ...(left.length > 0 ? [`not tried: ${shortList(left)}`] : []),
  ];
  return `tried ${shortList(offered.map(nameKey))}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
}

function nameKey({ name, from }: LoginKey): string {
  return from === "agent" ? `${name} of the agent` : name;
}

const MOST_NAMES = 6;

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

function noneAccepted(told: Told): ConnectError {
  const { host, credentials } = told;
  return new ConnectError(
    "auth",
    host.name,
    `${targetOf(host)}: the server accepts none of the keys: ${describeTried(told)}${said(told.said)}`,
    {
      hint: `Check that the public key is in the authorized_keys of ${host.user} there. ${tryByHand(told)}`,
      commands: [copyKey(host, credentials.identity)],
    },
  );
}

function tooMany(told: Told, farewell: string): ConnectError {
  const { host, offered } = told;
  const count = offered.length === 1 ? "1 key" : `${offered.length} keys`;
  return new ConnectError(
    "auth",
    host.name,
    `${targetOf(host)}: the server hung up after ${count} (${farewell}): ${describeTried(told)}`,
    {
      hint:
        "Name the right key with --identity or `identity:` in the inventory: then no other is offered " +
        "(MaxAuthTries in sshd_config is the limit).",
    },
  );
}

function moreWanted({ host, route, said: banner }: Told, methods: readonly string[]): ConnectError {
  const wanted = sanitizeLine(methods.join(", "));
  return new ConnectError(
    "login",
    host.name,
    `${targetOf(host)}: the server accepts the key and asks for more (${wanted}), ` +
      `which svcdeploy cannot give${said(banner)}`,
    {
      hint:
        `Let a key be enough for ${host.user}: AuthenticationMethods in the host's sshd_config. ` +
        `Try it by hand: ${sshCommand(host, route)}`,
    },
  );
}

function accountRefused(told: Told, key: LoginKey, farewell: string): ConnectError {
  const { host } = told;
  const words = [told.said, shorten(farewell)].filter((text) => text !== "").join(" ");
  const isExpired = /account (has |is )?expired/i.test(words);
  const subject = isExpired
    ? `the account of ${host.user} has expired: the server accepts the key (${nameKey(key)}) and no login`
    : `the server accepts the key (${nameKey(key)}) and refuses the login`;
  const where = isExpired
    ? `On the host, as root: chage -l ${host.user} shows when; chage -E -1 ${host.user} lifts it.`
    : "PAM decides this on the host: /etc/nologin while it boots, stops or is maintained, a locked " +
      "account, access.conf; journalctl -t sshd there says which.";
  return new ConnectError(
    "login",
    host.name,
    `${targetOf(host)}: ${subject}${words === "" ? " without a word" : said(words)}`,
    { hint: `${where} ${tryByHand(told)}` },
  );
}

function hungUp(told: Told, farewell: string): ConnectError {
  const { host, offered } = told;
  const words = [told.said, shorten(farewell)].filter((text) => text !== "").join(" ");
  const count = offered.length === 1 ? "1 key" : `${offered.length} keys`;
  return new ConnectError(
    "login",
    host.name,
    `${targetOf(host)}: the server hung up during the login, after ${count}${said(words)}`,
    { hint: `journalctl -t sshd on the host says why. ${tryByHand(told)}` },
  );
}
