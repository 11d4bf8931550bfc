package io.ballast.scheduler.core.watch;

import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetBeat.Link;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.view.Heard;
import io.ballast.scheduler.core.watch.Alerts.Finding;
import io.ballast.scheduler.core.watch.Alerts.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What is wrong with the networks of the hosts, by what their network agents say: ports that are
 * not as wanted, addresses that two machines have, uplinks that are down, busy or idle. One thread
 * at a time.
 *
 * <p>What an agent does not tell now, because it is silent or its name is doubled, stays what it
 * was. An uplink is down only if it was seen up before.
 */
final class Cabling {
  /** By so much of a link's speed its rate has to be below a limit again. */
  static final double MARGIN = 0.05;

  /** An agent is called silent after so many of its intervals. */
  private static final int SILENT = 3;

  /** So many times longer than a difference no host must have known the VM of a port. */
  private static final int ORPHANED = 10;

  private final AlertSettings.Networks settings;
  private final Set<String> seenUp = new HashSet<>();

  /** What looks wrong, and since when. */
  private SortedMap<Subject, Instant> since = new TreeMap<>();

  /** What was said to be wrong in the last look. */
  private SortedMap<Subject, Finding> said = new TreeMap<>();

  Cabling(AlertSettings.Networks settings) {
    this.settings = settings;
  }

  /** One look, whose findings are made up. */
  private final class Look {
    final SortedMap<Subject, Instant> begun = new TreeMap<>();
    final SortedMap<Subject, Finding> wrong = new TreeMap<>();
    final Function<VmId, Optional<String>> names;
    final Instant now;

    Look(Function<VmId, Optional<String>> names, Instant now) {
      this.names = names;
      this.now = now;
    }

    String name(VmId vm) {
      return names.apply(vm).orElseGet(() -> "VM " + vm);
    }

    /** Says something if it was so for long enough. */
    void suspect(Subject subject, Duration limit, Finding finding) {
      Instant first = since.getOrDefault(subject, now);
      begun.put(subject, first);
      if (Duration.between(first, now).compareTo(limit) >= 0) {
        wrong.put(subject, finding);
      }
    }

    /** Leaves what is known of a host as it was. */
    void keep(HostId host) {
      since.forEach(
          (subject, first) -> {
            if (subject.host().equals(host)) {
              begun.put(subject, first);
            }
          });
      said.forEach(
          (subject, finding) -> {
            if (subject.host().equals(host)) {
              wrong.put(subject, finding);
            }
          });
    }
  }

  /**
   * Looks at all hosts.
   *
   * @param doubled whose name two agents use
   * @param names of virtual machines, for people; none of one that no host knows
   */
  void look(
      SortedMap<HostId, Heard<NetBeat>> nets,
      Set<HostId> doubled,
      Function<VmId, Optional<String>> names,
      Findings findings,
      Instant now) {
    Look look = new Look(names, now);
    SortedMap<HostId, Heard<NetBeat>> fresh = new TreeMap<>();
    nets.forEach(
        (host, heard) -> {
          if (doubled.contains(host) || isSilent(heard, now)) {
            look.keep(host);
          } else {
            fresh.put(host, heard);
            ports(heard, look);
            uplinks(heard, look);
          }
        });
    taken(fresh, look);
    said.forEach(
        (subject, finding) -> {
          if (!look.wrong.containsKey(subject)) {
            findings.over(
                subject,
                nets.containsKey(subject.host())
                    ? "By the latest beat it is not so any more."
                    : "The host was forgotten.");
          }
        });
    look.wrong.forEach(findings::wrong);
    since = look.begun;
    said = look.wrong;
  }

  private static boolean isSilent(Heard<NetBeat> heard, Instant now) {
    Duration limit = heard.beat().pulse().interval().multipliedBy(SILENT);
    return heard.age(now).compareTo(limit) > 0;
  }

  private static Finding finding(Heard<NetBeat> heard, List<String> vms, List<String> evidence) {
    return new Finding(heard.at(), heard.beat().pulse().incarnation(), vms, evidence);
  }

  private void ports(Heard<NetBeat> heard, Look look) {
    for (PortStatus status : heard.beat().ports()) {
      Port port = status.port();
      boolean orphaned = look.names.apply(port.vm()).isEmpty();
      if (status.differences().isEmpty() && !orphaned) {
        continue;
      }
      String vm = look.name(port.vm());
      List<String> evidence = new ArrayList<>();
      evidence.add("Port %s of %s is not as wanted.".formatted(port.card(), vm));
      status.differences().forEach(difference -> evidence.add(sentence(difference)));
      if (orphaned) {
        evidence.add("No host knows its VM. Unplug it if that is gone for good.");
      }
      look.suspect(
          Subject.of(Verdict.PORT_DIFFERS, host(heard), Port.object(port.card())),
          status.differences().isEmpty()
              ? settings.portFor().multipliedBy(ORPHANED)
              : settings.portFor(),
          finding(heard, List.of(vm), evidence));
    }
  }

  private static String sentence(String words) {
    return words.substring(0, 1).toUpperCase(Locale.ROOT)
        + words.substring(1)
        + (words.endsWith(".") ? "" : ".");
  }

  private static HostId host(Heard<NetBeat> heard) {
    return heard.beat().pulse().host();
  }

  private void uplinks(Heard<NetBeat> heard, Look look) {
    Set<String> uplinks = new TreeSet<>();
    for (Bridge bridge : heard.beat().bridges()) {
      uplinks.addAll(bridge.uplinks());
    }
    for (Link link : heard.beat().links()) {
      if (!uplinks.contains(link.name())) {
        continue;
      }
      HostId host = host(heard);
      String object = "link " + link.name();
      if (link.up()) {
        seenUp.add(host + " " + link.name());
        rate(heard, link, object, look);
      } else if (seenUp.contains(host + " " + link.name())) {
        look.suspect(
            Subject.of(Verdict.UPLINK_DOWN, host, object),
            Duration.ZERO,
            finding(
                heard,
                List.of(),
                List.of(
                    "%s of %s was up and carries nothing now.".formatted(link.name(), host),
                    "Guests behind it reach this host alone.")));
      }
    }
  }

  private void rate(Heard<NetBeat> heard, Link link, String object, Look look) {
    HostId host = host(heard);
    long most = Math.max(link.received().value(), link.sent().value());
    Subject busy = Subject.of(Verdict.UPLINK_BUSY, host, object);
    double limit = settings.busy() - (said.containsKey(busy) ? MARGIN : 0);
    Optional<Double> share =
        link.megabitsPerSecond().map(megabits -> most * 8 / (megabits * 1_000_000.0));
    if (share.filter(used -> used >= limit).isPresent()) {
      look.suspect(
          busy,
          settings.rateFor(),
          finding(
              heard,
              List.of(),
              List.of(
                  "%.0f%% of the %d Mbit/s of %s are used: %s/s in, %s/s out."
                      .formatted(
                          share.get() * 100,
                          link.megabitsPerSecond().orElse(0),
                          link.name(),
                          link.received(),
                          link.sent()),
                  "Over below %.0f%%.".formatted((settings.busy() - MARGIN) * 100))));
    }
    long both = link.received().value() + link.sent().value();
    if (settings.idle().value() > 0 && both < settings.idle().value()) {
      look.suspect(
          Subject.of(Verdict.UPLINK_IDLE, host, object),
          settings.rateFor(),
          finding(
              heard,
              List.of(),
              List.of(
                  "%s/s in and %s/s out pass over %s: less than %s/s."
                      .formatted(link.received(), link.sent(), link.name(), settings.idle()))));
    }
  }

  /** A port, and where it is kept. */
  private record Kept(Heard<NetBeat> heard, Port port) {}

  /** Addresses and cards that ports of different machines have. */
  private static void taken(SortedMap<HostId, Heard<NetBeat>> nets, Look look) {
    Map<String, List<Kept>> claims = new LinkedHashMap<>();
    for (Heard<NetBeat> heard : nets.values()) {
      for (PortStatus status : heard.beat().ports()) {
        Kept kept = new Kept(heard, status.port());
        Mac card = status.port().card();
        claims.computeIfAbsent("card " + card, none -> new ArrayList<>(1)).add(kept);
        status
            .port()
            .publicAddress()
            .ifPresent(
                shown ->
                    claims
                        .computeIfAbsent("address " + shown, none -> new ArrayList<>(1))
                        .add(kept));
      }
    }
    claims.forEach(
        (object, all) -> {
          if (all.stream().map(kept -> kept.port().vm()).distinct().count() > 1) {
            Heard<NetBeat> first = all.getFirst().heard();
            look.suspect(
                Subject.of(Verdict.ADDRESS_TAKEN, host(first), object),
                Duration.ZERO,
                finding(
                    first,
                    all.stream()
                        .map(kept -> look.name(kept.port().vm()))
                        .distinct()
                        .sorted()
                        .toList(),
                    all.stream()
                        .map(
                            kept ->
                                "%s has %s by port %s on %s."
                                    .formatted(
                                        look.name(kept.port().vm()),
                                        object,
                                        kept.port().card(),
                                        host(kept.heard())))
                        .toList()));
          }
        });
  }
}
