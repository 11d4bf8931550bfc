package io.ballast.scheduler.core.watch;

import io.ballast.messages.Alert;
import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.StorageBeat;
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
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
   * @param object for alerts about a part of the host, in words
   */
  record Subject(Verdict verdict, HostId host, Optional<VmId> vm, Optional<String> object)
      implements Comparable<Subject> {
    static Subject of(Verdict verdict, HostId host) {
      return new Subject(verdict, host, Optional.empty(), Optional.empty());
    }

    static Subject of(Verdict verdict, HostId host, VmId vm) {
      return new Subject(verdict, host, Optional.of(vm), Optional.empty());
    }

    static Subject of(Verdict verdict, HostId host, String object) {
      return new Subject(verdict, host, Optional.empty(), Optional.of(object));
    }

    /** What it is called in the id of an alert. */
    private String name() {
      return vm.map(VmId::toString)
          .orElseGet(() -> host.value() + object.map(part -> "/" + part).orElse(""));
    }

    @Override
    public int compareTo(Subject other) {
      return key().compareTo(other.key());
    }

    private String key() {
      return verdict
          + " "
          + host
          + vm.map(VmId::toString).or(() -> object).map(" "::concat).orElse("");
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

    /** Of a part of a host's storage. */
    static Finding ofStorage(Heard<StorageBeat> heard, List<String> evidence) {
      return new Finding(heard.at(), heard.beat().pulse().incarnation(), List.of(), evidence);
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
   * Raises and resolves so that exactly the given subjects have alerts that last. What is said of a
   * part of a host is kept up to date while it lasts.
   *
   * @param describe asked for the subjects that are new
   * @param findings of the parts of hosts
   */
  List<Event> settle(
      Set<Subject> wrong, Function<Subject, Finding> describe, Findings findings, Instant now) {
    List<Event> events = new ArrayList<>();
    for (Iterator<Map.Entry<Subject, Alert>> i = lasting.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Subject, Alert> entry = i.next();
      if (!wrong.contains(entry.getKey())) {
        Alert alert = resolved(entry.getValue(), findings.over().get(entry.getKey()), now);
        i.remove();
        over.addLast(alert);
        events.add(new Event.AlertResolved(alert));
      }
    }
    findings
        .wrong()
        .forEach((subject, finding) -> lasting.computeIfPresent(subject, renewed(finding)));
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
            + subject.name()
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
        Optional.empty(),
        subject.object());
  }

  private static BiFunction<Subject, Alert, Alert> renewed(Finding finding) {
    return (subject, alert) ->
        new Alert(
            alert.id(),
            alert.verdict(),
            alert.host(),
            alert.raisedAt(),
            finding.lastHeard(),
            finding.vms(),
            finding.evidence(),
            Optional.empty(),
            alert.object());
  }

  private static Alert resolved(Alert alert, @Nullable String why, Instant now) {
    List<String> evidence = new ArrayList<>(alert.evidence());
    if (why != null) {
      evidence.add(why);
    }
    return new Alert(
        alert.id(),
        alert.verdict(),
        alert.host(),
        alert.raisedAt(),
        alert.lastHeard(),
        alert.vms(),
        evidence,
        Optional.of(now),
        alert.object());
  }
}
