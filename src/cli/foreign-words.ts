/** Verbs and options of Ansible, Terraform and Kamal, answered by name with ours. */

/** What to type instead of a verb; undefined: no other tool's. */
export function foreignVerb(verb: string): string | undefined {
  return VERBS.get(verb);
}

/** The same of an option, without its dashes. */
export function foreignOption(option: string): string | undefined {
  return OPTIONS.get(option);
}

const APPLY = "svcdeploy apply shows the plan, asks, and applies it";
const STATUS = "svcdeploy status shows what runs where; svcdeploy history what was applied";

const VERBS: ReadonlyMap<string, string> = new Map([
  ["deploy", APPLY],
  ["redeploy", APPLY],
  ["up", APPLY],
  ["run", APPLY],
  ["converge", APPLY],
  ["playbook", "svcdeploy apply brings playbooks/site.yaml to the hosts"],
  ["destroy", "svcdeploy remove SERVICE takes a service off the hosts"],
  ["down", "svcdeploy remove SERVICE takes a service off the hosts"],
  ["setup", "svcdeploy check looks whether hosts are ready; svcdeploy apply brings everything"],
  ["validate", "svcdeploy lint checks the project; svcdeploy render shows its files"],
  ["import", "svcdeploy adopt HOST UNIT writes service files for units that run"],
  ["refresh", "svcdeploy drift compares the hosts with the project"],
  ["state", STATUS],
  ["details", STATUS],
  ["output", STATUS],
  ["audit", "svcdeploy history lists the runs"],
  ["workspace", "an environment is a file of inventory/; --env names it"],
  ["ping", "svcdeploy check reports for each host whether it can be reached and changed"],
  ["facts", "svcdeploy inventory show HOST shows what the inventory says of a host"],
  ["vault", "secrets: of a service names what provides each; see docs/secrets.md"],
]);

const CHECK = "svcdeploy plan changes nothing and shows every diff; so does apply --dry-run";
const LIMIT = "--limit PATTERN selects hosts, in Ansible's grammar";
const SET = "--set KEY=VALUE and --values FILE change values of the project";
const TAGS = "--service NAME selects services; there are no tags";
const INVENTORY = "--env NAME takes inventory/NAME.yaml; its ansible: names Ansible's inventories";
const IN_INVENTORY = "the inventory says it for each host: user:, become:, or Ansible's own variables";
const LIST_HOSTS = "svcdeploy inventory hosts PATTERN lists what a pattern selects";
const YES = "--yes does not ask";
const FORKS = "--forks N works on so many hosts at once";

const OPTIONS: ReadonlyMap<string, string> = new Map([
  ["check", CHECK],
  ["C", CHECK],
  ["diff", CHECK],
  ["D", CHECK],
  ["l", LIMIT],
  ["subset", LIMIT],
  ["hosts", LIMIT],
  ["target", `${TAGS.split(";")[0]}; ${LIMIT}`],
  ["roles", LIMIT],
  ["e", SET],
  ["extra-vars", SET],
  ["var", SET],
  ["var-file", SET],
  ["i", INVENTORY],
  ["inventory", INVENTORY],
  ["inventory-file", INVENTORY],
  ["destination", INVENTORY],
  ["tags", TAGS],
  ["t", TAGS],
  ["skip-tags", TAGS],
  ["list-hosts", LIST_HOSTS],
  ["list-tags", TAGS],
  ["syntax-check", "svcdeploy lint checks the project"],
  ["become", IN_INVENTORY],
  ["b", IN_INVENTORY],
  ["become-user", IN_INVENTORY],
  ["become-method", IN_INVENTORY],
  ["u", IN_INVENTORY],
  ["user", IN_INVENTORY],
  ["c", IN_INVENTORY],
  ["connection", IN_INVENTORY],
  ["private-key", "--identity FILE is the one key to try"],
  ["key-file", "--identity FILE is the one key to try"],
  [
    "ssh-common-args",
    "arguments for ssh are not passed on; write address:, port: and user: in the inventory",
  ],
  ["ssh-extra-args", "arguments for ssh are not passed on; write address:, port: and user: in the inventory"],
  ["auto-approve", YES],
  ["y", YES],
  ["parallelism", FORKS],
  ["fork", FORKS],
  ["refresh-only", "svcdeploy drift compares the hosts with the project"],
  ["destroy", "svcdeploy remove SERVICE takes a service off the hosts"],
  ["start-at-task", "a run is one transaction a host: apply it again, and what is done is left as it is"],
  ["step", "svcdeploy plan --out FILE saves a plan for review; svcdeploy apply FILE applies exactly that"],
  ["vault-password-file", "secrets: of a service names what provides each; see docs/secrets.md"],
  ["ask-vault-pass", "secrets: of a service names what provides each; see docs/secrets.md"],
]);
