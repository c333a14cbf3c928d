/** Whether a schema and a type of ours say the same, checked when the code is compiled. */

/**
 * true where both types are the same in every member and field, optional ones too, whether read-only or not.
 * TypeScript looks only about three levels deep: compare the types inside by lines of their own.
 */
export type Same<Read, Written> =
  Identical<Frozen<Read>, Frozen<Written>> extends true
    ? true
    : {
        readonly missingInSchema: Exclude<Members<Frozen<Written>>, Members<Frozen<Read>>>;
        readonly missingInType: Exclude<Members<Frozen<Read>>, Members<Frozen<Written>>>;
      };

/** The left side of `same satisfies Same<…>`. */
export const same = true;

/** A type with everything in it read-only, and intersections as one. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** For the message: the fields with their values. */
type Members<T> = T extends unknown ? { [Key in keyof T]-?: readonly [Key, T[Key]] }[keyof T] : never;
