/** A run's name for people: the start of its id, which `show` and `rollback --run` take. */

/** The first 8 hex digits of a run's id. */
export function runName(id: string): string {
  return id.slice(0, 8);
}
