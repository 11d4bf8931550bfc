package io.ballast.bus;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Notice;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every bus does with notices, whatever carries it. */
public interface NoticesContract {
  Carrier carrier();

  @Test
  default void noticesReachThoseWhoListenToTheirType() {
    List<Notice> events = new CopyOnWriteArrayList<>();
    List<Notice> hostBeats = new CopyOnWriteArrayList<>();
    List<Notice> all = new CopyOnWriteArrayList<>();
    Bus listener = carrier().join("listener");
    Await.result(listener.serve(Event.class, events::add));
    Await.result(listener.serve(HostBeat.class, hostBeats::add));
    Await.result(listener.serve(Notice.class, all::add));
    Bus agent = carrier().join("agent");
    Event decided = new Event.Decided(Samples.decision());
    Event raised = new Event.AlertRaised(Samples.alert(Optional.empty()));

    Await.result(agent.fanout(decided));
    Await.result(agent.fanout(raised));
    // A beat that can't be sent yet is dropped, so it is repeated as agents do.
    await()
        .until(
            () -> {
              Await.result(agent.fanout(Samples.storageBeat()));
              Await.result(agent.fanout(Samples.hostBeat()));
              return !hostBeats.isEmpty()
                  && all.contains(Samples.storageBeat())
                  && all.contains(Samples.hostBeat());
            });
    await().until(() -> events.size() == 2 && all.containsAll(List.of(decided, raised)));

    assertEquals(List.of(decided, raised), events);
    assertEquals(Set.of(Samples.hostBeat()), Set.copyOf(hostBeats));
  }

  @Test
  default void aListenerThatFailsHearsTheNextNotice() {
    AtomicInteger heard = new AtomicInteger();
    Await.result(
        carrier()
            .join("listener")
            .serve(
                Event.Decided.class,
                event -> {
                  if (heard.incrementAndGet() == 1) {
                    throw new IllegalStateException("a defect of the listener");
                  }
                }));
    Bus agent = carrier().join("agent");

    Await.result(agent.fanout(new Event.Decided(Samples.decision())));
    Await.result(agent.fanout(new Event.Decided(Samples.decision())));

    await().until(() -> heard.get() == 2);
  }

  @Test
  default void whoStoppedListeningHearsNothing() {
    List<Notice> stopped = new CopyOnWriteArrayList<>();
    List<Notice> other = new CopyOnWriteArrayList<>();
    Bus listener = carrier().join("listener");
    Bus.Serving serving = Await.result(listener.serve(Event.class, stopped::add));
    Await.result(listener.serve(Event.class, other::add));
    Await.result(serving.stop());

    Await.result(carrier().join("agent").fanout(new Event.Decided(Samples.decision())));

    await().until(() -> other.size() == 1);
    assertEquals(List.of(), stopped);
  }
}
