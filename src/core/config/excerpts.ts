/** Excerpts for problems that were found far from their file's text. */
import { ConfigError, excerptAt } from "../errors.ts";

/**
 * The same error with an excerpt at every problem that has none and whose file's text is known, without
 * repeats. textOf: null for an unknown file.
 */
export function withExcerpts(error: ConfigError, textOf: (file: string) => string | null): ConfigError {
  return new ConfigError(
    error.problems.map((problem) => {
      const text = problem.excerpt === "" ? textOf(problem.place.file) : null;
      return text === null ? problem : { ...problem, excerpt: excerptAt(text, problem.place) };
    }),
  );
}
