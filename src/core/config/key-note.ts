/** The note on one key of a project's files. */

/**
 * says: one or two sentences. otherwise: what holds without the key. example: YAML of the whole block, as it
 * may be in a file.
 */
export type KeyNote = { readonly says: string; readonly otherwise?: string; readonly example?: string };
