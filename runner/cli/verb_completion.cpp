// `mlpipe completion SHELL`: a script for the shell. Verbs and options are asked of the binary
// itself, stages of the graph, so the script holds nothing that could go out of date.
#include <cstdio>
#include <string_view>

#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {
namespace {

// What all three scripts share: the words of a help text, and the names of the stages.
constexpr std::string_view bash_script =
    R"BASH(# mlpipe completion for bash. To use it:  source <(mlpipe completion bash)
_mlpipe_verbs() {
  "$1" --help 2>/dev/null | sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\).*/\1/p'
}
_mlpipe_options() {
  "$@" --help 2>/dev/null | grep -oE '(^|[ ,])--?[a-zA-Z][a-zA-Z-]*' | tr -d ' ,' | sort -u
}
_mlpipe_stages() {
  local program=$1
  shift
  "$program" graph --json "$@" 2>/dev/null | sed 's/"edges":.*//' |
    grep -oE '"name":"[^"\\]*"' | cut -d'"' -f4 | sort -u
}
_mlpipe() {
  local program=${COMP_WORDS[0]} line=$COMP_LINE current verb="" deeper="" i word
  local -a place=() words=()
  # A colon breaks words in bash; stage names of several pipelines have one.
  read -ra words <<<"${line:0:COMP_POINT}"
  [[ "${line:0:COMP_POINT}" == *[[:space:]] ]] && words+=("")
  current=${words[-1]}
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    [[ $verb == logs && $word == -f ]] && continue # there it is --follow
    case $word in
      -C | -f | --file | --directory | --profile)
        place+=("$word" "${words[i + 1]}")
        i=$((i + 1))
        ;;
      -*) ;;
      *) if [[ -z $verb ]]; then verb=$word; elif [[ -z $deeper ]]; then deeper=$word; fi ;;
    esac
  done
  local candidates=""
  case ${words[-2]} in
    -C | -f | --file | --directory | --checks)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
  esac
  if [[ -z $verb && $current == -* ]]; then
    candidates=$(_mlpipe_options "$program")
  elif [[ -z $verb ]]; then
    candidates=$(_mlpipe_verbs "$program")
  elif [[ $current == -* ]]; then
    candidates=$(_mlpipe_options "$program" "$verb")
  else
    case $verb in
      run | plan | status | why | validate | graph | logs | accept | shell)
        candidates=$(_mlpipe_stages "$program" "${place[@]}")
        ;;
      completion) candidates="bash zsh fish" ;;
      deploy) [[ -z $deeper ]] && candidates="plan apply rollback history resume" ;;
      check | table) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
  if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
    local head=${current%"${current##*:}"}
    COMPREPLY=("${COMPREPLY[@]#"$head"}")
  fi
}
complete -F _mlpipe mlpipe
)BASH";

constexpr std::string_view zsh_script = R"ZSH(#compdef mlpipe
# mlpipe completion for zsh. To use it:  source <(mlpipe completion zsh)
_mlpipe() {
  local program=${words[1]} verb="" word
  local -a found
  for word in ${words[2,CURRENT-1]}; do
    if [[ $word != -* && -z $verb ]]; then verb=$word; fi
  done
  if [[ ${words[CURRENT]} == -* ]]; then
    found=(${(f)"$($program ${verb:+$verb} --help 2>/dev/null | grep -oE '(^|[ ,])--?[a-zA-Z][a-zA-Z-]*' | tr -d ' ,' | sort -u)"})
  elif [[ -z $verb ]]; then
    found=(${(f)"$($program --help 2>/dev/null | sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\).*/\1/p')"})
  else
    case $verb in
      run|plan|status|why|validate|graph|logs|accept|shell)
        found=(${(f)"$($program graph --json 2>/dev/null | sed 's/"edges":.*//' | grep -oE '"name":"[^"\\]*"' | cut -d'"' -f4 | sort -u)"}) ;;
      completion) found=(bash zsh fish) ;;
      deploy) found=(plan apply rollback history resume) ;;
      *) _files; return ;;
    esac
  fi
  compadd -a found
}
compdef _mlpipe mlpipe
)ZSH";

constexpr std::string_view fish_script =
    R"FISH(# mlpipe completion for fish. To use it:  mlpipe completion fish | source
function __mlpipe_verbs
    mlpipe --help 2>/dev/null | sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\).*/\1/p'
end
function __mlpipe_stages
    mlpipe graph --json 2>/dev/null | sed 's/"edges":.*//' | grep -oE '"name":"[^"\\\\]*"' | cut -d'"' -f4 | sort -u
end
function __mlpipe_options
    set -l words (commandline -opc)
    set -l verb
    test (count $words) -gt 1; and set verb $words[2]
    mlpipe $verb --help 2>/dev/null | grep -oE '(^|[ ,])--?[a-zA-Z][a-zA-Z-]*' | tr -d ' ,' | sort -u
end
complete -c mlpipe -f
complete -c mlpipe -n __fish_use_subcommand -a '(__mlpipe_verbs)'
complete -c mlpipe -n 'string match -q -- "-*" (commandline -ct)' -a '(__mlpipe_options)'
complete -c mlpipe -n '__fish_seen_subcommand_from run plan status why validate graph logs accept shell' -a '(__mlpipe_stages)'
complete -c mlpipe -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
complete -c mlpipe -n '__fish_seen_subcommand_from deploy' -a 'plan apply rollback history resume'
complete -c mlpipe -n '__fish_seen_subcommand_from check table' -F
)FISH";

}  // namespace

int completion(const std::string& shell_name) {
  const std::string_view script = shell_name == "zsh"    ? zsh_script
                                  : shell_name == "fish" ? fish_script
                                                         : bash_script;
  const bool written = std::fwrite(script.data(), 1, script.size(), stdout) == script.size() &&
                       std::fflush(stdout) == 0;
  return written ? 0 : show({Code::io, "the script could not be written to standard output"});
}

}  // namespace mlpipe::cli
