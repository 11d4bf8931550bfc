package io.ballast.net.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Mac;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.net.trade.Guests;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A fake: cards in memory, told of on another thread. */
public final class FakeGuests implements Guests {
  private final List<Card> all = new ArrayList<>();
  private Optional<String> silence = Optional.empty();

  /** Has a machine with this card, among others that it may have. */
  public synchronized void put(Mac card, VmId vm, String name) {
    all.add(new Card(card, vm, name));
  }

  /** Answers no more. */
  public synchronized void refuse(String why) {
    silence = Optional.of(why);
  }

  @Override
  public synchronized Future<Set<Card>> cards(Set<Mac> addresses) {
    return Elsewhere.answer(
        silence.isPresent()
            ? Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, silence.get()))
            : Future.succeededFuture(
                all.stream()
                    .filter(card -> addresses.contains(card.address()))
                    .collect(Collectors.toSet())));
  }
}
