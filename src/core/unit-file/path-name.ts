/** Paths taken apart as texts: on a host, in an archive or in a project, with slashes. */

/** The last part of a path: "b.conf" of "/a/b.conf"; empty behind a slash at the end. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What is before the last slash: "/a" of "/a/b.conf"; empty where there is none before it. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
