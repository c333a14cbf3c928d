/** Names of hosts in few words: those that are counted up are a range, written as in the inventory. */

type Name = { readonly text: string; readonly start: string; readonly digits: string; readonly end: string };

/**
 * "db1, web[1:3]": three or more that differ only in a number without gaps are a range; sorted, each name
 * once.
 */
export function hostRanges(names: readonly string[]): string {
  const sorted = [...new Set(names)].map(split).sort(compare);
  const runs: Name[][] = [];
  for (const name of sorted) {
    const last = runs.at(-1)?.at(-1);
    if (last !== undefined && isNext(last, name)) runs.at(-1)?.push(name);
    else runs.push([name]);
  }
  return runs.flatMap(wordsOf).join(", ");
}

function wordsOf(run: readonly Name[]): readonly string[] {
  const [first, last] = [run[0], run.at(-1)];
  if (run.length < 3 || first === undefined || last === undefined) return run.map(({ text }) => text);
  return [`${first.start}[${first.digits}:${last.digits}]${first.end}`];
}

function split(text: string): Name {
  const [, start = text, digits = "", end = ""] = /^(.*?)(\d{1,15})(\D*)$/.exec(text) ?? [];
  return { text, start, digits, end };
}

function compare(a: Name, b: Name): number {
  return (
    order(a.start, b.start) ||
    order(a.end, b.end) ||
    Number(a.digits) - Number(b.digits) ||
    order(a.text, b.text)
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** web9 and web10 are neighbours, and so are web09 and web10; web9 and web010 are not. */
function isNext(a: Name, b: Name): boolean {
  if (a.digits === "" || a.start !== b.start || a.end !== b.end || Number(b.digits) !== Number(a.digits) + 1)
    return false;
  return a.digits.length === b.digits.length || !(a.digits.startsWith("0") || b.digits.startsWith("0"));
}
