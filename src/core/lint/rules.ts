/**
 * The table of all rules. To add one: an entry in a file of its family, its page by `node
 * scripts/lint-pages.ts`, its cases in test/cases/lint.
 */

import { ACCESS_RULES } from "./access-rules.ts";
import { ACCOUNT_RULES } from "./account-rules.ts";
import { DEPENDENCY_RULES } from "./dependency-rules.ts";
import { ENVIRONMENT_RULES } from "./environment-rules.ts";
import { EXEC_RULES } from "./exec-rules.ts";
import { HOST_RULES } from "./host-rules.ts";
import { UNUSED_IGNORE } from "./ignore-rules.ts";
import { KEY_RULES } from "./key-rules.ts";
import { LOGROTATE_RULES } from "./logrotate-rules.ts";
import { MOUNT_RULES } from "./mount-rules.ts";
import { OUTPUT_RULES } from "./output-rules.ts";
import { PATH_RULE } from "./path-rules.ts";
import { PLACEMENT_RULES } from "./placement-rules.ts";
import { PROCESS_RULES } from "./process-rules.ts";
import { RESTART_RULES } from "./restart-rules.ts";
import type { Rule } from "./rule.ts";
import { RUNTIME_RULES } from "./runtime-rules.ts";
import { START_LIMIT_RULES } from "./start-limit-rules.ts";
import { SUSPECT_RULES } from "./suspect-rules.ts";
import { UNREAD_FILE_RULES } from "./unread-file-rules.ts";
import { VALUE_RULES } from "./value-rules.ts";
import { WATCHDOG_RULES } from "./watchdog-rules.ts";

/** Every rule, by id. */
export const RULES: readonly Rule[] = [
  ...START_LIMIT_RULES,
  ...RESTART_RULES,
  ...KEY_RULES,
  ...VALUE_RULES,
  ...ENVIRONMENT_RULES,
  ...EXEC_RULES,
  ...PROCESS_RULES,
  ...DEPENDENCY_RULES,
  ...RUNTIME_RULES,
  ...WATCHDOG_RULES,
  ...ACCESS_RULES,
  ...OUTPUT_RULES,
  ...ACCOUNT_RULES,
  ...PLACEMENT_RULES,
  ...MOUNT_RULES,
  ...HOST_RULES,
  UNUSED_IGNORE,
  ...LOGROTATE_RULES,
  ...UNREAD_FILE_RULES,
  ...SUSPECT_RULES,
  PATH_RULE,
].toSorted((left, right) => (left.id < right.id ? -1 : 1));

/** The rule of this id; null when there is none. */
export function findRule(id: string): Rule | null {
  return RULES.find((rule) => rule.id === id) ?? null;
}
