/** Two services of one host that ask the same value of the kernel. */
import type { Problem } from "../errors.ts";
import type { Place } from "../model/declared.ts";
import { fileRoles } from "../model/file-role.ts";
import type { Service } from "../model/service.ts";

/** A problem for each value that an earlier service of the host sets as well; it names both places. */
export function sharedValues(services: readonly Pick<Service, "name" | "blockFiles">[]): readonly Problem[] {
  const first = new Map<string, { readonly service: string; readonly place: Place }>();
  const values = services.flatMap(({ name: service, blockFiles }) =>
    blockFiles.flatMap(({ role, lines }) =>
      lines.flatMap(({ text, place }) =>
        (fileRoles[role].live?.(text) ?? []).map(({ name, path }) => ({ service, name, path, place })),
      ),
    ),
  );
  return values.flatMap(({ service, name, path, place }) => {
    const other = first.get(path);
    if (other === undefined) first.set(path, { service, place });
    if (other === undefined || other.service === service) return [];
    const { file, line, column } = other.place;
    const message = `${name}: ${other.service} sets it as well, at ${file}:${line}:${column}`;
    return [{ place, message, hint: "Set it in one service alone.", excerpt: "" }];
  });
}
