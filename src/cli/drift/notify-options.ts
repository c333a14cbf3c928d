/** --notify and its key: the receivers, read and checked before any host is contacted. */
import { resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { MIN_NOTIFY_KEY_LENGTH } from "../../core/notify/signature.ts";
import { type NotifyTarget, parseNotifyTarget } from "../../core/notify/target.ts";
import { Secret } from "../../core/secret.ts";
import { readPrivateFile } from "../../project/private-file.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { PASSED_ON } from "../options/groups.ts";
import type { Surroundings } from "../surroundings.ts";

/** The variable that holds the key where --notify-key names no file. */
export const NOTIFY_KEY_VARIABLE = "SVCDEPLOY_NOTIFY_KEY";

/** The receivers, and the key for those whose messages are signed; null: there are none. */
export type NotifyOrder = { readonly targets: readonly NotifyTarget[]; readonly key: Secret | null };

/** Reads them, and has their secrets redacted from here on. Throws UsageError. */
export async function notifyOrder(
  { notify, "notify-key": keyFile }: Pick<OptionValues<typeof PASSED_ON>, "notify" | "notify-key">,
  { workingDirectory, environment, stdout, stderr }: Surroundings,
): Promise<NotifyOrder> {
  const targets = await readTargets(notify, workingDirectory);
  const key = needsKey(targets)
    ? await readKey(keyFile, workingDirectory, environment[NOTIFY_KEY_VARIABLE])
    : null;
  const secrets = [...targets.map(({ url }) => url), ...(key === null ? [] : [key])];
  stdout.protect(secrets);
  stderr.protect(secrets);
  return { targets, key };
}

/** The receivers that these words name. Throws UsageError. */
export async function readTargets(
  words: readonly string[],
  workingDirectory: string,
): Promise<readonly NotifyTarget[]> {
  const lists = await Promise.all(words.map((word) => urlsOf(word, workingDirectory)));
  return lists.flat().map(parseTarget);
}

/** Whether a message to one of them is signed. */
export function needsKey(targets: readonly NotifyTarget[]): boolean {
  return targets.some(({ form }) => form === "signed");
}

/** `@FILE` holds one URL a line: a hook's URL is a secret, and a command line is no place for one. */
async function urlsOf(
  word: string,
  workingDirectory: string,
): Promise<readonly { readonly text: string; readonly place: string }[]> {
  if (!word.startsWith("@")) return [{ text: word, place: "--notify" }];
  const path = resolve(workingDirectory, word.slice(1));
  const lines = (await readPrivateFile(path, "--notify"))
    .split("\n")
    .map((text, index) => ({ text: text.trim(), place: `${path}:${index + 1}` }));
  const found = lines.filter(({ text }) => text !== "" && !text.startsWith("#"));
  if (found.length === 0) throw new UsageError(`--notify: ${path} contains no URL`);
  return found;
}

function parseTarget({ text, place }: { readonly text: string; readonly place: string }): NotifyTarget {
  const target = parseNotifyTarget(text);
  if ("problem" in target)
    throw new UsageError(
      `${place}: ${target.problem}`,
      "E.g. --notify https://hooks.example.org/drift or --notify @FILE",
    );
  return target;
}

/** The key in a file, else in a variable. Throws UsageError when it is missing or short. */
export async function readKey(
  file: string | null,
  workingDirectory: string,
  variable: string | undefined,
): Promise<Secret> {
  const from = file === null ? NOTIFY_KEY_VARIABLE : resolve(workingDirectory, file);
  const key = (file === null ? (variable ?? "") : await readPrivateFile(from, "--notify-key")).trim();
  const make = "Make one with `openssl rand -hex 32`, and give it to the receiver too.";
  if (key === "")
    throw new UsageError(`--notify needs a signing key: ${NOTIFY_KEY_VARIABLE} or --notify-key FILE`, make);
  if (key.length < MIN_NOTIFY_KEY_LENGTH)
    throw new UsageError(
      `${from} has ${key.length} characters; a key needs ${MIN_NOTIFY_KEY_LENGTH} or more`,
      make,
    );
  return new Secret(NOTIFY_KEY_VARIABLE, key);
}
