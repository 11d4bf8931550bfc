# libvirtd of a lab host: its configuration, and how it and programs like it are found and stopped. Sourced, never run.
# shellcheck shell=bash

# libvirt_configure I: writes what host I has of its own below /etc.
libvirt_configure() {
  local i=$1 etc other
  etc=$(home "$i")/etc
  mkdir -p "$etc/libvirt"
  {
    echo '127.0.0.1 localhost'
    for ((other = 1; other <= MAX_HOSTS; other++)); do echo "$(address "$other") h$other"; done
  } >"$etc/hosts"
  { grep -v '^hosts:' /etc/nsswitch.conf || true; echo 'hosts: files'; } >"$etc/nsswitch.conf"
  # libvirt looks its packaged user up even when the configuration names another; only the system package creates it.
  local database
  for database in passwd group; do
    cp "/etc/$database" "$etc/$database"
    getent "$database" libvirt-qemu >/dev/null || case $database in
      passwd) echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin' ;;
      group) echo 'libvirt-qemu:x:64055:' ;;
    esac >>"$etc/$database"
  done
  cat >"$etc/libvirt/libvirtd.conf" <<CONF
listen_tls = 0
listen_tcp = 1
listen_addr = "0.0.0.0"
auth_tcp = "none"
auth_unix_rw = "none"
host_uuid = "ba11a570-0000-4000-8000-00000000000$i"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
# A call that hangs holds a worker and a place among its client's requests: there must be more of them than an agent uses.
max_workers = 64
prio_workers = 16
max_client_requests = 32
keepalive_interval = 5
keepalive_count = 5
CONF
  # Guests stay in the host's own group (no controllers), write their console themselves (there is no virtlogd), and are
  # found by their migration peer under the host's address.
  cat >"$etc/libvirt/qemu.conf" <<CONF
security_driver = "none"
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
migration_host = "$(address "$i")"
keepalive_interval = 5
keepalive_count = 5
CONF
}

libvirt_answers() { timeout 5 virsh -q -c "$(uri "$1")" uri >/dev/null 2>&1; }

# ---- a program that a host has one of, like libvirtd

# daemon_pid I NAME: its process number as the outside sees it; nothing when there is none.
daemon_pid() {
  local pid comm
  for pid in $(cg_pids "h$1"); do
    comm=
    read -r comm 2>/dev/null <"/proc/$pid/comm" || true
    [[ $comm != "$2" ]] || echo "$pid"
  done
}

# daemon_state I NAME: stopped, frozen, or running.
daemon_state() {
  local pid status
  pid=$(daemon_pid "$1" "$2" | head -n 1)
  [[ -n $pid ]] || { echo stopped; return; }
  status=$(awk '/^State:/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
  if [[ $status == T ]]; then echo frozen; else echo running; fi
}

daemon_signal() { # I NAME SIGNAL
  local pid
  for pid in $(daemon_pid "$1" "$2"); do kill "-$3" "$pid" 2>/dev/null || true; done
}

daemon_gone() { [[ -z $(daemon_pid "$1" "$2") ]]; }

daemon_stop() { # I NAME
  daemon_signal "$1" "$2" TERM
  daemon_signal "$1" "$2" CONT
  await 10 daemon_gone "$1" "$2" || daemon_kill "$1" "$2"
}

daemon_kill() { # I NAME
  daemon_signal "$1" "$2" KILL
  await 5 daemon_gone "$1" "$2"
}

# What libvirt found out about QEMU is kept from one lab to the next: asking QEMU anew costs each first start a second.
libvirt_keep_cache() {
  local found
  found=$(home 1)/var/cache/libvirt
  [[ -d $found/qemu/capabilities ]] || return 0
  mkdir -p "$CACHE/libvirt"
  cp -a "$found/." "$CACHE/libvirt/"
}
libvirt_use_cache() { [[ ! -d $CACHE/libvirt ]] || cp -a "$CACHE/libvirt/." "$(home "$1")/var/cache/libvirt/"; } # I
