# generations.sh: says what is kept of a project's last confirmed transactions, and what was tried since. Reads only; changes nothing.
set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
tab=$(printf '\t')
IFS= read -r nonce || exit 64
IFS= read -r base || exit 64
IFS= read -r project || exit 64

first_line() { value=''; [ -r "$1" ] && IFS= read -r value <"$1"; }

# Each service of the project: the sha256 of its description, or - where there is only its manifest.
services_of() {
  for manifest in "$1/projects/$project"/*; do
    service=${manifest##*/}
    case $service in '*' | *.tmp) continue ;; esac
    sum=-
    if [ -f "$1/targets/$project/$service" ]; then
      sum=$(sha256sum <"$1/targets/$project/$service") || sum=-
      sum=${sum%% *}
    fi
    printf 'service\t%s\t%s\t%s\n' "$2" "$service" "$sum"
  done
}

# What a transaction does, by the lines of its plan: acts on units, and the project's services that it is about.
lines_of() {
  [ -r "$1/plan" ] || return 0
  while IFS="$tab" read -r op c1 c2 c3 _; do
    case $op in
      action) verb=$c1 on=$c2 seconds=$c3
        [ "$verb" = remove ] || printf 'action\t%s\t%s\t%s\t%s\n' "$2" "$verb" "$on" "$seconds"
        ;;
      target) path=$c2
        case $path in */targets/"$project"/*) printf 'about\t%s\t%s\n' "$2" "${path##*/}" ;; esac
        ;;
    esac
  done <"$1/plan"
}

printf '%s begin\n' "$nonce"
printf 'clock\t%s\n' "$(date +%s)"
for folder in "$base"/gen/*/; do
  folder=${folder%/}
  number=${folder##*/}
  case $number in *[!0-9]*) continue ;; esac
  made=$(stat -c %Y -- "$folder/id" 2>/dev/null) || continue
  first_line "$folder/about"
  printf 'generation\t%s\t%s\t%s\n' "$number" "$made" "$value"
  services_of "$folder" "$number"
  lines_of "$folder" "$number"
done
for folder in "$base"/txn/*/; do
  folder=${folder%/}
  first_line "$folder/state"
  case $value in ROLLEDBACK* | ROLLBACK_FAILED*) ;; *) continue ;; esac
  first_line "$folder/about"; about=$value
  first_line "$folder/failure"
  printf 'attempt\t%s\t%s\t%s\n' "${folder##*/}" "$about" "$value"
  lines_of "$folder" "${folder##*/}"
done
if [ -r "$base/runs" ]; then
  tail -n 100 -- "$base/runs" | while IFS= read -r line; do printf 'run\t%s\n' "$line"; done
fi
printf '%s end\n' "$nonce"
