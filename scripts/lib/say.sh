# Sourced by the scripts: what is being done, and how long it took.

say_started=$SECONDS

# step TEXT COMMAND [ARGUMENT...]: says TEXT, runs the command, says how long it took. Ends the script where it fails.
step() {
  local text=$1 began=$SECONDS status=0
  shift
  printf '==> %s\n' "$text"
  "$@" || status=$?
  if [ "$status" -ne 0 ]; then
    printf 'error: "%s" failed after %s s (exit code %s); what it printed stands above\n' \
      "$text" "$((SECONDS - began))" "$status" >&2
    exit "$status"
  fi
  printf '    done in %s s\n' "$((SECONDS - began))"
}

# quietly FILE COMMAND [ARGUMENT...]: the output goes to FILE and is shown only where the command fails.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" -ne 0 ]; then
    tail -n 40 "$log" >&2
    printf '(the last lines of %s)\n' "$log" >&2
  fi
  return "$status"
}

# Seconds since the script began.
say_total() {
  printf '%s' "$((SECONDS - say_started))"
}
