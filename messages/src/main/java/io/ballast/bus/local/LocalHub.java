package io.ballast.bus.local;

import io.ballast.bus.Address;
import io.ballast.bus.DeadLetter;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.Role;
import io.ballast.bus.carrier.Listening;
import io.ballast.bus.carrier.Reception;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What the members of a {@link LocalBus} share: who serves what, and the dead letters. */
public final class LocalHub {
  private static final String CALLS = "calls";
  private static final String CASTS = "casts";
  private static final String FANOUTS = "fanouts";
  private static final int MOST_LETTERS = 10_000;

  private final Map<String, List<Reception>> receptions = new LinkedHashMap<>();
  private final List<Listening<?>> listenings = new ArrayList<>();
  private final List<DeadLetter> letters = new ArrayList<>();
  private final Clock clock;
  private long buried;

  /** A hub whose dead letters bear the time of the machine. */
  public LocalHub() {
    this(Clock.systemUTC());
  }

  /** A hub whose dead letters bear the time of a clock. */
  public LocalHub(Clock clock) {
    this.clock = clock;
  }

  /** What nobody could read, serve or finish so far, oldest first. */
  public synchronized List<DeadLetter> letters() {
    return List.copyOf(letters);
  }

  /** Puts a command onto the bus as a stranger would, unchecked, and gives what it is answered. */
  Future<Reply> post(String exchange, String address, Parcel parcel) {
    Optional<Reception> reception = one(address);
    if (reception.isPresent()) {
      Reception.Way way = exchange.equals(CASTS) ? Reception.Way.CAST : Reception.Way.CALL;
      return deliver(reception.get(), parcel, way);
    }
    Reply.Refused refused = new Reply.Refused(Reason.NO_RECEIVER, "nobody serves " + address);
    if (exchange.equals(CASTS)) {
      bury(parcel, exchange, address, refused);
    }
    return Future.succeededFuture(refused);
  }

  /** Has a receiver answer, and keeps what belongs to the dead letters. */
  Future<Reply> deliver(Reception reception, Parcel parcel, Reception.Way way) {
    String address = reception.address().toString();
    return reception
        .take(parcel, false, way, () -> serves(reception))
        .compose(
            answer ->
                switch (answer) {
                  case Reception.Answer.Given given -> Future.succeededFuture(given.reply());
                  case Reception.Answer.Dead dead -> {
                    bury(parcel, exchange(way), address, dead.reply());
                    yield Future.succeededFuture(dead.reply());
                  }
                  case Reception.Answer.Left left -> post(CASTS, address, parcel);
                });
  }

  private static String exchange(Reception.Way way) {
    return switch (way) {
      case CALL -> CALLS;
      case CAST -> CASTS;
      case FANOUT -> FANOUTS;
    };
  }

  private synchronized boolean serves(Reception reception) {
    return receptions.getOrDefault(reception.address().toString(), List.of()).contains(reception);
  }

  synchronized Runnable add(Reception reception) {
    for (Address address : reception.addresses()) {
      receptions.computeIfAbsent(address.toString(), none -> new ArrayList<>()).add(reception);
    }
    return () -> remove(reception);
  }

  private void remove(Reception reception) {
    synchronized (this) {
      receptions.values().forEach(list -> list.remove(reception));
    }
    reception.wake();
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

  private synchronized void bury(
      Parcel parcel, String exchange, String address, Reply.Refused why) {
    if (letters.size() >= MOST_LETTERS) {
      letters.removeFirst();
    }
    letters.add(
        new DeadLetter(
            Long.toString(++buried),
            parcel.kind().orElse(""),
            parcel.id(),
            parcel.sender(),
            parcel.user(),
            exchange,
            address,
            address,
            Optional.of(address),
            clock.instant(),
            why.reason(),
            why.message(),
            parcel.body().toString()));
  }

  private synchronized Optional<DeadLetter> taken(String id) {
    Optional<DeadLetter> found =
        letters.stream().filter(letter -> letter.id().equals(id)).findFirst();
    found.ifPresent(letters::remove);
    return found;
  }

  /** The dead letters as a member sees them. */
  DeadLetters deadLetters(String user) {
    return new DeadLetters() {
      @Override
      public Future<Found> list() {
        List<DeadLetter> all = letters();
        List<DeadLetter> oldest = all.subList(0, Math.min(MOST, all.size()));
        return Future.succeededFuture(new Found(oldest, all.size() - oldest.size()));
      }

      @Override
      public Future<List<Replayed>> replay(Collection<String> ids, Duration within) {
        List<Replayed> replayed = new ArrayList<>();
        for (String id : ids) {
          taken(id)
              .ifPresent(
                  letter -> {
                    post(letter.exchange(), letter.key(), parcel(letter, user, within));
                    replayed.add(new Replayed(id, Optional.empty()));
                  });
        }
        return Future.succeededFuture(replayed);
      }

      @Override
      public Future<List<String>> discard(Collection<String> ids) {
        return Future.succeededFuture(ids.stream().filter(id -> taken(id).isPresent()).toList());
      }

      @Override
      public Future<Void> bury(Undone cast, Reply.Refused why) {
        LocalHub.this.bury(parcel(cast), CASTS, cast.receiver().toString(), why);
        return Future.succeededFuture();
      }
    };
  }

  private static Parcel parcel(DeadLetter letter, String user, Duration within) {
    return new Parcel(
            Optional.of(letter.kind()).filter(kind -> !kind.isEmpty()),
            letter.nextId(() -> UUID.randomUUID().toString()),
            letter.sender(),
            Optional.of(user),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Buffer.buffer(letter.body()))
        .expiringIn(within);
  }

  private static Parcel parcel(DeadLetters.Undone cast) {
    return new Parcel(
        Optional.of(cast.kind()),
        Optional.of(cast.id().value()),
        Optional.of(cast.sender()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Buffer.buffer(cast.body()));
  }
}
