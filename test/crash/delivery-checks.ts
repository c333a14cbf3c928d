/** What no crash shows of deliveries: bytes that changed on the way, and what another run is still making. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { line, stateFolder, systemScope } from "../../src/host/frames.ts";
import { scripts, transactionFiles } from "../../src/host/scripts.ts";
import { sha256 } from "../support/deliver-input.ts";
import type { Check } from "./checks.ts";
import { scriptText } from "./deliver.ts";
import { inRoot } from "./root.ts";
import type { Ready } from "./run.ts";
import { say } from "./say.ts";

/** All of them. */
export function runDeliveryChecks(ready: Ready): readonly Check[] {
  return [
    ...(["txn", "upload"] as const).map((folder) => halfMade(ready, folder)),
    halfReceived(ready),
    damagedDelivery(ready),
    damagedUpload(ready),
  ];
}

const DAMAGED = "9".repeat(32);
/** Sent under the hash of what has as many bytes. */
const [SENT, MEANT] = ["file\twrong\n", "file\tright\n"];

/** Bytes that changed on the way are not published, and so never carried out. */
function damagedDelivery({ root }: Ready): Check {
  const files = [...transactionFiles, { name: "plan", text: SENT }].map(({ name, text }) => {
    const sum = sha256(text === SENT ? MEANT : text);
    return line("file", name, String(Buffer.byteLength(text)), sum) + text;
  });
  const head = `nonce\n${stateFolder}\n${systemScope}\n${line(DAMAGED, "me@here", "shop", "300", "120")}`;
  const input = `${head}${files.join("")}end\n`;
  inRoot(root, `(${scriptText("deliver.sh", scripts.deliver.text)}\n); exit 0`, input);
  const isThere = existsSync(join(root.root, stateFolder, "txn", DAMAGED));
  return say("a delivery of damaged bytes", isThere && "it was published");
}

/** What another run has made and not locked yet is no leftover: nothing is removed while it holds the folder's lock. */
function halfMade({ root }: Ready, folder: "txn" | "upload"): Check {
  const made = `${stateFolder}/${folder}/other.${folder === "txn" ? "tmp/new" : "part"}`;
  const make = folder === "txn" ? `mkdir -p ${made}` : `: >${made}`;
  const { name, text } = folder === "txn" ? scripts.deliver : scripts.upload;
  const rest =
    folder === "txn"
      ? `${systemScope}\n${line(DAMAGED, "me@here", "shop", "300", "120")}`
      : line(DAMAGED, sha256(MEANT), String(MEANT.length));
  const hold = `mkdir -p ${stateFolder}/${folder}; ${make}; exec 6<${stateFolder}/${folder}; flock 6`;
  inRoot(root, `${hold}; (${scriptText(name, text)}\n); exit 0`, `nonce\n${stateFolder}\n${rest}`);
  return say(
    `a folder of ${folder} that another run is making`,
    !existsSync(join(root.root, made)) && "it was removed",
  );
}

/** The same of an artifact. */
function damagedUpload({ root }: Ready): Check {
  const sum = sha256(MEANT);
  const head = `nonce\n${stateFolder}\n${line(DAMAGED, sum, String(SENT.length))}`;
  inRoot(root, `(${scriptText("upload.sh", scripts.upload.text)}\n); exit 0`, `${head}${SENT}`);
  const isThere = existsSync(join(root.root, stateFolder, "upload", sum));
  return say("an upload of damaged bytes", isThere && "it was stored under the hash of others");
}

/** A run that is still receiving gave its turn to the next one, which removes what was cut off, not that. */
function halfReceived({ root }: Ready): Check {
  const script = scriptText("deliver.sh", scripts.deliver.text);
  const order = (id: string): string =>
    ["nonce", stateFolder, systemScope, line(id, "me@here", "shop", "300", "120").trimEnd()].join("\\n");
  const [slow, quick] = ["8".repeat(32), DAMAGED];
  const lines = [
    `rm -f /stand/slow && mkfifo /stand/slow && cat >/stand/deliver.sh <<'END'\n${script}\nEND`,
    "{ sh /stand/deliver.sh </stand/slow >/dev/null 2>&1 & } && exec 5>/stand/slow",
    `printf '${order(slow)}\\n' >&5`,
    `for each in 1 2 3 4 5 6 7 8 9; do [ -e ${stateFolder}/txn/${slow}.tmp/sums ] || /usr/bin/sleep 0.2; done`,
    `printf '${order(quick)}\\n' | sh /stand/deliver.sh >/dev/null 2>&1`,
    `[ -d ${stateFolder}/txn/${slow}.tmp ] && echo there; exec 5>&-; wait; rm -rf ${stateFolder}/txn/*.tmp`,
  ];
  const said = inRoot(root, lines.join("\n"), "");
  return say("a delivery that is still received", said.trim() !== "there" && "another run removed it");
}
