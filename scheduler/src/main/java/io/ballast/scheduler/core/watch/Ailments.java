package io.ballast.scheduler.core.watch;

import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.HostId;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.scheduler.core.view.Heard;
import io.ballast.scheduler.core.watch.Alerts.Finding;
import io.ballast.scheduler.core.watch.Alerts.Subject;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The disks, arrays and pools that are worn or failing by what their agents say. One thread at a
 * time.
 *
 * <p>What is not known begins nothing and ends nothing: a part that can't be asked stays what it
 * was, and so does one whose agent is silent or no longer tells. A part that its agent does not
 * name among others of its kind is gone, which ends what was said of it.
 */
final class Ailments {
  private final SortedMap<Part, Case> cases = new TreeMap<>();

  /** A part of a host's storage. */
  private record Part(HostId host, Health.Kind kind, String name) implements Comparable<Part> {
    private static final Comparator<Part> ORDER =
        Comparator.comparing(Part::host).thenComparing(Part::kind).thenComparing(Part::name);

    static Optional<Part> of(HostId host, Health health) {
      return health.name().map(name -> new Part(host, health.kind(), name));
    }

    /** In words, such as {@code disk /dev/sda}. */
    String words() {
      return kind.name().toLowerCase(Locale.ROOT) + " " + name;
    }

    @Override
    public int compareTo(Part other) {
      return ORDER.compare(this, other);
    }
  }

  /** A part that has an alert, and what was said of it when it was last known. */
  private record Case(Subject subject, Health health) {}

  /** Looks at all parts. */
  void look(Storages storages, Findings findings) {
    for (Part part : List.copyOf(cases.keySet())) {
      if (storages.of(part.host()).isEmpty()) {
        end(part, "The host was forgotten.", findings);
      }
    }
    Map<HostId, List<Part>> known =
        cases.keySet().stream().collect(Collectors.groupingBy(Part::host));
    storages
        .heard()
        .forEach(
            (host, heard) -> {
              if (storages.isBelieved(host)) {
                told(host, heard.beat(), findings);
                known.getOrDefault(host, List.of()).stream()
                    .filter(part -> isGone(part, heard.beat()))
                    .forEach(part -> end(part, gone(part), findings));
              }
            });
    cases.forEach((part, open) -> findings.wrong(open.subject(), finding(part, open, storages)));
  }

  private void told(HostId host, StorageBeat beat, Findings findings) {
    for (Health health : beat.health()) {
      Optional<Part> named = Part.of(host, health);
      if (named.isPresent()) {
        Part part = named.get();
        switch (health.verdict()) {
          case GOOD -> end(part, health.reason(), findings);
          case WARNING -> wrong(part, Verdict.STORAGE_WORN, health, findings);
          case FAILING -> wrong(part, Verdict.STORAGE_FAILING, health, findings);
          case UNKNOWN -> {}
        }
      }
    }
  }

  private void wrong(Part part, Verdict verdict, Health health, Findings findings) {
    Subject subject = Subject.of(verdict, part.host(), part.words());
    @Nullable Case before = cases.put(part, new Case(subject, health));
    if (before != null && !before.subject().equals(subject)) {
      findings.over(
          before.subject(), "It is %s by now: %s".formatted(subject.verdict(), health.reason()));
    }
  }

  private void end(Part part, String why, Findings findings) {
    @Nullable Case before = cases.remove(part);
    if (before != null) {
      findings.over(before.subject(), why);
    }
  }

  /** Whether an agent tells of others of a kind and not of this one, and knows them all. */
  private static boolean isGone(Part part, StorageBeat beat) {
    return !beat.health().isEmpty()
        && beat.health().stream()
            .filter(health -> health.kind() == part.kind())
            .allMatch(health -> health.name().map(name -> !name.equals(part.name())).orElse(false));
  }

  private static String gone(Part part) {
    return "There is no %s any more, by what the agent says.".formatted(part.words());
  }

  private static Finding finding(Part part, Case open, Storages storages) {
    Heard<StorageBeat> heard = storages.of(part.host()).orElseThrow();
    Optional<Health> now =
        heard.beat().health().stream()
            .filter(health -> health.kind() == part.kind())
            .filter(health -> health.name().map(part.name()::equals).orElse(true))
            .filter(health -> health.verdict() == Health.Verdict.UNKNOWN)
            .findFirst();
    return Finding.ofStorage(heard, StorageEvidence.ofHealth(heard, open.health(), now, storages));
  }
}
