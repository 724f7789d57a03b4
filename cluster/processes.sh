#!/usr/bin/env bash
# Read by hosts and local-slurm: starts processes, finds them again and ends them, by pid files in "$folder".
# shellcheck shell=bash disable=SC2154  # the reader sets folder, and folder_variable, which names what the folder is taken from
# A pid file holds the pid and when the process began, so a pid that the system has given away again is never taken for ours.

# Makes the folder, which nobody else may write to.
make_folder() {
  (umask 022 && mkdir -p "$folder/log" "$folder/pid")
  if [ ! -O "$folder" ]; then die 73 "$folder belongs to somebody else; name another folder in $folder_variable"; fi
}

die() { # CODE MESSAGE
  echo "error: $2" >&2
  exit "$1"
}

# When a process began, in clock ticks since the machine did.
birth() { # PID
  local line
  { line=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  # The command's name may hold spaces; what follows it is the third field, and the 22nd is asked for.
  read -ra line <<<"${line##*) }"
  # A zombie has ended.
  [ "${line[0]}" != Z ] && echo "${line[19]}"
}

# Starts a command in the background in a session of its own; its output goes to log/NAME.log. It keeps no other open file, for whoever
# started this script may wait until all of its ends are closed.
start_process() { # NAME COMMAND...
  local name=$1
  shift
  (
    for file in /proc/self/fd/*; do
      if [ "${file##*/}" -gt 2 ]; then eval "exec ${file##*/}>&-"; fi
    done
    exec setsid "$@"
  ) </dev/null >>"$folder/log/$name.log" 2>&1 &
  echo "$! $(birth $!)" >"$folder/pid/$name"
}

# Prints the pid if the process is there.
process_id() { # NAME
  local pid began
  read -r pid began 2>/dev/null <"$folder/pid/$1" || return 1
  [ "$(birth "$pid")" = "$began" ] && echo "$pid"
}

# Ends a process and waits for it; with KILL at once, else after five seconds of patience.
end_process() { # NAME SIGNAL
  local pid patience=50
  while pid=$(process_id "$1"); do
    if [ "$patience" -eq 50 ]; then kill -s "$2" "$pid" 2>/dev/null || true; fi
    if [ "$patience" -le 0 ]; then kill -s KILL "$pid" 2>/dev/null || true; fi
    patience=$((patience - 1))
    sleep 0.1
  done
  rm -f "$folder/pid/$1"
}

# Waits until a command succeeds.
wait_for() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then return 1; fi
    sleep 0.1
  done
}
