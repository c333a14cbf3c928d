/** Where svcdeploy keeps what is its own on a host. */

/** Transactions, manifests, records and backups; root's alone. */
export const HOST_FOLDER = "/var/lib/svcdeploy";
