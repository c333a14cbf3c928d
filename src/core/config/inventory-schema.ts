/** The written form of inventory/*.yaml. */
import * as z from "zod";
import { refuseAddress, refuseLogin } from "./allow-lists.ts";
import {
  duration,
  flag,
  integer,
  listOf,
  map,
  mapOf,
  oneOf,
  scalar,
  text,
  textThat,
  treeMap,
} from "./schema-parts.ts";

const keyPath = textThat((path) =>
  /^[^\p{Cc}]{1,4000}$/u.test(path) && !path.startsWith("-")
    ? null
    : "a path has no control characters and does not start with -",
);

/** The keys of one host; the same may be in `defaults:`. */
export const hostSchema = map({
  address: textThat(refuseAddress).optional(),
  port: integer(1, 65535).optional(),
  user: textThat(refuseLogin).optional(),
  become: oneOf("sudo", "none").optional(),
  identity: keyPath.optional(),
  knownHosts: keyPath.optional(),
  connectTimeout: duration(1, 600).optional(),
  labels: mapOf(scalar).optional(),
  vars: treeMap.optional(),
  required: flag.optional(),
  sharedHost: flag.optional(),
  systemd: integer(247, 999).optional(),
});

const groupSchema = map({
  hosts: listOf(text).optional(),
  children: listOf(text).optional(),
  vars: treeMap.optional(),
});

/** inventory/*.yaml; what is in a host is checked with hostSchema once its ranges are expanded. */
export const inventorySchema = map({
  ansible: listOf(text).optional(),
  defaults: hostSchema.optional(),
  hosts: mapOf(z.union([treeMap, z.null()], { error: "a map is expected here" })).optional(),
  groups: mapOf(groupSchema).optional(),
  protected: flag.optional(),
});

/** A host as written. */
export type WrittenHost = z.infer<typeof hostSchema>;
/** A group as written. */
export type WrittenGroup = z.infer<typeof groupSchema>;
/** An inventory file as written. */
export type WrittenInventory = z.infer<typeof inventorySchema>;
