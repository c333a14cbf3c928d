/**
 * What bash, zsh and fish are given to load: each asks `svcdeploy __complete` at a Tab, and evaluates nothing
 * of the answer.
 */

/** The shells there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** Whether a word is one of them. */
export function isShell(word: string): word is Shell {
  return SHELLS.some((shell) => shell === word);
}

// Files are bash's own business: an empty COMPREPLY lets readline complete them. macOS' bash 3.2 has neither
// mapfile nor compopt.
const BASH = `# Completion of svcdeploy for bash. Install:
# svcdeploy completion bash >~/.local/share/bash-completion/completions/svcdeploy
# or, without the package bash-completion, in ~/.bashrc: eval "$(svcdeploy completion bash)"
_svcdeploy() {
  local directive='' line
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "$directive" ]; then directive=$line; else COMPREPLY+=("$line"); fi
  done < <(command svcdeploy __complete bash "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" \\
    2>/dev/null </dev/null)
  type compopt >/dev/null 2>&1 || return 0
  case $directive in
    files) compopt -o filenames ;;
    folders) compopt +o default +o bashdefault -o plusdirs ;;
    open) compopt +o default +o bashdefault -o nospace ;;
    *) compopt +o default +o bashdefault ;;
  esac
}
complete -o default -o bashdefault -F _svcdeploy svcdeploy
`;

const ZSH = `#compdef svcdeploy
# Completion of svcdeploy for zsh. Install:
# svcdeploy completion zsh >DIR/_svcdeploy, where DIR is in $fpath before compinit
# runs, or in ~/.zshrc after compinit: source <(svcdeploy completion zsh)
_svcdeploy() {
  local -a answer before described
  local each directive
  (( CURRENT > 2 )) && before=("\${(@Q)words[2,CURRENT-1]}")
  answer=("\${(@f)$(command svcdeploy __complete zsh "\${before[@]}" "\${(Q)PREFIX}" \\
    2>/dev/null </dev/null)}")
  directive=$answer[1]
  shift answer
  case $directive in
    (files *|folders *)
      [[ -z \${directive#* } ]] || compset -P "\${(b)\${directive#* }}"
      if [[ $directive = folders* ]]; then _files -/; else _files; fi
      return ;;
  esac
  for each in "\${answer[@]}"; do
    [[ -n $each ]] || continue
    each=\${\${each//\\\\/\\\\\\\\}//:/\\\\:}
    described+=("\${each/$'\\t'/:}")
  done
  if [[ $directive = open ]]; then _describe svcdeploy described -S ''; else _describe svcdeploy described; fi
}
if [[ $funcstack[1] = _svcdeploy ]]; then _svcdeploy "$@"; else compdef _svcdeploy svcdeploy; fi
`;

const FISH = `# Completion of svcdeploy for fish. Install:
# svcdeploy completion fish >~/.config/fish/completions/svcdeploy.fish
function __svcdeploy_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l current (commandline -ct)
    set -l answer (command svcdeploy __complete fish $before -- "$current" 2>/dev/null </dev/null)
    set -l directive (string split -m 1 ' ' -- $answer[1])
    set -e answer[1]
    switch "$directive[1]"
        case files folders
            set -l start (string sub -s (math (string length -- "$directive[2]") + 1) -- "$current")
            # What fish offers after a command that it does not know: files. The word stays quoted as
            # typed.
            set -l found (complete -C"__svcdeploy_no_command $start")
            if test "$directive[1]" = folders
                set found (string match -r '.*/$' -- $found)
            end
            for each in $found
                printf '%s%s\\n' "$directive[2]" $each
            end
        case '*'
            for each in $answer
                printf '%s\\n' $each
            end
    end
end
complete -c svcdeploy -f -a '(__svcdeploy_complete)'
`;

/** The script of each shell. */
export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
