/** The kinds of resources: what each shall be and what it is, by kind. */
import type { Observation } from "../model/observation.ts";
import type { State } from "../model/plan.ts";
import type { Resource } from "../model/resource.ts";
import * as account from "./account.ts";
import * as directory from "./directory.ts";
import * as file from "./file.ts";
import * as link from "./link.ts";
import * as release from "./release.ts";
import * as unit from "./unit.ts";

/** Both descriptions of a resource in one shape; null means absent. */
export type States = { readonly desired: State | null; readonly actual: State | null };

/** What a resource shall be and what the host says it is. */
export function statesOf(resource: Resource, observation: Observation): States {
  switch (resource.kind) {
    case "account":
      return { desired: account.desired(resource), actual: account.actual(resource, observation) };
    case "directory":
      return { desired: directory.desired(resource), actual: directory.actual(resource, observation) };
    case "file":
      return { desired: file.desired(resource), actual: file.actual(resource, observation) };
    case "link":
      return { desired: link.desired(resource), actual: link.actual(resource, observation) };
    case "release":
      return { desired: release.desired(resource), actual: release.actual(resource, observation) };
    case "unit":
      return { desired: unit.desired(resource), actual: unit.actual(resource, observation) };
  }
}
