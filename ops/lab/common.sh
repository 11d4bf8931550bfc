# Names, places and small functions that the lab's scripts share. Sourced, never run.
# shellcheck shell=bash disable=SC2034  # the variables are for those who source this file

LAB=/run/ballast/lab                # all state of the lab; gone after "down"
LOCK=/run/ballast/lab.lock          # held while a command changes the lab; gone after "down"
CACHE=/var/cache/ballast            # what is slow to make and may stay
LXCFS_RUN=/run/lxcfs                # empty folders that lxcfs makes and leaves
SUBNET=10.213.0
BRIDGE=ballast0
UNDERLAY=10.213.1                   # with --switch: the network that carries the guests' own, on this bridge:
UNDERLAY_BRIDGE=ballast1
OUTSIDE=203.0.113                   # ... and the one outside, where public addresses are
OUTSIDE_BRIDGE=ballast2
MAX_HOSTS=9

die() { # STATUS TEXT...: one line that says what is wrong and what to do
  local status=$1
  shift
  printf 'lab: %s\n' "$*" >&2
  exit "$status"
}

address() { printf '%s.1%s' "$SUBNET" "$1"; }
home() { printf '%s/h%s' "$LAB" "$1"; }
underlay() { printf '%s.1%s' "$UNDERLAY" "$1"; }
link() { printf 'ballast-h%s%s' "$1" "${2:+e$2}"; }   # I [N]: the other end of the cable of ethN, which is 0 unless said
uri() { printf 'qemu+tcp://%s/system' "$(address "$1")"; }

setting() { awk -F= -v key="$1" '$1 == key { print substr($0, length(key) + 2) }' "$LAB/settings" 2>/dev/null; }

# await SECONDS COMMAND...: tries until the command succeeds; fails when the time is over.
await() {
  local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
  shift
  until "$@"; do
    ((${EPOCHREALTIME/[.,]/} < deadline)) || return 1
    sleep 0.02
  done
}

# lock: one command at a time changes the lab. The lock file goes away with the lab, so whoever got hold of a file that
# was removed meanwhile tries again with the new one.
lock() {
  while :; do
    mkdir -p "${LOCK%/*}"
    { exec 9>"$LOCK"; } 2>/dev/null || continue
    if ! flock --nonblock 9; then
      echo "lab: waiting for another lab command to finish" >&2
      flock --timeout 120 9 || die 75 "another lab command has been running for two minutes; look with: fuser -v $LOCK"
    fi
    [[ ! $LOCK -ef /proc/self/fd/9 ]] || return 0
  done
}

unlock() { exec 9>&-; }

remove_lock() { # by who holds it, when there is no lab any more
  rm -f "$LOCK"
  rmdir "${LOCK%/*}" 2>/dev/null || true
}
