package io.ballast.scheduler.core;

import static io.ballast.scheduler.core.BeatMaker.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.ballast.messages.Fleet;
import io.ballast.messages.Fleet.Status;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.VmState;
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
  void theNewestBeatWinsInWhateverOrderBeatsCome(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int count) {
    List<HostBeat> beats = new ArrayList<>();
    BeatMaker maker = new BeatMaker("h1");
    for (int i = 0; i < count; i++) {
      if (i % 7 == 6) {
        maker.incarnation(1000 + i);
      }
      beats.add(maker.beat(at(i)));
    }
    HostBeat newest = beats.getLast();
    List<HostBeat> arriving = new ArrayList<>(beats);
    arriving.addAll(beats);
    Collections.shuffle(arriving, new Random(seed));
    FleetView view = FleetView.EMPTY;
    for (int i = 0; i < arriving.size(); i++) {
      view = view.after(arriving.get(i), at(i));
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
  void aBeatOfAnEarlierLifeChangesNothing() {
    HostBeat old = h1.beat(at(0));
    FleetView view = FleetView.EMPTY.after(h1.incarnation(2000).beat(at(1)), at(1));

    assertSame(view, view.after(old, at(2)));
  }

  @Test
  void aHostWhoseClockWasSetBackIsBelievedOnceItsFormerLifeIsForgotten() {
    FleetView view = FleetView.EMPTY.after(h1.incarnation(2000).beat(at(0)), at(0));
    HostBeat reborn = h1.incarnation(1500).beat(at(61));

    assertSame(reborn, view.after(reborn, at(61)).host(h1.host()).orElseThrow().beat());
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
