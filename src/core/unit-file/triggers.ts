/**
 * Which unit a socket, timer, path or automount starts (systemd.socket(5), systemd.timer(5), systemd.path(5),
 * systemd.automount(5)).
 */

/**
 * The unit that `name` starts, e.g. web.timer → web.service; a template's for a socket with Accept=yes; null
 * for units that start none. lookUp: of its directives, null where not set.
 */
export function triggeredUnit(
  name: string,
  lookUp: (section: string, directive: string) => string | null,
): string | null {
  const stem = name.slice(0, name.lastIndexOf("."));
  switch (name.slice(stem.length + 1)) {
    case "socket": {
      const accepts = /^(?:1|yes|y|true|t|on)$/i.test(lookUp("Socket", "Accept") ?? "");
      return accepts ? `${stem}@.service` : (lookUp("Socket", "Service") ?? `${stem}.service`);
    }
    case "timer":
      return lookUp("Timer", "Unit") ?? `${stem}.service`;
    case "path":
      return lookUp("Path", "Unit") ?? `${stem}.service`;
    case "automount":
      return `${stem}.mount`;
    default:
      return null;
  }
}
