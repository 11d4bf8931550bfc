package io.ballast.net.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.net.linux.Present.Entry;
import io.ballast.net.linux.Present.Filter;
import io.ballast.net.linux.Present.Link;
import io.ballast.net.linux.Present.Queue;
import io.ballast.net.testing.FakeKernel;
import io.ballast.net.trade.Switch.Seen;
import io.ballast.net.trade.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Whatever happens, and in whatever order: in the end there is what is wanted, and what is not ours
 * is as it was.
 */
final class LinuxSwitchPropertyTest {
  private static final int CARDS = 4;

  private final FakeKernel kernel = new FakeKernel();
  private final LinuxSwitch tried = new LinuxSwitch(kernel);
  private final Map<Integer, Sample> wanted = new TreeMap<>();
  private final Map<Integer, String> links = new TreeMap<>();
  private int born;

  @Property(tries = 1_000)
  void inTheEndThereIsWhatIsWantedAndNothingElse(@ForAll long seed) {
    new LinuxSwitchPropertyTest().proven(new Random(seed));
  }

  private void proven(Random random) {
    String foreign = strangers();
    for (int i = random.nextInt(60); i > 0; i--) {
      happen(random);
      assertEquals(foreign, foreign());
    }
    kernel.recover();

    agree().forEach(seen -> assertEquals(List.of(), seen.differences()));
    assertEquals(foreign, foreign());
    assertEquals(limited(), ours());
    int changes = kernel.changes();
    agree();
    assertEquals(changes, kernel.changes(), "it was carried out again");

    wanted.clear();
    agree();
    assertEquals(Set.of(), ours());
    assertEquals(foreign, foreign());
    assertTrue(kernel.present().table().isEmpty());
  }

  private String strangers() {
    kernel.bridge("br0", true);
    kernel.bridge("br1", false);
    kernel.link("eth0", "");
    kernel.plug("eth0", "br0");
    kernel.link("ifb0", Link.DETOUR);
    kernel.queue("eth0", new Queue("htb", "1:", Optional.empty()));
    kernel.queue("ifb0", new Queue(Queue.BUCKET, "2:", Optional.of(new Rate(5, 5))));
    kernel.entry("eth0", new Entry(Entry.OURS, List.of(new Filter(7, true, Optional.of("ifb0")))));
    return foreign();
  }

  private String foreign() {
    Present present = kernel.present();
    return Stream.of("br0", "br1", "eth0", "ifb0")
        .map(
            name ->
                "%s %s %s %s"
                    .formatted(
                        present.links().get(name),
                        present.vlans().get(name),
                        present.queues().get(name),
                        present.entries().get(name)))
        .collect(Collectors.joining("\n"));
  }

  /** Devices and links that bear anything of ours. */
  private Set<String> ours() {
    Present present = kernel.present();
    Set<String> ours = new TreeSet<>();
    present.links().keySet().stream().filter(Mark::isDetour).forEach(ours::add);
    present
        .queues()
        .forEach(
            (link, queue) -> {
              if (queue.isOurs() && !Mark.isDetour(link)) {
                ours.add("queue " + link);
              }
            });
    present
        .entries()
        .forEach(
            (link, entry) -> {
              if (entry.hasOurs()) {
                ours.add("filter " + link + " " + entry.filters().getFirst().target().orElse(""));
              }
            });
    return ours;
  }

  private Set<String> limited() {
    Set<String> limited = new TreeSet<>();
    wanted.forEach(
        (number, sample) -> {
          String link = links.get(number);
          if (link != null && sample.port().in().isPresent()) {
            limited.add("queue " + link);
          }
          if (link != null && sample.port().out().isPresent()) {
            String detour = Mark.detour(Sample.card(number));
            limited.add("filter " + link + " " + detour);
            limited.add(detour);
          }
        });
    return limited;
  }

  private List<Seen> agree() {
    return tried.agree(all()).await();
  }

  private List<Wanted> all() {
    List<Wanted> all = new ArrayList<>();
    wanted.forEach(
        (number, sample) ->
            all.add(
                links.containsKey(number)
                    ? sample.by(String.valueOf(links.get(number)))
                    : sample.absent()));
    return all;
  }

  private void happen(Random random) {
    int number = random.nextInt(CARDS);
    switch (random.nextInt(12)) {
      case 0, 1 -> wanted.put(number, sample(number, random));
      case 2 -> wanted.remove(number);
      case 3, 4 -> appear(number, random);
      case 5 -> vanish(number);
      case 6 -> kernel.loseTable();
      case 7 -> kernel.loseRule(random.nextInt(100));
      case 8 -> meddle(number, random);
      case 9 -> {
        kernel.failAfter(random.nextInt(6));
        var unused = tried.agree(all());
        kernel.recover();
      }
      case 10 -> kernel.spoil();
      default -> agree();
    }
  }

  private void appear(int number, Random random) {
    if (!links.containsKey(number)) {
      String link = "vnet" + born++ % 6;
      if (!links.containsValue(link)) {
        kernel.link(link, Link.TAP);
        if (random.nextBoolean()) {
          kernel.plug(link, random.nextBoolean() ? "br0" : "br1");
        }
        links.put(number, link);
      }
    }
  }

  private void vanish(int number) {
    String link = links.remove(number);
    if (link != null) {
      kernel.remove(link);
    }
  }

  private void meddle(int number, Random random) {
    String detour = Mark.detour(Sample.card(number));
    if (random.nextBoolean() && kernel.present().links().containsKey(detour)) {
      kernel.remove(detour);
    }
    String link = links.get(number);
    if (link != null && random.nextBoolean()) {
      kernel.unplug(link);
    }
  }

  private static Sample sample(int number, Random random) {
    boolean filters = random.nextBoolean();
    Sample sample = Sample.of(number, filters ? "br0" : "br1");
    Sample addressed = random.nextBoolean() ? sample.guarded("10.0.0.5/24", "fd00::5/64") : sample;
    if (addressed.port().antiSpoof() && random.nextBoolean()) {
      addressed = addressed.known("203.0.113.5", Sample.OUTSIDE);
    } else if (filters && random.nextBoolean()) {
      addressed =
          addressed.in(
              random.nextBoolean()
                  ? new Vlan.Access(1 + random.nextInt(3))
                  : new Vlan.Trunk(List.of(1 + random.nextInt(3), 7)));
    }
    return addressed.limited(limit(random), limit(random));
  }

  private static Optional<RateLimit> limit(Random random) {
    return random.nextBoolean()
        ? Optional.of(RateLimit.of(1_000L * (1 + random.nextInt(3))))
        : Optional.empty();
  }
}
