/** Directories: those a service declares, and the parents that our own files need. */
import { plainMode } from "../model/mode.ts";
import type { DirectoryResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";

/**
 * All directories of a service. paths: of the files and links that will be written. A declared directory wins
 * over an implied one.
 */
export function renderDirectories(
  service: Service,
  paths: readonly string[],
  hasRelease: boolean,
): readonly DirectoryResource[] {
  const implied = [
    ...paths.flatMap(parentsOf),
    ...(hasRelease ? [`/opt/${service.name}`, `/opt/${service.name}/releases`] : []),
  ];
  const all = new Map<string, DirectoryResource>();
  for (const path of implied)
    all.set(
      path,
      makeDirectory(
        service,
        { path, mode: SECRETS.test(path) ? "700" : "755", owner: "root", group: "root" },
        OURS.test(path) ? "enforce" : "keep",
      ),
    );
  // The mount point has the mode and owner of the file system on it, so that both look alike whether it is
  // mounted or not.
  if (service.cache !== null) all.set(service.cache.path, makeDirectory(service, service.cache, "enforce"));
  for (const directory of service.directories)
    all.set(directory.path, makeDirectory(service, directory, "enforce"));
  return [...all.values()];
}

const SECRETS = /^\/etc\/svcdeploy\/(?:env|credentials)(?:\/|$)/;
/** Folders that are ours alone; other implied ones may have been there long before us. */
const OURS = /^\/(etc\/svcdeploy|opt)(\/|$)/;
/** Of enablement links and of drop-ins: beside ours there may be others. */
const UNIT_LINKS = /^\/etc\/systemd\/system\/[^/]+\.(wants|requires|upholds|d)$/;

/**
 * Directories that a distribution makes itself, some with modes of their own (/etc/ssl/private): never
 * declared by us.
 */
const SYSTEM_DIRECTORIES = new Set(
  `X11 alternatives apparmor apparmor.d apt audit binfmt.d ca-certificates containerd cron.d cron.daily
  cron.hourly cron.monthly cron.weekly cups dbus-1 default depmod.d docker dpkg environment.d fail2ban fonts
  init.d iproute2 kernel ldap ld.so.conf.d letsencrypt logrotate.d lvm modprobe.d modules-load.d netplan
  network NetworkManager nftables opt pam.d pki polkit-1 ppp profile.d rc.d resolvconf rsyslog.d security
  selinux skel ssh ssl sudoers.d sysconfig sysctl.d systemd sysusers.d terminfo tmpfiles.d udev xdg
  yum.repos.d`.split(/\s+/),
);

function parentsOf(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  const parents = parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
  const own = parts[0] === "etc" && !SYSTEM_DIRECTORIES.has(parts[1] ?? "");
  return own ? parents.slice(1) : parents.filter((parent) => UNIT_LINKS.test(parent));
}

function makeDirectory(
  service: Service,
  from: Pick<DirectoryResource, "path" | "mode" | "owner" | "group">,
  existing: DirectoryResource["existing"],
): DirectoryResource {
  const { path, mode, owner, group } = from;
  return {
    kind: "directory",
    id: `directory:${path}`,
    service: service.name,
    path,
    mode: plainMode(mode),
    owner,
    group,
    existing,
  };
}
