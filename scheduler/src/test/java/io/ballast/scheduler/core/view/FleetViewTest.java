package io.ballast.scheduler.core.view;

import static io.ballast.scheduler.core.BeatMaker.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Fleet;
import io.ballast.messages.Fleet.Status;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.BeatMaker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class FleetViewTest {
  private final BeatMaker h1 = new BeatMaker("h1");
  private final BeatMaker h2 = new BeatMaker("h2");

  @Property
  void theNewestBeatOfALifeWinsInWhateverOrderItsBeatsCome(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int lives) {
    BeatMaker maker = new BeatMaker("h1");
    Random chance = new Random(seed);
    FleetView view = FleetView.EMPTY;
    HostBeat newest = maker.beat(at(0));
    for (int life = 0; life < lives; life++) {
      maker.incarnation(chance.nextInt(1, 1_000_000));
      List<HostBeat> beats = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        beats.add(maker.beat(at(life * 30 + i * 3)));
      }
      newest = beats.getLast();
      HostBeat first = beats.getFirst();
      List<HostBeat> arriving = new ArrayList<>(beats);
      arriving.addAll(beats);
      Collections.shuffle(arriving, chance);
      view = view.after(first, at(life * 30));
      for (HostBeat beat : arriving) {
        view = view.after(beat, at(life * 30 + 27));
      }
    }

    assertSame(newest, view.host(maker.host()).orElseThrow().beat());
  }

  @Test
  void aRepeatedOrOvertakenBeatChangesNothing() {
    HostBeat first = h1.beat(at(0));
    HostBeat second = h1.beat(at(3));
    FleetView view = FleetView.EMPTY.after(second, at(3));

    assertSame(view, view.after(second, at(4)));
    assertSame(view, view.after(first, at(4)));
  }

  @Test
  void aLateBeatOfAnEarlierLifeIsNotBelieved() {
    HostBeat known = h1.beat(at(0));
    HostBeat late = h1.beat(at(3));
    HostBeat next = h1.incarnation(2000).beat(at(3));
    FleetView view = FleetView.EMPTY.after(known, at(0)).after(next, at(3));

    assertSame(next, view.after(late, at(3.1)).host(h1.host()).orElseThrow().beat());
    assertSame(view, view.after(known, at(3.1)));
  }

  @Test
  void anAgentThatRestartsWithAnEarlierClockIsHeardAtOnce() {
    FleetView view = FleetView.EMPTY.after(h1.incarnation(2000).beat(at(0)), at(0));
    HostBeat reborn = h1.incarnation(1500).beat(at(1));

    assertSame(reborn, view.after(reborn, at(1)).host(h1.host()).orElseThrow().beat());
  }

  @Test
  void aLifeThatSeemsEarlierAndWasNeverHeardIsNotBelievedAgainstTheOneThatIs() {
    FleetView view = FleetView.EMPTY.after(h1.incarnation(2000).beat(at(0)), at(0));
    HostBeat stray = h1.incarnation(1500).lose(40).beat(at(1));

    assertFalse(view.isNews(stray, at(1)));
    assertTrue(view.isNews(stray, at(10)), "the other life is over");
  }

  @Test
  void twoAgentsOfOneNameAreRivalsUntilOneOfThemIsGone() {
    BeatMaker other = new BeatMaker("h1").incarnation(1500).lose(200);
    FleetView view = FleetView.EMPTY;
    for (int i = 0; i < 3; i++) {
      view = view.after(h1.beat(at(3 * i)), at(3 * i));
      view = view.after(other.beat(at(3 * i + 1)), at(3 * i + 1));
    }
    assertTrue(view.host(h1.host()).orElseThrow().rival(at(8)).isPresent());

    HostBeat last = h1.beat(at(0));
    for (int i = 3; i < 8; i++) {
      last = other.beat(at(3 * i + 1));
      view = view.after(last, at(3 * i + 1));
    }

    assertSame(last, view.host(h1.host()).orElseThrow().beat());
    assertTrue(view.host(h1.host()).orElseThrow().rival(at(23)).isEmpty());
  }

  @Test
  void theViewOfBeforeIsNotChangedByABeat() {
    FleetView before = FleetView.EMPTY.after(h1.beat(at(0)), at(0));
    FleetView after = before.after(h2.beat(at(1)), at(1));

    assertEquals(1, before.hosts().size());
    assertEquals(2, after.hosts().size());
  }

  @Test
  void thePictureJoinsTheAgentsOfAHost() {
    FleetView view =
        FleetView.EMPTY
            .after(h2.beat(at(0)), at(0))
            .after(h1.beat(at(1)), at(1))
            .after(h1.storage(at(1)), at(1))
            .after(h1.net(at(1)), at(1));

    List<Fleet.Host> picture = view.picture(host -> Status.UP);
    assertEquals(
        List.of(new HostId("h1"), new HostId("h2")), picture.stream().map(Fleet.Host::id).toList());
    assertEquals(true, picture.getFirst().storage().isPresent());
    assertEquals(true, picture.getFirst().net().isPresent());
    assertEquals(at(1), picture.getFirst().heardAt());
    assertEquals(false, picture.getLast().storage().isPresent());
  }

  @Test
  void aVmIsFoundWhereverItIsKnown() {
    FleetView view =
        FleetView.EMPTY
            .after(h1.beat(at(0), BeatMaker.vm(1, VmState.RUNNING)), at(0))
            .after(h2.beat(at(0), BeatMaker.vm(1, VmState.SHUT_OFF)), at(0));

    assertEquals(2, view.places(BeatMaker.vmId(1)).size());
    assertEquals(0, view.places(BeatMaker.vmId(2)).size());
  }
}
