/** What the command line of rollback asks for. */
import { UsageError } from "../../core/errors.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { ROLLBACK } from "../options/by-command.ts";

/** A service, or a run by the start of its id; to: the generation to go to, null: the one before. */
export type RollbackOrder = (
  | { readonly kind: "service"; readonly service: string }
  | { readonly kind: "run"; readonly run: string }
) & {
  readonly to: number | null;
};

/** Throws UsageError. */
export function rollbackOrder(
  { run, to }: OptionValues<typeof ROLLBACK>,
  service: string | null,
): RollbackOrder {
  if (service !== null && run !== null) throw new UsageError("Name a service or give --run, not both");
  const common = { to: to === null ? null : generationOf(to) };
  if (service !== null) return { kind: "service", service: serviceOf(service), ...common };
  if (run === null)
    throw new UsageError(
      "Name what to roll back: a service or a run",
      "svcdeploy rollback web --env prod, or --run 1a2b3c4d",
    );
  if (!/^[0-9a-f]{8,32}$/.test(run))
    throw new UsageError(
      `--run takes a run's id or its first 8 or more hexadecimal digits, not ${JSON.stringify(run)}`,
    );
  return { kind: "run", run, ...common };
}

function generationOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(
    `--to takes a generation's number, not ${JSON.stringify(text)}`,
    "svcdeploy why SERVICE@HOST lists them.",
  );
}

function serviceOf(text: string): string {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(text)) return text;
  throw new UsageError(
    `${JSON.stringify(text)} is not a service name`,
    "svcdeploy rollback web --env prod; hosts are chosen by --limit.",
  );
}
