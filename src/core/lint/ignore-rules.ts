/** The rule of rules that are ignored for nothing. */
import type { ProjectRule } from "./rule.ts";

/** SD103. */
export const UNUSED_IGNORE: ProjectRule = {
  id: "SD103",
  severity: "warn",
  over: "project",
  title: "An ignored rule that finds nothing any more",
  explain:
    "`lint: { ignore: … }` outlives its reason: the mistake is gone, and the next one of its kind would be silenced as well. It is looked for when the whole project is linted, over all environments and hosts, not with --env.",
  exampleFile: "services/app.yaml",
  bad: 'name: app\nservice: { User: app, ExecStart: /usr/bin/app }\nlint:\n  ignore: [{ rule: SD060, because: "needs root" }]\n',
  good: "name: app\nservice: { User: app, ExecStart: /usr/bin/app }\n",
};
