/** The constant scripts that run on hosts, read from the .sh files beside this module. */
import { readFileSync } from "node:fs";
import type { Script } from "../remote/remote.ts";

const text = (name: string): string => readFileSync(new URL(`./${name}`, import.meta.url), "utf8");
const script = (name: string): Script => ({ name, text: text(name) });

/** Scripts that a Remote runs directly. */
export const scripts = {
  probe: {
    name: "probe.sh",
    text: ["tree.sh", "transactions.sh", "versions.sh", "probe.sh"].map(text).join(""),
  },
  upload: script("upload.sh"),
  deliver: script("deliver.sh"),
  attend: script("attend.sh"),
  decide: script("decide.sh"),
  takeover: script("takeover.sh"),
  sample: script("sample.sh"),
  result: script("result.sh"),
  http: script("http.sh"),
  command: script("command.sh"),
  ports: script("ports.sh"),
  check: { name: "check.sh", text: text("transactions.sh") + text("check.sh") },
  generations: script("generations.sh"),
  kept: script("kept.sh"),
  runs: script("runs.sh"),
  status: { name: "status.sh", text: text("transactions.sh") + text("status.sh") },
  logs: script("logs.sh"),
  timer: script("timer.sh"),
  rehearse: script("rehearse.sh"),
  adopt: script("adopt.sh"),
  encrypt: script("encrypt.sh"),
} as const;

/** Files that every transaction carries, so that a host can finish or undo it without a controller. */
export const transactionFiles: readonly Script[] = [
  "apply.sh",
  "finish.sh",
  "journal.sh",
  "release.sh",
  "tree.sh",
  "words.sh",
  "triggers.sh",
  "commit.sh",
  "prune.sh",
  "apply-files.sh",
  "apply-acts.sh",
  "undo-values.sh",
  "undo-files.sh",
  "undo-units.sh",
  "recover.sh",
  "svcdeploy-recover.service",
].map(script);
