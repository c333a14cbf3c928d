/**
 * Instances of one service are changed one after the other, and the first one that is acted on must hold
 * before the next is touched.
 */
import type { UnitAction } from "../model/plan.ts";
import type { HostTarget, UnitResource } from "../model/resource.ts";

/**
 * The acts with a wait behind the first instance of a service that is started, restarted or reloaded while
 * others keep running: it must stay up for the service's settle time. Where nothing else of the service runs
 * there is nothing to spare, and work that ends on its own cannot stay up.
 */
export function withCanaries(acts: readonly UnitAction[], target: HostTarget): readonly UnitAction[] {
  const units = new Map(
    target.resources.flatMap((resource) =>
      resource.kind === "unit" ? [[resource.unit, resource] as const] : [],
    ),
  );
  const seen = new Set<string>();
  return acts.flatMap((act, index): readonly UnitAction[] => {
    const unit = units.get(act.unit);
    if (unit === undefined || act.verb === "stop" || !isInstance(unit) || seen.has(unit.path)) return [act];
    seen.add(unit.path);
    const touched = acts
      .slice(index + 1)
      .filter(({ verb, unit: other }) => goesDown(verb) && units.get(other)?.path === unit.path);
    return touched.length === 0 || unit.type === "oneshot" ? [act] : [act, settle(unit, touched, target)];
  });
}

/** Units of ours with an @ are the instances of one service, and its template is the file of all of them. */
function isInstance({ unit }: UnitResource): boolean {
  return unit.includes("@");
}

function goesDown(verb: UnitAction["verb"]): boolean {
  return verb === "restart" || verb === "reload";
}

function settle(
  { unit, service }: UnitResource,
  touched: readonly UnitAction[],
  { services }: HostTarget,
): UnitAction {
  const others =
    touched.length === 1 ? `${touched[0]?.unit} is` : `its ${touched.length} other instances are`;
  const timeoutSeconds = services.find(({ name }) => name === service)?.settleSeconds ?? 0;
  return { verb: "settle", unit, because: `${unit} must stay up before ${others} touched`, timeoutSeconds };
}
