/** Secret: a value that prints as its name, from the moment it was read. */
import { inspect } from "node:util";

/** A named secret. Only reveal() gives the value; every way of printing gives the name. */
export class Secret {
  readonly name: string;
  readonly #value: string;
  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
  }
  /** The value itself; call it only where the bytes for the host are made. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return `<secret ${this.name}>`;
  }
  toJSON(): string {
    return this.toString();
  }
  [inspect.custom](): string {
    return this.toString();
  }
}
