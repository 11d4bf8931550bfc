package io.ballast.storage.tool;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.storage.tool.Rbd.Address;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What Ceph's tool for block devices answers in JSON. */
public final class RbdAnswer {
  /** As the C library writes a time; it is told that it lives in UTC. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss yyyy", Locale.ROOT);

  private static final String GUARDED = "protected until ";

  private RbdAnswer() {}

  /**
   * A snapshot of an image.
   *
   * @param guarded whether it is protected: it can be cloned, and not removed
   */
  public record Kept(String name, boolean guarded, Instant at) {}

  /** A client of the cluster, by its address and the number that the cluster gave it. */
  public record Client(String address, String id) {
    /** For people: {@code 10.0.0.7:0/2834 (client.4123)}. */
    @Override
    public String toString() {
      return address + " (" + id + ")";
    }
  }

  /** Of {@code rbd ls --long}: what each image builds upon. */
  static Map<String, Address> parents(Answer images) {
    Map<String, Address> parents = new TreeMap<>();
    for (Answer image : images.all()) {
      String name = image.name("image");
      if (!image.json().has("snapshot")) {
        above(image).ifPresent(parent -> parents.put(name, parent));
      }
    }
    return parents;
  }

  /** Of {@code rbd du --merge-snapshots}: what each image takes. */
  static Map<String, Bytes> usage(Answer usage) {
    Map<String, Bytes> taken = new TreeMap<>();
    for (Answer image : usage.all("images")) {
      taken.put(image.name("name"), new Bytes(image.number("used_size")));
    }
    return taken;
  }

  /** Of {@code ceph df}: how much a pool holds and may come to hold. */
  static Room room(Answer df, String pool) {
    for (Answer one : df.all("pools")) {
      Optional<Answer> stats = one.part("stats").filter(it -> one.name("name").equals(pool));
      if (stats.filter(it -> it.json().has("stored")).isPresent()) {
        // Ceph tells less than nothing of a pool that no disk of it can serve.
        Bytes used = new Bytes(Math.max(0, stats.get().whole("stored")));
        Bytes available = new Bytes(Math.max(0, stats.get().whole("max_avail")));
        return new Room(used.plus(available), used, available);
      }
    }
    throw new RefusedException(
        Reason.TRADE_REFUSED,
        "ceph df did not tell the room of the pool '%s'; look at the tool on this host"
            .formatted(pool));
  }

  /** Of {@code rbd info}: what the image builds upon. */
  static Optional<Address> parent(Answer image) {
    image.name("name");
    return above(image);
  }

  private static Optional<Address> above(Answer image) {
    return image
        .part("parent")
        .map(
            parent ->
                new Address(
                    parent.name("pool"),
                    parent.name("image"),
                    Optional.of(parent.name("snapshot"))));
  }

  /** Of {@code rbd snap ls}, which tells them in the order in which they were made. */
  static List<Kept> snapshots(Answer snapshots) {
    List<Kept> kept = new ArrayList<>();
    for (Answer one : snapshots.all()) {
      kept.add(
          new Kept(
              one.name("name"), guarded(one.name("protected"), one), time(one.text("timestamp"))));
    }
    return kept;
  }

  private static boolean guarded(String word, Answer snapshot) {
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case String other -> throw snapshot.odd("'" + other + "' as 'protected'");
    };
  }

  private static Instant time(String text) {
    try {
      return LocalDateTime.parse(text.strip().replaceAll(" +", " "), TIME)
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw new RefusedException(
          Reason.TRADE_REFUSED,
          "rbd snap ls told the time '%s', which can't be read; look at the tool on this host"
              .formatted(text));
    }
  }

  /** Of {@code rbd children}: each as {@code POOL/IMAGE}. */
  static List<String> children(Answer children) {
    List<String> names = new ArrayList<>();
    for (Answer child : children.all()) {
      boolean trash = child.truth("trash");
      names.add(
          "%s/%s%s"
              .formatted(child.name("pool"), child.text("image"), trash ? " (in the trash)" : ""));
    }
    return names;
  }

  /** Of {@code rbd trash ls --long}. */
  static List<Volume.Trashed> trash(Answer trash) {
    List<Volume.Trashed> volumes = new ArrayList<>();
    for (Answer one : trash.all()) {
      Instant at = time(one.text("deleted_at"));
      String status = one.name("status");
      volumes.add(
          new Volume.Trashed(
              one.name("id"),
              one.name("name"),
              at,
              status.startsWith(GUARDED) ? time(status.substring(GUARDED.length())) : at));
    }
    volumes.sort(Comparator.comparing(Volume.Trashed::name).thenComparing(Volume.Trashed::at));
    return volumes;
  }

  /** Of {@code rbd status}. */
  static List<Client> watchers(Answer status) {
    List<Client> clients = new ArrayList<>();
    for (Answer watcher : status.all("watchers")) {
      clients.add(new Client(watcher.text("address"), "client." + watcher.number("client")));
    }
    return clients;
  }

  /** Of {@code rbd lock ls}, without the locks that clients take by themselves. */
  static List<Client> lockers(Answer locks) {
    List<Client> clients = new ArrayList<>();
    for (Answer lock : locks.all()) {
      if (!lock.text("id").startsWith("auto ")) {
        clients.add(new Client(lock.text("address"), lock.name("locker")));
      }
    }
    return clients;
  }
}
