/**
 * Asks the real systemd of a host many questions at once: one `docker exec` for all inputs, each answered on
 * its own line.
 */
import type { TestHost } from "./hosts.ts";

/**
 * Runs a piece of bash for each input, which it finds as bytes in the file $IN (and its number in $N); what
 * it prints is the answer. before, between: run once. after: a second piece for each input, whose answer
 * counts instead.
 */
export async function askEach(
  host: TestHost,
  inputs: readonly (string | Uint8Array)[],
  script: {
    readonly each: string;
    readonly before?: string;
    readonly between?: string;
    readonly after?: string;
  },
): Promise<readonly string[]> {
  const lines = inputs.map(
    (input) =>
      `${[...Buffer.from(input)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}\n`,
  );
  const answer = (code: string): string =>
    `printf '%s ' "$N"; { ${code}\n} 2>/dev/null | od -An -v -tx1 | tr -d ' \\n'; echo`;
  const loop = (code: string): string =>
    `N=0; while IFS= read -r hex <&3; do N=$((N+1)); IN=/tmp/asked/$N; ${code}\ndone 3</tmp/asked/all`;
  const text = [
    "rm -rf /tmp/asked; mkdir -p /tmp/asked; cat > /tmp/asked/all; export SYSTEMD_COLORS=0 LC_ALL=C.UTF-8",
    script.before ?? "",
    loop(`printf "$hex" > "$IN"; ${script.after === undefined ? answer(script.each) : script.each}`),
    script.between ?? "",
    script.after === undefined ? "" : loop(answer(script.after)),
  ].join("\n");
  const { stdout } = await host.exec(["bash", "-c", text], lines.join(""));
  const answers = new Map(
    stdout
      .split("\n")
      .map((line) => [line.split(" ")[0], Buffer.from(line.split(" ")[1] ?? "", "hex").toString()] as const),
  );
  return inputs.map((_input, index) => answers.get(String(index + 1)) ?? "");
}

/**
 * What systemd-analyze calendar says of expressions, by expression: the normal form, and the elapses in UTC
 * ("never" for none). Refused ones are missing.
 */
export async function askCalendar(
  host: TestHost,
  expressions: readonly string[],
  base: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const script = `SYSTEMD_COLORS=0 xargs -0 systemd-analyze calendar --iterations=5 --base-time='${base}' -- 2>/dev/null; true`;
  const { stdout } = await host.exec(["bash", "-c", script], expressions.map((each) => `${each}\0`).join(""));
  const answers = stdout.split(/\n\n+/).map((block) => {
    const lines = block.split("\n").flatMap((line) => [/^\s*(.+?): (.*)$/.exec(line)?.slice(1) ?? []]);
    const normal = lines.find(([key]) => key === "Normalized form")?.[1] ?? "";
    const original = lines.find(([key]) => key === "Original form")?.[1] ?? normal;
    return [
      original,
      [
        normal,
        ...lines.filter(([key = ""]) => /^(?:Next elapse|Iter)/.test(key)).map(([, value = ""]) => value),
      ],
    ] as const;
  });
  return new Map(answers.filter(([original]) => original !== ""));
}
