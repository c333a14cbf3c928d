/**
 * What an artifact is, by its written source alone: so a plan means the same where the artifact is not at
 * hand.
 */
import type { ArtifactForm } from "../model/artifact.ts";

/**
 * A slash at the end: a folder. .tar, .tar.gz, .tgz, .tar.zst: an archive, whatever a URL has behind ? or #.
 * Else one executable.
 */
export function artifactForm(source: string): ArtifactForm {
  if (source.endsWith("/")) return "directory";
  return /\.(?:tar|tar\.gz|tgz|tar\.zst)(?:[?#].*)?$/.test(source) ? "archive" : "file";
}
