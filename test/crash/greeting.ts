/** A project whose one service says its greeting everywhere: in its environment, in a file, and in what runs. */
import type { TestHost } from "../support/hosts.ts";
import { makeProjectFolder, type Run, type RunOptions, type Workshop } from "../support/project-folder.ts";

const SERVICE = `name: app
service: { Type: exec, ExecStart: /bin/sleep infinity }
environment: { GREETING: "{{values.greeting}}" }
files: [{ path: /etc/app/app.conf, template: templates/app.conf.hbs, onChange: restart }]
directories: [{ path: /etc/app }]
settle: 0s
`;

/** more: lines of its service block, in YAML's flow style, each after a comma. */
export function makeController(program: string, host: TestHost, more = ""): Workshop {
  const shop = makeProjectFolder(program, [host]);
  shop.write("services/app.yaml", SERVICE.replace("infinity }", `infinity${more} }`));
  shop.write("templates/app.conf.hbs", "greeting={{values.greeting}}\n");
  shop.write("playbooks/site.yaml", "- { play: app, hosts: all, services: [app] }\n");
  return shop;
}

/** Applies it with this greeting. */
export function applyGreeting(shop: Workshop, greeting: string, options?: RunOptions): Promise<Run> {
  const set = ["--set", `greeting=${greeting}`];
  return shop.run(["apply", "--env", "test", "--yes", ...set, "--output", "ndjson"], options);
}
