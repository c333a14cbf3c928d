/** Many host names in few words: what counts up is folded as the inventory writes it. */

/** "web[1:198], db1"; names in the order given, each run of numbers that count up by one folded from three on. */
export function hostRanges(names: readonly string[]): string {
  const runs: Run[] = [];
  for (const name of names) {
    const last = runs.at(-1);
    const next = last === undefined ? null : joined(last, name);
    if (next === null) runs.push({ first: name, last: name, count: 1 });
    else runs[runs.length - 1] = next;
  }
  return runs.flatMap(written).join(", ");
}

type Run = { readonly first: string; readonly last: string; readonly count: number };
type Parts = { readonly lead: string; readonly digits: string; readonly tail: string };

function joined(run: Run, name: string): Run | null {
  const [before, after] = [partsOf(run.last), partsOf(name)];
  if (before === null || after === null || before.lead !== after.lead || before.tail !== after.tail) return null;
  const counted = String(Number(before.digits) + 1).padStart(before.digits.length, "0");
  return counted === after.digits ? { first: run.first, last: name, count: run.count + 1 } : null;
}

function written({ first, last, count }: Run): readonly string[] {
  const [from, to] = [partsOf(first), partsOf(last)];
  if (count === 1) return [first];
  if (count === 2 || from === null || to === null) return [first, last];
  return [`${from.lead}[${from.digits}:${to.digits}]${from.tail}`];
}

/** The last number of the name's first label: web12.example.com counts by 12. */
function partsOf(name: string): Parts | null {
  const [, lead = "", digits = "", tail = ""] = /^([^.]*?)(\d{1,9})(\D*(?:\..*)?)$/.exec(name) ?? [];
  return digits === "" ? null : { lead, digits, tail };
}
