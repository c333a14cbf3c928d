/** `decide` in every state of a transaction on a real host: held.sh asks it, and this says what has to come of it. */
import { readFileSync } from "node:fs";
import { scripts } from "../../src/host/scripts.ts";
import type { TestHost } from "../support/hosts.ts";
import { until } from "../support/until.ts";
import type { LinkCase } from "./link-cases.ts";

type Decide = Extract<LinkCase, { readonly kind: "decide" }>;
/** What held.sh printed: the state that decide.sh answered, and which of token, confirmed and rollback are there then. */
export type Answer = { readonly state: string; readonly marks: readonly string[] };

/** How a transaction comes to a state that it is not held in. */
const WAYS: Readonly<
  Partial<Record<Decide["state"], readonly [when: string, before: string, after: string]>>
> = {
  CONFIRMED: ["-", "", ""],
  GONE: ["-", "", ""],
  ROLLEDBACK: ["AWAIT", 'mv -T "$txn/token" "$txn/rollback"', ""],
  REFUSED: [
    "STAGED",
    "cp -p /etc/app/app.conf /run/kept; echo edited >>/etc/app/app.conf",
    "cat /run/kept >/etc/app/app.conf",
  ],
  ROLLBACK_FAILED: [
    "AWAIT",
    'mount --bind /etc/app /etc/app; mount -o remount,ro,bind /etc/app; mv -T "$txn/token" "$txn/rollback"',
    "umount /etc/app",
  ],
};

/** Waits for the host's next transaction and asks. ready: it waits. Null: the state was missed. */
export async function askHeld(
  host: TestHost,
  { state, word }: Decide,
): Promise<{ readonly ready: Promise<unknown>; readonly answer: Promise<Answer | null> }> {
  const held = readFileSync(new URL("./held.sh", import.meta.url), "utf8");
  await host.exec(["sh", "-c", "rm -f /run/held-ready; cat >/run/held.sh"], held);
  await host.exec(["sh", "-c", "cat >/run/decide.sh"], scripts.decide.text);
  const [when, before, after] = WAYS[state] ?? ["held", "", ""];
  const words = ["timeout", "150", "sh", "/run/held.sh", state, when, word, before, after, "/run/decide.sh"];
  const isReady = async (): Promise<true | null> =>
    (await host.exec(["test", "-e", "/run/held-ready"])).status === 0 || null;
  const answer = host.exec(words).then(({ stdout }) => readAnswer(stdout));
  return { ready: until(60_000, `${host.name}: held.sh waits`, isReady, 50), answer };
}

/** Reads what held.sh printed; null: the state was missed. */
export function readAnswer(text: string): Answer | null {
  const state = /^state (\S+)$/m.exec(text)?.[1];
  const marks = /^marks(.*)$/m.exec(text)?.[1];
  if (state === undefined || marks === undefined || /^missed/m.test(text)) return null;
  return { state, marks: marks.trim().split(" ").filter(Boolean) };
}

/** What is wrong with the answer, and with what the transaction came to after it. end: null where the host is neither. */
export function judgeAnswer(
  { state, word }: Decide,
  answer: Answer,
  end: "old" | "new" | null,
): readonly string[] {
  const wrong: string[] = [];
  if (answer.state !== state) wrong.push(`decide answers ${answer.state}`);
  const due = dueMark(state, word);
  const [mark = "none"] = answer.marks.filter((each) => each !== "token");
  if (answer.marks.length > 1) wrong.push(`there are ${answer.marks.join(" and ")} at once`);
  if (!due.includes(mark)) wrong.push(`the mark is ${mark}, not ${due.join(" or ")}`);
  const isNew = mark === "confirmed" || (mark === "none" && state !== "REFUSED");
  if (end !== null && end !== (isNew ? "new" : "old"))
    wrong.push(`the mark is ${mark}, and the host is ${end}`);
  return wrong;
}

/** Which of confirmed and rollback may be there once it was asked. Before it is armed there is nothing to take. */
function dueMark(state: Decide["state"], word: Decide["word"]): readonly string[] {
  if (state === "STAGED") return word === "rollback" ? ["none", "rollback"] : ["none"];
  if (state === "REFUSED" || state === "GONE") return ["none"];
  if (state === "CONFIRMED") return ["confirmed"];
  if (state === "ROLLINGBACK" || state === "ROLLEDBACK" || state === "ROLLBACK_FAILED") return ["rollback"];
  if (word === "rollback") return ["rollback"];
  return state === "AWAIT" ? ["confirmed"] : ["none"];
}
