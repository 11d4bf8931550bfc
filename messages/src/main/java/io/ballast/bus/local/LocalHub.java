package io.ballast.bus.local;

import io.ballast.bus.Address;
import io.ballast.bus.Role;
import io.ballast.bus.carrier.Listening;
import io.ballast.bus.carrier.Reception;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the members of a {@link LocalBus} share: who serves what, and the dead letters. */
public final class LocalHub {
  private final Map<String, List<Reception>> receptions = new LinkedHashMap<>();
  private final List<Listening<?>> listenings = new ArrayList<>();
  private final List<DeadLetter> deadLetters = new ArrayList<>();

  /**
   * A message that nobody could read, kept for a person.
   *
   * @param kind what it claimed to be, empty if nothing
   */
  public record DeadLetter(String kind, String body, Reason reason, String message) {}

  /** What could not be read so far, oldest first. */
  public synchronized List<DeadLetter> deadLetters() {
    return List.copyOf(deadLetters);
  }

  /** Puts a command onto the bus as a stranger would, unchecked, and gives what it is answered. */
  Future<Reply> post(String address, Parcel parcel) {
    return one(address)
        .map(
            reception ->
                reception
                    .take(parcel, false, false)
                    .onSuccess(answer -> bury(parcel, answer))
                    .map(Reception.Answer::reply))
        .orElseGet(
            () ->
                Future.succeededFuture(
                    new Reply.Refused(Reason.NO_RECEIVER, "nobody serves " + address)));
  }

  synchronized Runnable add(Reception reception) {
    for (Address address : reception.addresses()) {
      receptions.computeIfAbsent(address.toString(), none -> new ArrayList<>()).add(reception);
    }
    return () -> remove(reception);
  }

  private synchronized void remove(Reception reception) {
    receptions.values().forEach(list -> list.remove(reception));
  }

  synchronized Runnable add(Listening<?> listening) {
    listenings.add(listening);
    return () -> remove(listening);
  }

  private synchronized void remove(Listening<?> listening) {
    listenings.remove(listening);
  }

  /** One receiver of an address; each in turn. */
  synchronized Optional<Reception> one(String address) {
    List<Reception> list = receptions.getOrDefault(address, List.of());
    if (list.isEmpty()) {
      return Optional.empty();
    }
    Reception first = list.removeFirst();
    list.add(first);
    return Optional.of(first);
  }

  synchronized List<Reception> all(Role role) {
    return List.copyOf(receptions.getOrDefault(Address.any(role).toString(), List.of()));
  }

  void tell(Parcel parcel) {
    List<Listening<?>> now;
    synchronized (this) {
      now = List.copyOf(listenings);
    }
    now.forEach(listening -> listening.take(parcel));
  }

  synchronized void bury(Parcel parcel, Reception.Answer answer) {
    if (answer.dead() && answer.reply() instanceof Reply.Refused refused) {
      deadLetters.add(
          new DeadLetter(
              parcel.kind().orElse(""),
              parcel.body().toString(),
              refused.reason(),
              refused.message()));
    }
  }
}
