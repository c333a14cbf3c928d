/** Runs a worker of the crash suite in namespaces of its own: what it mounts and starts ends with it. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The first process of the namespace takes up those that lost their parent. */
const FIRST = '"$@" & wait "$!"';

/**
 * Runs `node MODULE FOLDER WORDS…`; hear gets each line that it prints, and says whether that is enough. Throws
 * where the worker fails.
 */
export async function inNamespaces(
  module: string,
  words: readonly string[],
  hear: (line: string) => boolean,
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "svcdeploy-crash-"));
  const own = ["-mpnf", "--kill-child", "--mount-proc", "--propagation", "private"];
  const command = ["sh", "-c", FIRST, "sh", process.execPath, module, work, ...words];
  const child = spawn("unshare", [...own, ...command], { stdio: ["ignore", "pipe", "inherit"] });
  let isEnough = false;
  createInterface({ input: child.stdout }).on("line", (text) => {
    isEnough = hear(text) || isEnough;
    if (isEnough) child.kill("SIGKILL");
  });
  await new Promise<void>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      rmSync(work, { recursive: true, force: true });
      if (code === 0 || isEnough) done();
      else fail(new Error(`${module} ${words.join(" ")} ended with ${code}`));
    });
  });
}
