/**
 * A unit of a host that is no service of its own → an item of a service file that is there: a job with its
 * timer or path, or the drop-ins of a package's unit.
 */

import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import { adoptDropIns, ownSection } from "./adopt-drop-ins.ts";
import { adoptJob } from "./adopt-job.ts";
import type { AdoptFacts, LiveUnit } from "./host-facts.ts";
import type { ProofContext } from "./render-text.ts";
import { type InsertedText, type IntoFile, renderInto } from "./try-item.ts";

/** A text: why the unit cannot become an item. The unit is one that is loaded. */
export function adoptInto(
  live: LiveUnit,
  facts: AdoptFacts,
  into: IntoFile,
  context: ProofContext,
): InsertedText | string {
  const target = renderInto(into.text, into, context);
  if (!target.ok)
    return `${into.file} does not render for ${context.host.name}: ${target.gaps[0]?.text ?? ""}`;
  const isOwn = live.fragment.startsWith(`${UNIT_FOLDER}/`);
  if (isOwn && ownSection(live) !== "Service")
    return "its file is the host's own: name the service that it starts, which takes it along";
  return isOwn
    ? adoptJob(live, facts, into, target.service, context)
    : adoptDropIns(live, facts, into, context);
}
