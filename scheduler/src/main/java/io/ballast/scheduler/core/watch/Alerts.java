package io.ballast.scheduler.core.watch;

import io.ballast.messages.Alert;
import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.view.Heard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The alerts that last and those that ended lately. Each is raised once when its subject becomes
 * wrong and resolved once when it no longer is. One thread at a time.
 */
final class Alerts {
  private static final int MOST_KEPT = 200;

  private final Duration keptFor;
  private final Map<Subject, Alert> lasting = new TreeMap<>();
  private final Deque<Alert> over = new ArrayDeque<>();

  Alerts(Duration keptFor) {
    this.keptFor = keptFor;
  }

  /**
   * What an alert is about.
   *
   * @param vm for alerts about one virtual machine
   */
  record Subject(Verdict verdict, HostId host, Optional<VmId> vm) implements Comparable<Subject> {
    static Subject of(Verdict verdict, HostId host) {
      return new Subject(verdict, host, Optional.empty());
    }

    static Subject of(Verdict verdict, HostId host, VmId vm) {
      return new Subject(verdict, host, Optional.of(vm));
    }

    @Override
    public int compareTo(Subject other) {
      return key().compareTo(other.key());
    }

    private String key() {
      return verdict + " " + host + vm.map(id -> " " + id).orElse("");
    }
  }

  /**
   * What is known of a subject that is wrong.
   *
   * @param incarnation of the host's agent
   */
  record Finding(Instant lastHeard, long incarnation, List<String> vms, List<String> evidence) {
    /** Of the virtual machines of these names. */
    static Finding of(Heard<HostBeat> heard, List<String> vms, List<String> evidence) {
      return new Finding(heard.at(), heard.beat().pulse().incarnation(), vms, evidence);
    }

    /** Of a host with all that is active there. */
    static Finding ofHost(Heard<HostBeat> heard, List<String> evidence) {
      return of(
          heard,
          heard.beat().vms().stream()
              .filter(vm -> vm.state().active())
              .map(Vm::name)
              .sorted()
              .toList(),
          evidence);
    }
  }

  /**
   * Raises and resolves so that exactly the given subjects have alerts that last.
   *
   * @param describe asked for the subjects that are new
   */
  List<Event> settle(Set<Subject> wrong, Function<Subject, Finding> describe, Instant now) {
    List<Event> events = new ArrayList<>();
    for (Iterator<Map.Entry<Subject, Alert>> i = lasting.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Subject, Alert> entry = i.next();
      if (!wrong.contains(entry.getKey())) {
        Alert alert = resolved(entry.getValue(), now);
        i.remove();
        over.addLast(alert);
        events.add(new Event.AlertResolved(alert));
      }
    }
    for (Subject subject : wrong) {
      if (!lasting.containsKey(subject)) {
        Alert alert = raised(subject, describe.apply(subject), now);
        lasting.put(subject, alert);
        events.add(new Event.AlertRaised(alert));
      }
    }
    while (over.size() > MOST_KEPT || (!over.isEmpty() && outdated(over.getFirst(), now))) {
      over.removeFirst();
    }
    return events;
  }

  /** Those that last, then those that ended lately, the newest first. */
  List<Alert> all() {
    List<Alert> all = new ArrayList<>(lasting.values());
    over.descendingIterator().forEachRemaining(all::add);
    return all;
  }

  private boolean outdated(Alert alert, Instant now) {
    return alert.resolvedAt().map(end -> end.plus(keptFor).isBefore(now)).orElse(false);
  }

  private static Alert raised(Subject subject, Finding finding, Instant now) {
    String id =
        subject.verdict().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')
            + ":"
            + subject.vm().map(VmId::toString).orElse(subject.host().value())
            + ":"
            + finding.incarnation()
            + ":"
            + now.toEpochMilli();
    return new Alert(
        id,
        subject.verdict(),
        subject.host(),
        now,
        finding.lastHeard(),
        finding.vms(),
        finding.evidence(),
        Optional.empty());
  }

  private static Alert resolved(Alert alert, Instant now) {
    return new Alert(
        alert.id(),
        alert.verdict(),
        alert.host(),
        alert.raisedAt(),
        alert.lastHeard(),
        alert.vms(),
        alert.evidence(),
        Optional.of(now));
  }
}
