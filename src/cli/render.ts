/** `svcdeploy render`: the files that apply would send, printed or written. Needs no host. */
import { resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { writtenMode } from "../core/model/mode.ts";
import type { FileResource, HostTarget } from "../core/model/resource.ts";
import { writeRendered } from "../project/write-rendered.ts";
import { line, plural } from "../report/lines/text.ts";
import { artifactsToCompare } from "./artifacts-to-send.ts";
import type { Arguments } from "./options/arguments.ts";
import type { RENDER } from "./options/by-command.ts";
import { selectionOf } from "./options/selection.ts";
import { showText } from "./show-long.ts";
import { suggest } from "./suggest.ts";
import type { Surroundings } from "./surroundings.ts";
import { openWorkspace } from "./workspace.ts";

/** Prints the files, secret ones masked, or with --out writes exactly their bytes. */
export async function render(
  { options }: Arguments<typeof RENDER>,
  surroundings: Surroundings,
): Promise<number> {
  const selection = selectionOf(options);
  const { host: wanted, out } = options;
  const { plays } = await openWorkspace(selection, surroundings, null, artifactsToCompare(surroundings));
  const targets = distinctTargets(
    ofHost(
      plays.flatMap((play) => play.targets),
      wanted,
    ),
  );
  if (out === null) {
    await showText(printed(targets), surroundings);
    return 0;
  }
  const folder = resolve(surroundings.workingDirectory, out);
  const files = targets.flatMap((target) =>
    filesOf(target).map((file) => ({ host: target.host.name, file })),
  );
  await writeRendered(folder, files);
  surroundings.stdout.print([line(`${plural(files.length, "file")} written to ${folder}`)]);
  return 0;
}

function ofHost(targets: readonly HostTarget[], wanted: string | null): readonly HostTarget[] {
  if (wanted === null) return targets;
  const found = targets.filter((target) => target.host.name === wanted);
  if (found.length > 0) return found;
  const names = [...new Set(targets.map((target) => target.host.name))];
  throw new UsageError(
    `--host ${wanted}: no play deploys a service to that host`,
    suggest(wanted, names, ""),
  );
}

/** Each file under a heading; with several hosts each heading names its host. */
function printed(targets: readonly HostTarget[]): string {
  const several = new Set(targets.map((target) => target.host.name)).size > 1;
  return targets
    .flatMap((target) =>
      filesOf(target).map(
        (file) => `# ${several ? `${target.host.name}:` : ""}${heading(file)}\n${shown(file)}`,
      ),
    )
    .join("\n");
}

function heading(file: FileResource): string {
  return `${file.path} (${writtenMode(file.mode)} ${file.owner}:${file.group})`;
}

function shown(file: FileResource): string {
  if (file.secret) return "# secret, not shown; render --out writes it\n";
  const text = decode(file.content);
  if (text === null) return `# binary, ${plural(file.content.length, "byte")}\n`;
  return text === "" || text.endsWith("\n") ? text : `${text}\n# (no newline at the end of the file)\n`;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A file that several plays deliver to a host (a shared slice) is in the first one only. */
function distinctTargets(targets: readonly HostTarget[]): readonly HostTarget[] {
  const seen = new Set<string>();
  return targets.map((target) => {
    const resources = target.resources.filter((resource) => {
      if (resource.kind !== "file") return false;
      const key = `${target.host.name}:${resource.path}`;
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    });
    return { ...target, resources };
  });
}

function filesOf(target: HostTarget): readonly FileResource[] {
  return target.resources.filter((resource) => resource.kind === "file");
}
