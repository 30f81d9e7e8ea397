# shellcheck shell=bash
# What every script here uses: where the project is, how to speak, how to give up. Sourced, never run.
# Works with bash 3.2 (macOS) too: no associative arrays, no mapfile, no ${x,,}.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
export root

# Progress goes to standard error, so that a script's standard output stays usable: eval "$(bin/dev-db)".
bold='' red='' plain=''
if [ -t 2 ]; then bold=$'\033[1m' red=$'\033[1;31m' plain=$'\033[0m'; fi
say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
die() {
  printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# The words of a script's own head comment, so that help and code cannot drift apart.
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$1"; }

# Holds a lock for as long as this script runs: `lock <folder> <seconds to wait>`. flock is not on macOS, mkdir is atomic everywhere.
lock() {
  local folder=$1 left=$2 holder
  mkdir -p "$(dirname "$folder")"
  until mkdir "$folder" 2>/dev/null; do
    holder=$(cat "$folder/pid" 2>/dev/null || true)
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -rf "$folder"
      continue
    fi
    [ "$left" -gt 0 ] || die "waited too long for process ${holder:-?}, which holds $folder"
    left=$((left - 1))
    sleep 1
  done
  echo $$ >"$folder/pid"
  held_locks="${held_locks:-} $folder"
}

unlock_all() {
  local folder
  for folder in ${held_locks:-}; do rm -rf "$folder"; done
  held_locks=
}
