/** A service file's text → Service, for tests. */

import { normaliseService } from "../../../src/core/config/service.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";
import type { Host } from "../../../src/core/model/declared.ts";
import type { Service } from "../../../src/core/model/service.ts";
import { isTreeMap } from "../../../src/core/model/tree.ts";

/** A host with systemd 247 and nothing special. */
export const anyHost: Host = {
  name: "web1",
  address: "10.0.0.1",
  port: 22,
  user: "root",
  become: "none",
  identity: null,
  knownHosts: null,
  connectTimeoutSeconds: 10,
  groups: [],
  vars: {},
  labels: {},
  systemd: 247,
  required: false,
  place: { file: "inventory/x.yaml", line: 1, column: 1 },
};

/** The service that services/x.yaml with this text is on a host; strings are taken as they stand. */
export function normaliseText(text: string, on: Host = anyHost): Service {
  const document = parseYaml(text, "services/x.yaml");
  if (!isTreeMap(document.tree)) throw new Error("the test's text is no map");
  return normaliseService(
    { name: "x", file: "services/x.yaml", tree: document.tree, placeOf: document.placeOf },
    document.tree,
    on,
  );
}
