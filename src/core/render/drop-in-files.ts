/** Drop-ins for units that are not ours: only their files are. */
import type { Problem } from "../errors.ts";
import type { FileResource, Service } from "../model.ts";
import { makeFile } from "./make-file.ts";
import { formatUnitText } from "./unit-text.ts";

/** /etc/systemd/system/<unit>.d/svcdeploy-<service>-<name>.conf for each: the name says whose it is. */
export function renderDropIns(service: Service, problems: Problem[]): readonly FileResource[] {
  return service.dropIns.map(({ unit, name, sections, onChange }) => {
    const path = `/etc/systemd/system/${unit}.d/svcdeploy-${service.name}-${name}.conf`;
    return makeFile(service.name, "drop-in", path, formatUnitText(sections, problems), { onChange });
  });
}
