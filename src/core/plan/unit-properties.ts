/**
 * The systemctl show properties that the probe and the verify samples ask for: one list, used by planning,
 * drift and verdicts.
 */

/**
 * Names for `systemctl show -p`, all of them known to systemd 247 and later (ConditionResult, ReloadResult …
 * checked on 247, 252, 257).
 */
export const unitProperties: readonly string[] = [
  "Id",
  "Names",
  "LoadState",
  "LoadError",
  "ActiveState",
  "SubState",
  "Result",
  "UnitFileState",
  "FragmentPath",
  "DropInPaths",
  "NeedDaemonReload",
  "InvocationID",
  "ConditionResult",
  "ConditionTimestampMonotonic",
  "RequiredBy",
  "BoundBy",
  "ConsistsOf",
  "CanReload",
  "ActiveEnterTimestampMonotonic",
  "InactiveExitTimestampMonotonic",
  "StateChangeTimestampMonotonic",
  "Type",
  "Restart",
  "RestartUSec",
  "RemainAfterExit",
  "NRestarts",
  "StartLimitBurst",
  "MainPID",
  "ControlPID",
  "ExecMainStartTimestampMonotonic",
  "ExecMainExitTimestampMonotonic",
  "ExecMainCode",
  "ExecMainStatus",
  "StatusText",
  "ReloadResult",
  "TimeoutStartUSec",
  "TimeoutStopUSec",
  "TimeoutUSec",
  "Slice",
  "ControlGroup",
  "Where",
  "What",
  "Options",
];
