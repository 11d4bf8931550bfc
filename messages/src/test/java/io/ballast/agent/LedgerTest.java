package io.ballast.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Agent.Retention;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LedgerTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

  private final Ledger ledger = new Ledger(new Retention(Duration.ofDays(30), 20));

  private void take(String id, Instant at) {
    ledger.add(
        new Entry.Taken(
            order(id), new OperationId(id), at, at.plusSeconds(5), Optional.empty(), true, "{}"));
  }

  private void refuse(String id, Instant at) {
    ledger.add(new Entry.Refused(order(id), at, Reason.NO_ROOM, "no room"));
  }

  private void end(String id, Instant at) {
    ledger.add(new Entry.Ended(new OperationId(id), new Outcome.Done(Optional.empty()), at));
  }

  private void tell(String id) {
    ledger.add(new Entry.Told(new OperationId(id)));
  }

  private static Order order(String id) {
    return new Order(new OperationId(id), "cli", "host.start", "ff", "web");
  }

  private boolean knows(String id) {
    return ledger.find(new OperationId(id)).isPresent();
  }

  @Test
  void itsEntriesSayTheSameAgain() {
    ledger.add(new Entry.Began(4, NOON));
    ledger.add(new Entry.Followed("east", 7));
    ledger.add(new Entry.Followed("east", 5));
    take("open", NOON);
    take("ended", NOON);
    end("ended", NOON);
    take("told", NOON);
    end("told", NOON);
    tell("told");
    refuse("refused", NOON);

    Ledger again = new Ledger(Retention.DEFAULT);
    ledger.entries().forEach(again::add);

    assertEquals(ledger.entries(), again.entries());
    assertEquals(4, again.incarnation());
    assertEquals(Optional.of(7L), again.epoch("east"));
    assertEquals(Optional.empty(), again.epoch("west"));
    assertEquals("open", again.open().getFirst().id().value());
    assertEquals("ended", again.untold().getFirst().id().value());
    assertEquals(4, again.size());
  }

  @Test
  void whatIsOldIsForgottenUnlessItIsOpenOrUntold() {
    take("open", NOON);
    take("untold", NOON);
    end("untold", NOON);
    take("told", NOON);
    end("told", NOON);
    tell("told");
    refuse("refused", NOON);
    refuse("later", NOON.plus(Duration.ofDays(2)));

    ledger.forget(NOON.plus(Duration.ofDays(30)).plusSeconds(1));

    assertTrue(knows("open") && knows("untold") && knows("later"));
    assertTrue(!knows("told") && !knows("refused"));
  }

  @Test
  void ofWhatIsTooMuchRefusalsGoFirstAndThenTheOldest() {
    for (int i = 0; i < 30; i++) {
      take("t" + i, NOON);
      end("t" + i, NOON);
      tell("t" + i);
      refuse("r" + i, NOON);
      ledger.forget(NOON);
    }

    assertEquals(20, ledger.size());
    assertTrue(knows("t29") && knows("t12") && !knows("t11"));
    assertTrue(knows("r29") && knows("r28") && !knows("r27"));
  }

  @Test
  void whatIsOpenIsNeverTooMuch() {
    for (int i = 0; i < 50; i++) {
      take("t" + i, NOON);
    }

    ledger.forget(NOON);

    assertEquals(50, ledger.open().size());
  }

  @Test
  void anEndCountsOnce() {
    take("1", NOON);
    end("1", NOON);
    ledger.add(new Entry.Ended(new OperationId("1"), new Outcome.Unknown("later"), NOON));
    tell("never-came");

    assertEquals(
        new Outcome.Done(Optional.empty()),
        ((Item.Fate.Over) ledger.find(new OperationId("1")).orElseThrow().fate()).outcome());
  }
}
