/** What the crash suite needs on this machine; what is missing is installed where that is known how. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("../..", import.meta.url));

/** The machine lacks what the suite needs: nothing was struck. The message says what to do. */
export class NotReady extends Error {}

function script(...words: readonly string[]): boolean {
  return spawnSync("sh", words, { cwd: top, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

/** For worlds without systemd. Throws NotReady. */
export function setUpPlain(): void {
  const isRoot = process.platform === "linux" && process.getuid?.() === 0;
  if (!isRoot || spawnSync("unshare", ["-mpnf", "true"]).status !== 0)
    throw new NotReady(
      "Worlds without systemd need Linux, root and namespaces of their own (unshare -mpnf); nothing was struck. " +
        "Run this as root on Linux, or name a world with systemd: --world 252",
    );
  const packages = ["gcc:gcc", "patch:patch"];
  // gcc alone brings no headers; they are no command, so this is asked for only where they are missing.
  const headers = ["/usr/include/stdio.h", "/usr/include/linux/seccomp.h"];
  if (!headers.every((path) => existsSync(path))) packages.push("libc6-dev:headers-of-the-c-library");
  if (!script("scripts/setup-packages.sh", ...packages))
    throw new NotReady(
      "Worlds without systemd cannot be set up; nothing was struck. What is missing is named above.",
    );
}

/** For worlds with systemd: an engine that answers, and the host images. Throws NotReady. */
export function setUpSystemd(names: readonly string[]): void {
  const isReady = script("docker/engine.sh") && script("docker/images.sh");
  if (!isReady)
    throw new NotReady(
      `The worlds with systemd (${names.join(", ")}) cannot be set up; nothing was struck. Do what is said above, ` +
        "until `docker info` works for this user, and run this again; --world NAME runs one without Docker.",
    );
}
