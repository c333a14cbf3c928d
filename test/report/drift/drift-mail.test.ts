import { expect, test } from "vitest";
import type { DriftHost } from "../../../src/core/drift/host-drift.ts";
import { driftMail, mailSubject } from "../../../src/report/drift/drift-mail.ts";
import type { DriftView } from "../../../src/report/drift/drift-view.ts";
import { plainText } from "../../../src/report/lines/text.ts";
import { fileChange, plannedHost, sampleFindings } from "../samples.ts";

const ORIGIN = { project: "shop", root: "/srv/shop", controller: "ops1" };
const host = (name: string, more: Partial<DriftHost> = {}): DriftHost => ({
  ...{
    host: name,
    play: "stores",
    services: ["etcd"],
    findings: [],
    ignored: [],
    clock: 1_800_000_000,
    error: null,
  },
  ...more,
});
const view = (...hosts: readonly DriftHost[]): DriftView => ({
  environment: "prod",
  health: "with",
  hosts,
  rules: { expired: [], unmatched: [] },
});
const lost = (name: string): DriftHost => host(name, { error: plannedHost(name, null).error });

test("nothing at all when all is well", () => {
  expect(driftMail(view(host("db1"), host("db2")), ORIGIN)).toEqual([]);
});

test("the mail: a subject, hosts that are alike once, what could not be seen, and none that is well", async () => {
  const mail = driftMail(
    view(
      host("db1", { findings: sampleFindings() }),
      host("db2"),
      host("db3", { findings: sampleFindings() }),
      lost("db4"),
    ),
    ORIGIN,
  );
  await expect(plainText(mail)).toMatchFileSnapshot("golden/drift-mail.txt");
});

test("the subject names three hosts and counts the rest", () => {
  const many = view(
    ...["a", "b", "c", "d", "e"].map((name) => host(name, { findings: sampleFindings() })),
    lost("x"),
  );
  expect(mailSubject(many, "shop")).toBe(
    "svcdeploy drift of shop, prod: 15 findings on a, b, c and 2 more; not seen: x",
  );
  expect(mailSubject(view(lost("x")), "shop")).toBe("svcdeploy drift of shop, prod: not seen: x");
  expect(mailSubject(view(host("a")), "shop")).toBe("svcdeploy drift of shop, prod: as declared");
});

test("a fleet with a long diff on each host stays a mail, and says what it leaves out", () => {
  const hosts = Array.from({ length: 200 }, (_, index) => {
    const text = Array.from({ length: 500 }, (__, row) => `line ${row} of ${index}`).join("\n");
    const change = fileChange("/etc/etcd/etcd.conf", text, "none\n");
    return host(`db${index}`, {
      findings: [
        {
          kind: "content",
          service: "etcd",
          origin: "host",
          since: null,
          subject: "/etc/etcd/etcd.conf",
          text: "other",
          change,
        },
      ],
    });
  });
  const mail = plainText(driftMail(view(...hosts), ORIGIN));
  expect(Buffer.byteLength(mail)).toBeLessThan(18_000);
  expect(mail).toMatch(/^ {2}… \d+ more lines$/m);
  expect(mail).toMatch(/^\d+ groups of hosts left out of this mail\.$/m);
  expect(mail).toContain("Drift: 200 findings on 200 of 200 hosts");
});
