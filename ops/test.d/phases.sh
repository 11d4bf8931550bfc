# The phases of ops/test, which ops/soak repeats. Sourced, never run; needs $ops, $root and $logs.
# shellcheck shell=bash disable=SC2154

# Each phase writes its output to $logs/PHASE.log, its reports to $logs/PHASE/, and what came of it to $logs/PHASE.result:
# "PASSED FAILED SKIPPED FLAKY", numbers of tests.

PHASES=(unit bus switches lab demo-simulated demo) # after install and build
MODULES=(messages scheduler host-agent storage-agent net-agent ops)

# A test has five minutes (test.d/resources/junit-platform.properties), all tests of a module together so many seconds.
# Then the JVM is told to print the stacks of all its threads, and ends.
MODULE_LIMIT=900
DEMO_LIMIT=900

phase_install() { "$ops/install" test; }

phase_build() {
  "$ops/build" || return # finds or installs the tools
  local jdk
  jdk=$("$ops/jdk")
  (cd "$root" && JAVA_HOME=$jdk PATH=$jdk/bin:$PATH mvn -B -ntp -T 2 package -DskipTests) && "$ops/lab/guest/build"
}

phase_unit() { each_module unit Test --exclude-tag=lab; }

# What waits for brokers, switches and hypervisors computes little: a compiler that optimises would only take from them.
WAITING=-XX:TieredStopAtLevel=1

phase_bus() { java_options=("$WAITING"); each_module bus IT --exclude-tag=lab --exclude-tag=switch --exclude-tag=rbd --exclude-tag=gluster --exclude-tag=lvm; }

phase_switches() { java_options=("$WAITING"); each_module switches IT --include-tag=switch; } # in network namespaces of their own

phase_lab() { java_options=("$WAITING"); each_module lab IT --include-tag=lab --exclude-tag=migration; }

phase_migration() { java_options=("$WAITING"); each_module migration IT --include-tag=migration; } # not in ops/test: it takes long

phase_rbd() { # not in ops/test: a Ceph is large, and slow to install
  "$ops/install" rbd || return
  local status=0
  each_module rbd IT --include-tag=rbd || status=1
  "$ops/lab/ceph" down || status=1 # it is down already, unless the tests were cut off
  return $status
}

phase_gluster() { # not in ops/test either
  local status=0
  "$ops/install" gluster && each_module gluster IT --include-tag=gluster || status=1
  "$ops/lab/gluster" down || status=1
  return $status
}

phase_lvm() { # not in ops/test either; under a kernel of its own, which has device-mapper and a disk that may be lost
  "$ops/install" lvm || return
  through=("$ops/lab/vm-run" --keep "$logs" --within $((MODULE_LIMIT + 60)))
  each_module lvm IT --include-tag=lvm
}

phase_random() { # the properties alone, with other seeds each time
  java_options=(-Dballast.seed=random)
  each_module random Test --include-engine=jqwik
}

phase_demo-simulated() { demo demo-simulated --simulated; }

phase_demo() { demo demo; }

phase_fleets() { # what holds for every plan, over more fleets and for longer than ops/test has time for
  java_options=(-Dballast.fleets=10000 -Dballast.rest=PT4H)
  junit fleets scheduler --select-class=io.ballast.scheduler.core.search.SolverTest \
    --select-class=io.ballast.scheduler.core.balance.RestTest
}

# each_module PHASE ENDING LAUNCHER-OPTION...: of all modules the tests whose names end so and that the options select, a
# process for each module that has such names.
each_module() {
  local phase=$1 ending=$2 module status=0
  shift 2
  for module in "${MODULES[@]}"; do
    [[ $(find "$root/$module/src/test" -name "*$ending.java" -print -quit) ]] || continue
    junit "$phase" "$module" "--scan-classpath=$root/$module/target/test-classes" "--include-classname=.*$ending" \
      "$@" || status=1
  done
  return $status
}

# junit PHASE MODULE LAUNCHER-OPTION...: 0 all passed or there was nothing to run, else 1. The command "through" runs it.
junit() {
  local phase=$1 module=$2 jdk report=$logs/$1/$2/TEST-junit-jupiter.xml status=0
  shift 2
  jdk=$("$ops/jdk")
  echo "== $module"
  (
    cd "$root/$module"
    exec "${through[@]}" timeout --signal=QUIT --kill-after=20 $MODULE_LIMIT "$jdk/bin/java" --enable-native-access=ALL-UNNAMED \
      -XX:+UseSerialGC "${java_options[@]}" \
      -Dlogback.configurationFile="$ops/src/test/resources/logback-test.xml" \
      -cp "target/test-classes:target/classes:$(cat target/test-classpath)" \
      org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=summary \
      --reports-dir="$logs/$phase/$module" "$@"
  ) || status=$?
  case $status in
    0) return 0 ;;
    124 | 137)
      echo "== $module: not finished after $MODULE_LIMIT s; the stacks of all threads are above"
      echo "UNFINISHED $module"
      ;;
    1) [[ -e $report ]] || echo "UNFINISHED $module: its tests did not begin" ;;
    *) echo "UNFINISHED $module: its process ended with $status" ;;
  esac
  return 1
}

# demo PHASE OPTION...: one run of the demo counts as one test.
demo() {
  local phase=$1
  shift
  if timeout --signal=TERM --kill-after=60 $DEMO_LIMIT "$ops/demo" --plain --json "$logs/$phase.json" "$@"; then
    echo '[         1 tests successful      ]'
  else
    echo "DEMO FAILED $phase"
    echo '[         1 tests failed          ]'
    return 1
  fi
}

# kill_tree PID: ends a process and all that it started, the latest first.
kill_tree() {
  local child
  for child in $(pgrep -P "$1"); do kill_tree "$child"; done
  kill -TERM "$1" 2>/dev/null
}

# stop_phases: ends what runs in the background, when the script is told to end.
stop_phases() {
  local job
  for job in $(jobs -p); do kill_tree "$job"; done
  wait
  exit 130
}

# count WORD FILE: how many tests of a log the launcher calls successful, failed, skipped or aborted.
count() { awk -v word="$1" '$1 == "[" && $3 == "tests" && $4 == word { sum += $2 } END { print sum + 0 }' "$2"; }

# failures FILE: each failed test of a log, a line "CLASS METHOD", or whatever else failed.
failures() {
  sed -nE \
    -e "s/.*MethodSource \[className = '([^']*)', methodName = '([^']*)'.*/\1 \2/p" \
    -e "s/.*ClassSource \[className = '([^']*)'.*/\1/p" \
    -e 's/^(UNFINISHED|DEMO FAILED) /\1 /p' "$1" | sort -u
}

# what_failed FILE: the failed tests of a log for a person, each with the first line of its message.
what_failed() {
  awk '
    /(Method|Class)Source \[className/ {
      name = $0; sub(/.*className = \047/, "", name); method = name
      sub(/\047.*/, "", name)
      if (sub(/.*methodName = \047/, "", method)) { sub(/\047.*/, "", method); name = name "." method }
    }
    name != "" && /^ *=> / { line = $0; sub(/^ *=> /, "", line); print name ": " substr(line, 1, 300); name = "" }
    /^UNFINISHED / || /^The demo failed: / { print substr($0, 1, 600) }' "$1"
}

# run PHASE: runs it, and once more what failed where luck may have its part; prints its line. 0 unless something failed.
run() {
  local phase=$1 log=$logs/$1.log begun=$SECONDS status=0 flaky=0 passed failed skipped word=passed
  local java_options=() through=()
  export BALLAST_KEEP_LOGS=$logs/$phase # for the logs of brokers, hosts and agents
  ("phase_$phase") >"$log" 2>&1 </dev/null || status=$?
  passed=$(count successful "$log") failed=$(failures "$log" | wc -l) skipped=$(($(count skipped "$log") + $(count aborted "$log")))
  if ((status)); then
    ((failed)) || failed=1
    if [[ $again == yes && $phase =~ ^(bus|switches|lab|demo.*)$ ]] && once_more "$phase" "$log"; then
      flaky=$failed failed=0 status=0
    fi
  fi
  echo "$passed $failed $skipped $flaky" >"$logs/$phase.result"
  ((flaky == 0)) || word=FLAKY
  ((status == 0)) || word=FAILED
  printf '  %-15s %-7s %4d s%s\n' "$phase" $word $((SECONDS - begun)) "$( ((passed + failed + skipped)) && printf '   %d passed, %d failed, %d skipped' "$passed" "$failed" "$skipped")"
  [[ $word == passed ]] || tell_failure "$phase" "$log"
  return $status
}

# tell_failure PHASE LOG: what failed, or how the log ended where that is not known.
tell_failure() {
  local told
  told=$(what_failed "$2")
  [[ -n $told ]] || told=$(tail -n 25 "$2")
  printf '%s\n' "$told" | head -n 40 | sed "s/^/      /"
}

# once_more PHASE LOG: only the classes that failed, in fresh processes. Their first failure stays in the log.
once_more() {
  local phase=$1 log=$2 module class status=0
  export BALLAST_KEEP_LOGS=$logs/$phase-again
  if [[ $phase == demo* ]]; then
    ("phase_$phase") >"$logs/$phase-again.log" 2>&1 </dev/null
    return
  fi
  ! grep -q '^UNFINISHED' "$log" || return 1
  local classes
  mapfile -t classes < <(failures "$log" | cut -d' ' -f1 | sort -u)
  ((${#classes[@]})) || return 1
  for module in "${MODULES[@]}"; do
    local selected=()
    for class in "${classes[@]}"; do
      class=${class%%\$*}
      [[ ! -e $root/$module/target/test-classes/${class//.//}.class ]] || selected+=("--select-class=$class")
    done
    ((${#selected[@]} == 0)) || junit "$phase-again" "$module" "${selected[@]}" || status=1
  done >"$logs/$phase-again.log" 2>&1 </dev/null
  return $status
}
