/** A change of a unit's text, which a rule proposes where the fix needs no decision. */

/**
 * from null: an assignment is added; to null: the one with the value `from` is taken out. Values as systemd
 * sees them.
 */
export type LintEdit = {
  readonly section: string;
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
};
