#!/bin/sh
# The GitOps job: on the main branch it applies, on every other branch it shows what an apply would change. Call it
# in the project's folder.
#
#   SVCDEPLOY_SSH_KEY       the private key to log in with: its text, or the path of its file
#   SVCDEPLOY_KNOWN_HOSTS   the host keys to trust, text or path: `ssh-keyscan -p PORT HOST`, compared on the console once
#   SVCDEPLOY_ENV           the environment; default prod
#   SVCDEPLOY_MAIN          the branch that is applied; default main
#   SVCDEPLOY_BRANCH        the branch that was pushed; default: as GitHub or GitLab report it. Unknown is never main
#   SVCDEPLOY_REPORTS       the folder for the reports; default svcdeploy-reports
#   SVCDEPLOY               the command; default svcdeploy
#
# Secrets of services (`secrets: { TOKEN: { env: TOKEN } }`) come from variables of their own. The job needs no
# terminal, agent or HOME. Exit status: svcdeploy's own; a plan with changes is 0. In the reports folder:
# rendered.txt, plan.md, apply.md, junit.xml, gitlab.json …
set -eu
umask 077

command=${SVCDEPLOY:-svcdeploy}
environment=${SVCDEPLOY_ENV:-prod}
main=${SVCDEPLOY_MAIN:-main}
reports=${SVCDEPLOY_REPORTS:-svcdeploy-reports}

# A pull request must not be applied because its branch is called "main": only a push names the branch.
pushed_branch() {
  if [ -n "${SVCDEPLOY_BRANCH:-}" ]; then
    echo "$SVCDEPLOY_BRANCH"
  elif [ -n "${GITHUB_REF:-}" ]; then
    case ${GITHUB_EVENT_NAME:-} in
      push | workflow_dispatch | schedule) echo "${GITHUB_REF#refs/heads/}" ;;
    esac
  elif [ "${CI_PIPELINE_SOURCE:-}" != merge_request_event ]; then
    echo "${CI_COMMIT_BRANCH:-}"
  fi
}

# Text or path → a file that only this job can read. A web form drops the last newline and may add carriage returns;
# a key must have the one and not the other.
keep_private() {
  if [ -f "$1" ]; then cat "$1"; else printf '%s\n' "$1"; fi | tr -d '\r' >"$2"
}

# Git sets variables that point a hook to its own repository; this job's project is in another one.
if git rev-parse --local-env-vars >/dev/null 2>&1; then
  # shellcheck disable=SC2046 # names, split on purpose
  unset $(git rev-parse --local-env-vars)
  # In a container the checkout belongs to another user, and Git would not report its commit.
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
fi

refuse() {
  echo "svcdeploy: $1" >&2
  exit 64
}
[ -n "${SVCDEPLOY_SSH_KEY:-}" ] || refuse "SVCDEPLOY_SSH_KEY is needed: the private key to log in with"
[ -n "${SVCDEPLOY_KNOWN_HOSTS:-}" ] || refuse "SVCDEPLOY_KNOWN_HOSTS is needed: the host keys to trust"

private=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/svcdeploy.XXXXXX")
trap 'rm -rf "$private"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
keep_private "$SVCDEPLOY_SSH_KEY" "$private/key"
keep_private "$SVCDEPLOY_KNOWN_HOSTS" "$private/known_hosts"
unset SVCDEPLOY_SSH_KEY SVCDEPLOY_KNOWN_HOSTS

# The folder keeps itself out of `git status`: the tree of a job is as clean as its commit.
mkdir -p "$reports"
echo '*' >"$reports/.gitignore"
rm -f "$reports"/*.md "$reports"/*.xml "$reports"/*.json "$reports"/*.ndjson "$reports/rendered.txt"

# run COMMAND ARGUMENT…: with every report, named after the command.
run() {
  verb=$1
  shift
  code=0
  # shellcheck disable=SC2086 # the command may be several words
  $command "$verb" --env "$environment" --identity "$private/key" --known-hosts "$private/known_hosts" "$@" --report \
    "markdown=$reports/$verb.md" "junit=$reports/junit.xml" "gitlab=$reports/gitlab.json" "ndjson=$reports/$verb.ndjson" \
    "github=$reports/summary.md" </dev/null || code=$?
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$reports/summary.md" ]; then cat "$reports/summary.md" >>"$GITHUB_STEP_SUMMARY"; fi
  return "$code"
}

branch=$(pushed_branch)
status=0
if [ "$branch" = "$main" ]; then
  echo "svcdeploy: branch $branch is applied to $environment"
  run apply --yes || status=$?
else
  echo "svcdeploy: what ${branch:-this change} would do to $environment"
  # plan reports the same mistakes again, with reports.
  # shellcheck disable=SC2086 # the command may be several words
  $command render --env "$environment" >"$reports/rendered.txt" 2>/dev/null </dev/null || rm -f "$reports/rendered.txt"
  run plan --detailed-exitcode || status=$?
  [ "$status" -ne 2 ] || status=0
fi
chmod -R u=rwX,go=rX "$reports"
echo "svcdeploy: exit $status; reports in $reports"
exit "$status"
