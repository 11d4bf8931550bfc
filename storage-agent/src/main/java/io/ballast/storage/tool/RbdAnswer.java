package io.ballast.storage.tool;

import com.fasterxml.jackson.databind.JsonNode;
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
  static Map<String, Address> parents(JsonNode images) {
    Map<String, Address> parents = new TreeMap<>();
    for (JsonNode image : images) {
      if (!image.has("snapshot")) {
        parent(image).ifPresent(parent -> parents.put(image.path("image").asText(), parent));
      }
    }
    return parents;
  }

  /** Of {@code rbd du --merge-snapshots}: what each image takes. */
  static Map<String, Bytes> usage(JsonNode usage) {
    Map<String, Bytes> taken = new TreeMap<>();
    for (JsonNode image : usage.path("images")) {
      taken.put(image.path("name").asText(), new Bytes(image.path("used_size").asLong()));
    }
    return taken;
  }

  /** Of {@code ceph df}: how much a pool holds and may come to hold. */
  static Room room(JsonNode df, String pool) {
    for (JsonNode one : df.path("pools")) {
      JsonNode stored = one.at("/stats/stored");
      JsonNode left = one.at("/stats/max_avail");
      if (one.path("name").asText().equals(pool) && stored.isNumber() && left.isNumber()) {
        Bytes used = new Bytes(Math.max(0, stored.asLong()));
        Bytes available = new Bytes(Math.max(0, left.asLong()));
        return new Room(used.plus(available), used, available);
      }
    }
    throw new RefusedException(
        Reason.TRADE_REFUSED,
        "ceph df did not tell the room of the pool '%s'; look at the tool on this host"
            .formatted(pool));
  }

  /** Of {@code rbd info}: what the image builds upon. */
  static Optional<Address> parent(JsonNode image) {
    JsonNode parent = image.path("parent");
    return parent.isObject()
        ? Optional.of(
            new Address(
                parent.path("pool").asText(),
                parent.path("image").asText(),
                Optional.of(parent.path("snapshot").asText())))
        : Optional.empty();
  }

  /** Of {@code rbd snap ls}, which tells them in the order in which they were made. */
  static List<Kept> snapshots(JsonNode snapshots) {
    List<Kept> kept = new ArrayList<>();
    for (JsonNode one : snapshots) {
      kept.add(
          new Kept(
              one.path("name").asText(),
              one.path("protected").asText().equals("true"),
              time(one.path("timestamp").asText())));
    }
    return kept;
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
  static List<String> children(JsonNode children) {
    List<String> names = new ArrayList<>();
    for (JsonNode child : children) {
      boolean trash = child.path("trash").asBoolean();
      names.add(
          "%s/%s%s"
              .formatted(
                  child.path("pool").asText(),
                  child.path("image").asText(),
                  trash ? " (in the trash)" : ""));
    }
    return names;
  }

  /** Of {@code rbd trash ls --long}. */
  static List<Volume.Trashed> trash(JsonNode trash) {
    List<Volume.Trashed> volumes = new ArrayList<>();
    for (JsonNode one : trash) {
      Instant at = time(one.path("deleted_at").asText());
      String status = one.path("status").asText();
      volumes.add(
          new Volume.Trashed(
              one.path("id").asText(),
              one.path("name").asText(),
              at,
              status.startsWith(GUARDED) ? time(status.substring(GUARDED.length())) : at));
    }
    volumes.sort(Comparator.comparing(Volume.Trashed::name).thenComparing(Volume.Trashed::at));
    return volumes;
  }

  /** Of {@code rbd status}. */
  static List<Client> watchers(JsonNode status) {
    List<Client> clients = new ArrayList<>();
    for (JsonNode watcher : status.path("watchers")) {
      clients.add(
          new Client(
              watcher.path("address").asText(), "client." + watcher.path("client").asText()));
    }
    return clients;
  }

  /** Of {@code rbd lock ls}, without the locks that clients take by themselves. */
  static List<Client> lockers(JsonNode locks) {
    List<Client> clients = new ArrayList<>();
    for (JsonNode lock : locks) {
      if (!lock.path("id").asText().startsWith("auto ")) {
        clients.add(new Client(lock.path("address").asText(), lock.path("locker").asText()));
      }
    }
    return clients;
  }
}
