/** The vocabulary of a service's environment: who sets a variable, and to what. */

/** A line of a file on the host. */
export type HostLine = { readonly file: string; readonly line: number };

/**
 * Who sets variables, in the order in which the later wins over the earlier (execute.c of systemd; tried on
 * 247, 252 and 257).
 */
export const SETTERS = ["manager", "systemd", "PassEnvironment", "Environment", "EnvironmentFile"] as const;
/**
 * One of them. manager: what PID 1 gives every service; systemd: what follows from the unit's other
 * directives.
 */
export type Setter = (typeof SETTERS)[number];

/**
 * known: exactly this text. unknown: made on the host, `why` says of what. secret: the text has <secret NAME>
 * for what is unknown.
 */
export type VariableValue =
  | { readonly kind: "known"; readonly text: string }
  | { readonly kind: "secret"; readonly text: string }
  | { readonly kind: "unknown"; readonly why: string };

/**
 * One assignment. because: the directive it follows from; when: it is not always made; line: where on the
 * host it is; null: nowhere.
 */
export type Assignment = {
  readonly name: string;
  readonly value: VariableValue;
  readonly setter: Setter;
  readonly because: string;
  readonly when: string | null;
  readonly line: HostLine | null;
};

/** A known value. */
export function known(text: string): VariableValue {
  return { kind: "known", text };
}

/** A value that is made on the host. */
export function unknown(why: string): VariableValue {
  return { kind: "unknown", why };
}
