# How the lab and its hosts come into being and go. Sourced, never run.
# shellcheck shell=bash disable=SC2154  # "here" is set by who sources this file

lab_exists() { [[ -d $LAB ]]; }
lab_complete() { [[ -f $LAB/complete ]]; }

# lab_abandoned: the lab never came up completely, or its owner is gone (a process number in use again is told by its start).
lab_abandoned() {
  lab_complete || return 0
  local owner
  owner=$(setting owner)
  [[ -n $owner && $owner != "$(process_identity "${owner%@*}")" ]]
}

process_identity() { # PID: "PID@START", the same for as long as that process lives
  local stat
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
  stat=${stat##*) }
  # shellcheck disable=SC2086  # split into fields
  set -- "$1" $stat
  printf '%s@%s' "$1" "${21}"
}

# owner_is_other: the lab belongs to a living process that is neither the caller nor one of those that started it.
owner_is_other() {
  local owner pid=$$
  owner=$(setting owner)
  if [[ -z $owner ]] || lab_abandoned; then return 1; fi
  while ((pid > 1)); do
    [[ $pid != "${owner%@*}" ]] || return 1
    pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status" 2>/dev/null || echo 0)
  done
}

# host_pid I: process 1 of the host, as the outside counts; fails when the host is switched off.
host_pid() {
  local pid
  pid=$(cat "$(home "$1")/pid" 2>/dev/null) && [[ -n $pid ]] || return 1
  # The number may be in use again: only a process in the host's control group is the host's.
  cg_pids "h$1" | grep -qx "$pid" && echo "$pid"
}

has_switches() { [[ $(setting switch) == yes ]]; }

lab_bridge() { # NAME [SUBNET]: a bridge on which this machine has the first address
  local route
  if [[ ${2:-} ]]; then
    route=$(ip -4 route show "$2.0/24" | grep -v " dev $1 " || true)
    [[ -z $route ]] || die 1 "$2.0/24 is in use on this machine: $route"
  fi
  if ! ip link show "$1" >/dev/null 2>&1; then
    ip link add "$1" type bridge
    [[ -z ${2:-} ]] || ip address add "$2.1/24" dev "$1"
  fi
  ip link set "$1" up
}

# lab_emulator: lays out what stands in for QEMU, anew only where it or QEMU itself has changed: by its date libvirt knows
# whether what it has found out about QEMU still holds.
lab_emulator() {
  local copy=$CACHE/emulator
  if ! cmp -s "$here/emulator" "$copy" || (($(stat -c %Z /usr/bin/qemu-system-x86_64) > $(stat -c %Z "$copy"))); then
    install -m 755 "$here/emulator" "$copy"
  fi
}

# lab_base: what all hosts share: the bridge, lxcfs, the folder of the guests' consoles.
lab_base() {
  lab_bridge "$BRIDGE" "$SUBNET"
  if has_switches; then
    lab_bridge "$OUTSIDE_BRIDGE" "$OUTSIDE"
    lab_bridge "$UNDERLAY_BRIDGE"
  fi
  mkdir -p "$LAB/lxcfs" "$LAB/serial" "$CACHE"
  lab_emulator
  cg_create lxcfs
  [[ -e $LXCFS_RUN ]] || : >"$LAB/own-lxcfs-run"
  (
    cg_join lxcfs
    exec setsid --fork lxcfs --enable-loadavg --enable-cfs --pidfile="$LAB/lxcfs.pid" "$LAB/lxcfs" </dev/null >"$LAB/lxcfs.log" 2>&1 9>&-
  )
  await 5 test -e "$LAB/lxcfs/proc/stat" || die 1 "lxcfs did not start: $(tail -n 1 "$LAB/lxcfs.log")"
}

# host_connect I: gives the host its network cables if it has none. The cards' addresses never change, so that the other
# hosts find them at once after a restart.
host_connect() {
  local i=$1 pid mtu=1500
  pid=$(host_pid "$i")
  if has_switches; then
    mtu=1600
    host_plug "$i" "$pid" 1 "$UNDERLAY_BRIDGE"
    host_plug "$i" "$pid" 2 "$OUTSIDE_BRIDGE"
    host_plug "$i" "$pid" 3 "$OUTSIDE_BRIDGE"
  fi
  if ! ip link show "$(link "$i")" >/dev/null 2>&1; then
    ip link add "$(link "$i")" mtu $mtu type veth peer name eth0 address "02:ba:11:a5:70:0$i" mtu $mtu netns "$pid"
    nsenter --target "$pid" --net ip -batch - <<NET
link set lo up
address add $(address "$i")/24 dev eth0
link set eth0 up
route add default via $SUBNET.1
NET
  fi
  ip link set "$(link "$i")" master "$BRIDGE" up
}

# host_plug I PID N BRIDGE: the cable of ethN, a card for guests. Open vSwitch takes packets as they are: they must be whole,
# with their checksums.
host_plug() {
  local i=$1 pid=$2 card=eth$3 outer
  outer=$(link "$i" "$3")
  if ! ip link show "$outer" >/dev/null 2>&1; then
    ip link add "$outer" mtu 1600 type veth peer name "$card" address "02:ba:11:a5:7$3:0$i" mtu 1600 netns "$pid"
    ethtool -K "$outer" tx off gro off >/dev/null
    nsenter --target "$pid" --net ethtool -K "$card" tx off gro off >/dev/null
    nsenter --target "$pid" --net ip link set "$card" addrgenmode none up
  fi
  ip link set "$outer" master "$4" up
}

host_started() { host_pid "$1" >/dev/null || [[ -s $(home "$1")/host.log ]]; }
host_ready() { ! host_pid "$1" >/dev/null || { libvirt_answers "$1" && switch_ready "$1"; }; }
switch_ready() { ! has_switches || [[ -e $(home "$1")/switched ]]; }

# host_start I: switches a host on and waits until its libvirtd answers. Its folder is its disk.
host_start() {
  local i=$1 home
  home=$(home "$i")
  mkdir -p "$home"/var/lib/libvirt "$home"/var/log/libvirt "$home"/var/cache/libvirt
  [[ -d $home/etc ]] || libvirt_use_cache "$i"
  libvirt_configure "$i"
  ! has_switches || mkdir -p "$home"/etc/openvswitch "$home"/var/log/openvswitch
  cg_create "h$i" "$(setting cpu)" "$(setting memory)"
  rm -f "$home/pid" "$home/switched"
  : >"$home/host.log"
  (
    cg_join "h$i"
    exec setsid --fork unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child --propagation private \
      "$here/host" "$i" </dev/null >"$home/host.log" 2>&1 9>&-
  )
  await 10 host_started "$i" || true
  if host_pid "$i" >/dev/null; then
    host_connect "$i"
    await 120 host_ready "$i" || true
  fi
  if ! host_pid "$i" >/dev/null || ! libvirt_answers "$i" || ! switch_ready "$i"; then
    echo "lab: h$i did not come up: $(tail -n 1 "$home/host.log" "$home"/var/log/{libvirt/libvirtd,openvswitch/*}.log 2>/dev/null | tr '\n' ' ')" >&2
    return 1
  fi
}

# teardown: removes what there is, found by name rather than remembered, so that it works after any accident.
teardown() {
  local name
  libvirt_keep_cache
  cg_kill || die 1 "processes of the lab don't die: $(cg_pids | tr '\n' ' ')"
  for name in $(lab_links); do ip link delete "$name" 2>/dev/null || true; done
  while read -r name; do umount --lazy "$name" 2>/dev/null || true; done < <(lab_mounts)
  await 5 cg_remove || die 1 "control groups of the lab can't be removed: $(cg_tops | tr '\n' ' ')"
  [[ ! -e $LAB/own-lxcfs-run ]] || rmdir "$LXCFS_RUN"/* "$LXCFS_RUN" 2>/dev/null || true
  keep_logs
  rm -rf --one-file-system "$LAB"
}

# keep_logs: copies the logs of hosts and hypervisors and the guests' consoles to where somebody wants them.
keep_logs() {
  [[ -n ${BALLAST_KEEP_LOGS:-} && -d $LAB ]] || return 0
  local folder file
  folder=$BALLAST_KEEP_LOGS/lab-$(date +%H%M%S)
  while read -r file; do
    install -D -m 644 "$file" "$folder/${file#"$LAB"/}" || true
  done < <(find "$LAB" -xdev -type f \( -name '*.log' -o -path '*/serial/*' \))
}

lab_links() { # [I]: the links of the lab on this machine, or those of one host
  ip -oneline link show | awk -F'[ @:]+' -v host="${1:-[0-9]}" '$2 ~ "^ballast-h" host "(e[1-3])?$" || (host == "[0-9]" && $2 ~ /^ballast[0-2]$/) { print $2 }'
}
lab_mounts() { awk -v lab="$LAB" 'index($2 "/", lab "/") == 1 { print $2 }' /proc/mounts | sort -r; }

# leftovers: one line for each thing of the lab that is there; nothing when it is clean.
leftovers() {
  local pid
  for pid in $(cg_pids); do echo "process $pid $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | cut -c1-100)"; done
  cg_tops | sed 's/^/cgroup  /'
  lab_links | sed 's/^/link    /'
  lab_mounts | sed 's/^/mount   /'
  [[ ! -e $LAB ]] || echo "files   $LAB"
}
