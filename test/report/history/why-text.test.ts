/** What why and rollback say, at 80 columns. */
import { expect, test } from "vitest";
import type { KeptService } from "../../../src/core/model/resource.ts";
import type { Generation, Step } from "../../../src/core/rollback/generations.ts";
import { type WhyView, whyText } from "../../../src/report/history/why-text.ts";
import { plainText } from "../../../src/report/lines/text.ts";
import { rollbackClosing, rollbackPreface } from "../../../src/report/plan/rollback-text.ts";
import { sampleReport } from "../samples.ts";

const started = Date.UTC(2026, 10, 21, 10, 0, 0) / 1000;

function generationOf(number: number, run: string, rollbackOf = ""): Generation {
  const from = {
    project: "shop",
    user: "deploy",
    controller: "ci-3.example.com",
    commit: "efe541bb828ad9c2eef2",
    tree: "dirty",
  };
  const madeBy = {
    ...from,
    run: run.repeat(8),
    environment: "prod",
    command: "apply",
    services: ["web"],
    rollbackOf,
  };
  const actions = [
    { verb: "daemon-reload", unit: "-", timeoutSeconds: 120 },
    { verb: "restart", unit: "web@a.service", timeoutSeconds: 100 },
    { verb: "settle", unit: "web@a.service", timeoutSeconds: 10 },
  ];
  return { number, madeBy, madeAt: started + number * 3600, actions, services: new Map() };
}

function keptOf(version: string): KeptService {
  return { service: "web", play: "site", version, secrets: [], health: [], settleSeconds: 10, resources: [] };
}

const [first, second] = [generationOf(6, "1a2b"), generationOf(7, "3c4d")];
const step: Step = {
  service: "web",
  now: second,
  earlier: first,
  undone: second,
  from: keptOf("1.1"),
  to: keptOf("1.0"),
};

const view: WhyView = {
  environment: "prod",
  host: "web1",
  clock: started + 8 * 3600,
  story: {
    service: "web",
    generations: [
      { generation: first, version: "1.0" },
      { generation: second, version: "1.1" },
    ],
    now: keptOf("1.1"),
    changed: { generation: second, before: keptOf("1.0"), beforeNumber: 6 },
    triedSince: [
      {
        madeBy: generationOf(8, "5e6f").madeBy,
        result: "rolled-back",
        failure: "web.service: exited at once",
        services: ["web"],
      },
    ],
  },
  changes: [],
  units: [{ unit: "web.service", state: "active (running)", sinceSeconds: 3599 }],
  findings: [
    {
      kind: "content",
      service: "web",
      origin: "host",
      since: null,
      subject: "/etc/web/web.conf",
      text: "other content than declared",
      change: null,
    },
  ],
};

test("why", () => {
  expect(plainText(whyText(view, 80))).toBe(`web on web1 (prod)
last changed  2026-11-21 17:00:00 UTC (60 min ago), generation 7
by            run 3c4d3c4d3c4d of deploy@ci-3.example.com, commit efe541bb828a
              (dirty tree)
command       svcdeploy apply --env prod
did           daemon-reload, restart web@a.service, wait 10 s
verified      confirmed: its units held for 10 s, it has no health check
runs          web.service is active (running), for 59 min
since then    1 difference on the host: /etc/web/web.conf (content)
tried since   run 5e6f5e6f5e6f of deploy@ci-3.example.com, commit efe541bb828a
              (dirty tree): rolled-back: web.service: exited at once

What it changed against generation 6

Generations that the host keeps
    7  1.1  2026-11-21 17:00:00 UTC  run 3c4d3c4d3c4d of
       deploy@ci-3.example.com, commit efe541bb828a (dirty tree)  (now)
    6  1.0  2026-11-21 16:00:00 UTC  run 1a2b1a2b1a2b of
       deploy@ci-3.example.com, commit efe541bb828a (dirty tree)
To return to one: svcdeploy rollback web --env prod --limit web1 --to N
`);
});

test("above and below a rollback of two hosts, of which one went back", () => {
  const steps = ["web1", "web2"].map((host) => ({ host, step }));
  expect(
    plainText(rollbackPreface(steps, 80)),
  ).toBe(`web on web1, web2 (2 hosts): from generation 7 (version 1.1) to generation 6
  (version 1.0)
  undoes run 3c4d3c4d3c4d of deploy@ci-3.example.com, commit efe541bb828a (dirty
    tree), 2026-11-21 17:00:00 UTC

`);
  const reports = [
    sampleReport("web1", { status: "changed" }),
    sampleReport("web2", { status: "rolled-back" }),
  ];
  expect(plainText(rollbackClosing(steps, reports, "prod", 80))).toBe(`
web1: web is what it was in generation 6 (version 1.0)
Where the project declares otherwise, svcdeploy plan --env prod shows that as
pending, and the next apply applies it again.
To keep it undone, remove it from the project, e.g. git revert efe541bb828a (its
tree was dirty: not all of the change may be in that commit)
`);
  expect(rollbackClosing(steps, [], "prod", 80)).toEqual([]);
});
