# The lab's control groups: "ballast-lab/<name>" in each hierarchy that is needed, for cgroup v1 and v2. Sourced, never run.
# They lie below the caller's own group (v1), so that limits around the caller stay in force, or below the root (v2,
# where a group that holds processes can't hand controllers to its children).
# shellcheck shell=bash

CG_ROOT=/sys/fs/cgroup
CG_NAME=ballast-lab
CG_PERIOD=100000
CG_WEIGHT=10   # times an ordinary group's: a host gets its quota whatever else the machine does

cg_is_v2() { [[ -f $CG_ROOT/cgroup.controllers ]]; }

# cg_hierarchies: the v1 hierarchies in use, "CONTROLLERS OWN-PATH" per line.
# cpuset limits nothing here: lxcfs looks cpuacct up under the cpuset path.
cg_hierarchies() {
  awk -F: '$2 ~ /(^|,)(cpu|cpuacct|cpuset|memory)(,|$)/ { print $2, $3 == "/" ? "" : $3 }' /proc/self/cgroup
}

# cg_tops: the existing top groups of the lab, one per line; found, not remembered, so that nothing is ever lost.
cg_tops() { find $CG_ROOT -type d -name $CG_NAME -prune 2>/dev/null; }

# cg_pids [NAME]: the processes in one group of the lab, or in all of them.
cg_pids() {
  cg_tops | while read -r top; do
    find "$top${1:+/$1}" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -nu
}

cg_empty() { [[ -z $(cg_pids "$@") ]]; }

# cg_create NAME [CPUS MEMORY]: makes the group with a limit in cores (0.5) and in memory (1G).
cg_create() {
  local name=$1 cpus=${2:-} memory=${3:-} quota=
  [[ -z $cpus ]] || quota=$(awk -v cpus="$cpus" -v period=$CG_PERIOD 'BEGIN { printf "%d", cpus * period }')
  if cg_is_v2; then cg_create_v2 "$name" "$quota" "$memory"; else cg_create_v1 "$name" "$quota" "$memory"; fi
}

cg_create_v1() {
  local name=$1 quota=$2 memory=$3 controllers own group top
  while read -r controllers own; do
    top=$CG_ROOT/$controllers$own/$CG_NAME
    group=$top/$name
    mkdir -p "$group"
    case ,$controllers, in
      *,cpuset,*)
        for group in "$top" "$group"; do
          cat "${group%/*}/cpuset.mems" >"$group/cpuset.mems"
          cat "${group%/*}/cpuset.cpus" >"$group/cpuset.cpus"
        done ;;
    esac
    case ,$controllers, in
      *,cpu,*)
        echo $((1024 * CG_WEIGHT)) >"$top/cpu.shares"
        [[ -z $quota ]] || { echo $CG_PERIOD >"$group/cpu.cfs_period_us"; echo "$quota" >"$group/cpu.cfs_quota_us"; } ;;
    esac
    case ,$controllers, in
      *,memory,*) [[ -z $memory ]] || echo "$memory" >"$group/memory.limit_in_bytes" ;;
    esac
  done < <(cg_hierarchies)
}

cg_create_v2() {
  local quota=$2 memory=$3 top=$CG_ROOT/$CG_NAME group=$CG_ROOT/$CG_NAME/$1 parent
  mkdir -p "$top"
  for parent in $CG_ROOT "$top"; do
    echo '+cpu +memory' >"$parent/cgroup.subtree_control" || {
      echo "the cpu and memory controllers of $parent can't be handed down (a container?)" >&2
      return 1
    }
    # Without cpuset lxcfs shows all processors; nothing worse.
    echo '+cpuset' >"$parent/cgroup.subtree_control" 2>/dev/null || true
  done
  echo $((100 * CG_WEIGHT)) >"$top/cpu.weight"
  mkdir -p "$group"
  [[ -z $quota ]] || echo "$quota $CG_PERIOD" >"$group/cpu.max"
  [[ -z $memory ]] || echo "$memory" >"$group/memory.max"
}

# cg_join NAME: moves the calling (sub)shell into the group.
cg_join() {
  local top
  while read -r top; do echo $BASHPID >"$top/$1/cgroup.procs"; done < <(cg_tops)
}

# cg_kill [NAME]: kills what is in one group or in all of them and waits until the kernel is done with it.
cg_kill() {
  local name=${1:-} try pid
  for ((try = 0; try < 500; try++)); do
    cg_empty "$name" && return 0  # "return" alone would mean something else inside a trap
    for pid in $(cg_pids "$name"); do kill -KILL "$pid" 2>/dev/null || true; done
    sleep 0.02
  done
  return 1
}

# cg_remove: removes all groups of the lab; they must be empty.
cg_remove() {
  local top
  while read -r top; do find "$top" -depth -type d -exec rmdir {} + 2>/dev/null || true; done < <(cg_tops)
  [[ -z $(cg_tops) ]]
}

# cg_mount: gives a new cgroup namespace its own view, in which its group is the root. Expects a fresh /sys.
cg_mount() {
  if grep -q '^0::' /proc/self/cgroup && [[ -z $(cg_hierarchies) ]]; then
    mount -t cgroup2 cgroup2 $CG_ROOT
    return
  fi
  local controllers _
  mount -t tmpfs -o mode=755,size=64k cgroups $CG_ROOT
  while read -r controllers _; do
    mkdir "$CG_ROOT/$controllers"
    mount -t cgroup -o "$controllers" cgroup "$CG_ROOT/$controllers"
  done < <(cg_hierarchies)
}
