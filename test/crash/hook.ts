/** Commands that strike runs at a point. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ready } from "./run.ts";

/** A command that strike runs at a point, as a fault. */
export function hook({ root }: Ready, number: number, name: string, lines: string): string {
  const path = join(root.work, `hook-${name}`);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return `${number}:hook=${path}`;
}
