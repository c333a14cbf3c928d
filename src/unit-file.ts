/**
 * The package's entry "svcdeploy/unit-file": systemd's text formats for every program
 * (docs/unit-file.md). The one file that only passes on.
 */
export { type Accumulation, accumulationOf, resetGroupOf } from "./core/unit-file/accumulation.ts";
export type { CalendarField, CalendarRange } from "./core/unit-file/calendar-field.ts";
export { type CalendarSpec, parseCalendarSpec } from "./core/unit-file/calendar-spec.ts";
export {
  CAPABILITIES,
  type CapabilitySet,
  capabilityName,
  capabilitySet,
} from "./core/unit-file/capability.ts";
export {
  directiveSince,
  isKnownDirective,
  nearestDirective,
  sectionsWithDirective,
} from "./core/unit-file/directive-table.ts";
export { editUnitFile, type UnitEdit } from "./core/unit-file/edit-unit-file.ts";
export {
  type EffectiveSection,
  type EffectiveUnit,
  type EffectiveValue,
  effectiveUnit,
} from "./core/unit-file/effective-unit.ts";
export {
  type EnvironmentFile,
  type EnvironmentProblem,
  type EnvironmentVariable,
  readEnvironmentFile,
} from "./core/unit-file/environment-text.ts";
export {
  escapePath,
  escapeUnitName,
  mountUnitName,
  unescapePath,
  unescapeUnitName,
} from "./core/unit-file/escape.ts";
export {
  type ExecContext,
  type ExecInvocation,
  type ExecLine,
  expandArguments,
  readExecLine,
} from "./core/unit-file/exec-line.ts";
export {
  type ExitStatus,
  type ExitStatusClass,
  type ExitStatusSet,
  exitStatuses,
  exitStatusName,
  exitStatusNumber,
  parseExitStatusSet,
} from "./core/unit-file/exit-status.ts";
export {
  type Expanded,
  expandSpecifiers,
  type SpecifierContext,
} from "./core/unit-file/expand-specifiers.ts";
export { parseInteger } from "./core/unit-file/integer.ts";
export { nextElapse } from "./core/unit-file/next-elapse.ts";
export {
  parseUnitFile,
  type UnitComment,
  type UnitEntry,
  type UnitFile,
  type UnitFileProblem,
  type UnitSection,
} from "./core/unit-file/parse.ts";
export { parsePercent } from "./core/unit-file/percent.ts";
export { printUnitFile } from "./core/unit-file/print.ts";
export { printCalendarSpec } from "./core/unit-file/print-calendar-spec.ts";
export {
  formatEnvironmentAssignment,
  formatEnvironmentFileAssignment,
  formatExecArgument,
  formatLiteralUnitValue,
  formatUnitValue,
  type Quoted,
} from "./core/unit-file/quote.ts";
export { signalName, signalNumber } from "./core/unit-file/signal.ts";
export { parseDecimalSize, parseSize } from "./core/unit-file/size.ts";
export { specifiersOf, unknownSpecifier } from "./core/unit-file/specifiers.ts";
export { formatTimeSpan, parseTimeSpan, parseTimeSpanMicroseconds } from "./core/unit-file/time-span.ts";
export {
  instanceOf,
  instancePathOf,
  instantiate,
  instantiatePath,
  mangleUnitName,
  parseUnitName,
  type UnitName,
} from "./core/unit-file/unit-name.ts";
export { type FoundUnit, findUnit, type HostFile, UNIT_PATH } from "./core/unit-file/unit-search.ts";
export { type BadValue, badValue } from "./core/unit-file/value-type.ts";
export { splitWords, type Word, type Words } from "./core/unit-file/words.ts";
