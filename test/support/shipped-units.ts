/** The unit files that the packages of a test host brought along, and a way to put files on a host. */
import type { TestHost } from "./hosts.ts";

type File = { readonly path: string; readonly text: string };

const TYPES = ["service", "socket", "timer", "path", "mount", "automount", "slice", "target"]
  .map((type) => `-name '*.${type}'`)
  .join(" -o ");

/** The unit files of a host's packages, for the system's manager and for users', as `system/x.service`. */
export async function shippedUnits(host: TestHost): Promise<readonly File[]> {
  const list = (root: string, folder: string) =>
    `cd ${root} && find ${folder} -type f '(' ${TYPES} ')' | sort | while read -r f; do echo "=== $f"; cat "$f"; echo; done`;
  // Debian 11 has /lib beside /usr/lib.
  const listed = await host.shell(`${list("/lib/systemd", "system")}; ${list("/usr/lib/systemd", "user")}`);
  return listed
    .split(/^=== /m)
    .slice(1)
    .map((part) => ({
      path: part.slice(0, part.indexOf("\n")),
      text: part.slice(part.indexOf("\n") + 1, -1),
    }));
}

/** Writes files with their folders, as root. Throws when that fails. */
export async function writeFiles(host: TestHost, files: readonly File[]): Promise<void> {
  const script = files.map(({ path, text }) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    return `mkdir -p '${folder}'; cat >'${path}' <<'END-OF-THE-FILE'\n${text}${text.endsWith("\n") ? "" : "\n"}END-OF-THE-FILE\n`;
  });
  const { status, stderr } = await host.exec(["sh"], script.join(""));
  if (status !== 0 || stderr !== "") throw new Error(`${host.name}: files could not be written: ${stderr}`);
}
