/** The written form of `cache:` of a service. */
import { parsePercent } from "../unit-file/percent.ts";
import { parseSize } from "../unit-file/size.ts";
import { refuseOurPath } from "./ours.ts";
import {
  accountName,
  directives,
  duration,
  listOf,
  map,
  mode,
  ownPath,
  scalar,
  textThat,
} from "./schema-parts.ts";

const size = scalar.refine(isSize, { error: "a size such as 512M, 4G or 10% is expected here" });

const mountOption = textThat((option) =>
  /^[a-z][a-z0-9_]*(?:=[A-Za-z0-9:._-]+)?$/.test(option) ? null : "a mount option is a word, or word=value",
);

const STATE_FOLDER = "^/var/lib(?:/[A-Za-z0-9_@:+=-][A-Za-z0-9._@:+=-]*)+$";

/**
 * systemd makes the folder for the cache's owner (StateDirectory=): root never writes where another user
 * may.
 */
const stateFolder = textThat(
  (path) => {
    if (!new RegExp(STATE_FOLDER).test(path))
      return "a folder below /var/lib is expected here, its path of letters, digits and . _ @ : + = -";
    return /^\/var\/lib\/(?:systemd|private)(?:\/|$)/.test(path)
      ? "this folder belongs to the system, not to a service"
      : refuseOurPath(path);
  },
  { pattern: STATE_FOLDER },
);

/** A tmpfs cache. */
export const cache = map({
  path: ownPath,
  size,
  mode: mode.optional(),
  owner: accountName.optional(),
  group: accountName.optional(),
  options: listOf(mountOption).optional(),
  persist: map({ to: stateFolder, every: duration(10, 30 * 86_400) }).optional(),
  Unit: directives.optional(),
  Mount: directives.optional(),
});

function isSize(value: string): boolean {
  const percent = parsePercent(value);
  if (percent !== null) return percent > 0 && percent <= 100;
  const bytes = parseSize(value);
  return bytes !== null && bytes > 0 && Number.isFinite(bytes);
}
