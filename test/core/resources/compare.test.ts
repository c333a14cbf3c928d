/** What differs between a resource and the host, and which old content is handed on. */
import { describe, expect, it } from "vitest";
import { plainMode } from "../../../src/core/model/mode.ts";
import { compareResource } from "../../../src/core/resources/compare.ts";
import { makeObservation, makeResource } from "../plan/host-builder.ts";

function textBefore(file: { readonly secret: boolean; readonly found: string; readonly mode?: string }) {
  const resource = makeResource({ kind: "file", path: "/etc/a", content: "wanted", secret: file.secret });
  const change = compareResource(
    resource,
    makeObservation({ paths: { "/etc/a": { content: file.found, mode: file.mode ?? "644" } } }, [resource]),
  );
  return change?.beforeContent ?? null;
}

describe("compareResource", () => {
  it("hands on the old text for the diff", () => {
    expect(Buffer.from(textBefore({ secret: false, found: "old" }) ?? []).toString()).toBe("old");
  });

  it("never hands on what a secret file has, nor binary content", () => {
    expect(textBefore({ secret: true, found: "old password" })).toBeNull();
    expect(textBefore({ secret: false, found: "\0ELF" })).toBeNull();
  });

  it("hands on which lines of a file with secrets are declared ones", () => {
    const lines = (secret: boolean, shown: readonly null[] | undefined, held: boolean) => {
      const about = { kind: "file", path: "/etc/a", content: "one\ntwo\none\n", secret } as const;
      const resource = makeResource(shown === undefined ? about : { ...about, shown });
      const manifest = held ? [{ kind: "file", path: "/etc/a", secret: true } as const] : [];
      const host = makeObservation({ paths: { "/etc/a": { content: "two\nold\none\n" } }, manifest }, [
        resource,
      ]);
      return compareResource(resource, host)?.beforeLines;
    };
    expect(lines(true, [null, null, null, null], false)).toEqual([1, null, 0, 3]);
    expect(lines(false, undefined, true)).toEqual([1, null, 0, 3]);
    expect([lines(true, undefined, true), lines(false, undefined, false)]).toEqual([undefined, undefined]);
  });

  it("never hands on what a file has that held a secret when it was applied, whatever it is declared to be now", () => {
    const resource = makeResource({ kind: "file", path: "/etc/a", content: "wanted" });
    const before = {
      project: "shop",
      service: "app",
      kind: "file",
      path: "/etc/a",
      sha256: "-",
      mode: "-",
      secret: true,
    } as const;
    const found = makeObservation({ paths: { "/etc/a": { content: "old password" } }, manifest: [before] }, [
      resource,
    ]);
    expect(compareResource(resource, found)).toMatchObject({ differs: ["sha256"], beforeContent: null });
  });

  it("hands on no text when only the mode differs", () => {
    expect(textBefore({ secret: false, found: "wanted", mode: "600" })).toBeNull();
  });
});

describe("plainMode", () => {
  it.each([
    ["0640", "640"],
    ["640", "640"],
    ["0000", "0"],
    ["1777", "1777"],
  ])("%s is %s", (mode, plain) => {
    expect(plainMode(mode)).toBe(plain);
  });
});
