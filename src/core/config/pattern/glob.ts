/** Globs as Python's fnmatch reads them: * ? [abc] [a-z] [!x]; a [ without its ] is the sign itself. */

type Sign = { readonly star: true } | { readonly star: false; readonly fits: (character: string) => boolean };

/** A test for one glob; it takes time in proportion to text × glob, whatever they are. */
export function makeGlob(glob: string): (text: string) => boolean {
  const signs = readSigns(glob);
  return (text) => matches(signs, Array.from(text));
}

function matches(signs: readonly Sign[], text: readonly string[]): boolean {
  let [g, t, star, resume] = [0, 0, -1, 0];
  while (t < text.length) {
    const sign = signs[g];
    if (sign?.star === true) [star, resume, g] = [g, t, g + 1];
    else if (sign?.fits(text[t] ?? "") === true) [g, t] = [g + 1, t + 1];
    else if (star >= 0) [g, resume, t] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  return signs.slice(g).every((sign) => sign.star);
}

function readSigns(glob: string): readonly Sign[] {
  const characters = Array.from(glob);
  const signs: Sign[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*") signs.push({ star: true });
    else if (character === "?") signs.push({ star: false, fits: () => true });
    else {
      const end = character === "[" ? endOfClass(characters, at + 1) : -1;
      signs.push({
        star: false,
        fits: end < 0 ? (found) => found === character : readClass(characters.slice(at + 1, end)),
      });
      if (end >= 0) at = end;
    }
  }
  return signs;
}

/** A ] in front, or behind the !, is one of the characters. */
function endOfClass(characters: readonly string[], from: number): number {
  const start = characters[from] === "!" ? from + 1 : from;
  return characters.indexOf("]", characters[start] === "]" ? start + 1 : start);
}

function readClass(body: readonly string[]): (character: string) => boolean {
  const isNegated = body[0] === "!";
  const characters = isNegated ? body.slice(1) : body;
  const ranges: (readonly [number, number])[] = [];
  for (let at = 0; at < characters.length; at++) {
    const first = codeOf(characters[at]);
    const isRange = characters[at + 1] === "-" && at + 2 < characters.length;
    ranges.push([first, isRange ? codeOf(characters[at + 2]) : first]);
    if (isRange) at += 2;
  }
  return (character) =>
    ranges.some(([first, last]) => first <= codeOf(character) && codeOf(character) <= last) !== isNegated;
}

function codeOf(character: string | undefined): number {
  return character?.codePointAt(0) ?? -1;
}
