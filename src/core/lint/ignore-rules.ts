/** The rule of rules that are ignored for nothing. */
import type { ProjectRule } from "./rule.ts";

/** SD103. */
export const UNUSED_IGNORE: ProjectRule = {
  id: "SD103",
  severity: "warn",
  over: "project",
  title: "An ignored rule that no longer finds anything",
  explain:
    "`lint: { ignore: … }` outlives its reason: the mistake is gone, and the next one of its kind would " +
    "be silenced as well. Only a lint of the whole project, over all environments and hosts, reports " +
    "it; a lint with --env does not.",
  exampleFile: "services/app.yaml",
  bad:
    "name: app\nservice: { User: app, ExecStart: /usr/bin/app }\nlint:\n" +
    '  ignore: [{ rule: SD060, because: "needs root" }]\n',
  good: "name: app\nservice: { User: app, ExecStart: /usr/bin/app }\n",
};
