package io.ballast.messages;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A disk image in a pool, as it lies there now.
 *
 * @param format by its content: {@code qcow2}, {@code raw}, {@code vmdk}, ...
 * @param capacity the size of the disk that a guest sees
 * @param allocated what it takes of its pool, without what it builds upon
 * @param backing what it builds upon, as its header says; absent if it stands alone
 * @param users what uses it
 */
public record Volume(
    VolumeId id,
    String format,
    Bytes capacity,
    Bytes allocated,
    Optional<String> backing,
    List<User> users) {
  public Volume {
    Fields.required(id, "id");
    Fields.text(format, "format");
    Fields.required(capacity, "capacity");
    Fields.required(allocated, "allocated");
    Fields.required(backing, "backing").ifPresent(file -> Fields.text(file, "backing"));
    users = Fields.listOf(users, "users");
  }

  /**
   * What uses a volume.
   *
   * @param name of the virtual machine, {@code pool/name} of the volume, or address of the client
   * @param active whether it uses the volume now
   */
  public record User(Kind kind, String name, boolean active) {
    public User {
      Fields.required(kind, "kind");
      Fields.text(name, "name");
    }

    /** What sort of user it is. */
    public enum Kind {
      /** A virtual machine of this host that may write to it; active if it is in memory. */
      VM,
      /**
       * A virtual machine of this host that only reads it, such as through a disk that builds upon
       * it; active if it is in memory.
       */
      READER,
      /** A volume that builds upon it. */
      VOLUME,
      /**
       * A client in the network, of whatever host, which a cluster's storage tells of; active if it
       * has the volume open to write to it, else it holds a lock on it.
       */
      CLIENT
    }

    /** For people: {@code VM web1 (running)}, {@code volume images/web2}, {@code client ...}. */
    @Override
    public String toString() {
      return switch (kind) {
        case VM -> "VM " + name + (active ? " (running)" : " (off)");
        case READER -> "VM " + name + (active ? " (running, reads it)" : " (off, reads it)");
        case VOLUME -> "volume " + name;
        case CLIENT -> "client " + name + (active ? " (open)" : " (lock)");
      };
    }
  }

  /**
   * Something that a volume builds upon.
   *
   * @param path or address of it
   * @param volume that it is; absent where it lies in no pool of the host
   */
  public record Layer(String path, Optional<VolumeId> volume) {
    public Layer {
      Fields.text(path, "path");
      Fields.required(volume, "volume");
    }

    /** For people: the volume where it is one. */
    @Override
    public String toString() {
      return volume.map(VolumeId::toString).orElse(path);
    }
  }

  /**
   * What a volume holds now.
   *
   * @param path where it lies
   * @param format by its content
   * @param sha256 of its file, 64 digits in lower case
   */
  public record Content(VolumeId volume, String path, String format, String sha256) {
    public Content {
      Fields.required(volume, "volume");
      Fields.text(path, "path");
      Fields.text(format, "format");
      Fields.text(sha256, "sha256");
    }
  }

  /**
   * A content that was kept in a volume.
   *
   * @param at when, by the host's clock
   * @param memory what it keeps of a guest's memory; zero if it was made of the disk alone
   * @param isProtected whether it can't be deleted until it is freed; absent where that is not
   *     known, and where none can be protected
   */
  public record Snapshot(String name, Instant at, Bytes memory, Optional<Boolean> isProtected) {
    public Snapshot {
      Fields.text(name, "name");
      Fields.required(at, "at");
      Fields.required(memory, "memory");
      Fields.required(isProtected, "isProtected");
    }

    /** One where none can be protected. */
    public Snapshot(String name, Instant at, Bytes memory) {
      this(name, at, memory, Optional.empty());
    }
  }

  /**
   * A volume in the trash of its pool.
   *
   * @param id by which it is restored
   * @param name that it had
   * @param at when it was put there, by the storage's clock
   * @param until up to when it can't be removed from there
   */
  public record Trashed(String id, String name, Instant at, Instant until) {
    public Trashed {
      Fields.text(id, "id");
      Fields.text(name, "name");
      Fields.required(at, "at");
      Fields.required(until, "until");
    }
  }

  /** This, with more users. */
  public Volume with(List<User> more) {
    return new Volume(
        id,
        format,
        capacity,
        allocated,
        backing,
        Stream.concat(users.stream(), more.stream()).toList());
  }

  /** Its users for people, in one line. */
  public String usersText() {
    return users.stream().map(User::toString).collect(Collectors.joining(", "));
  }

  /** Whether a virtual machine, or anybody else, uses it now. */
  public boolean active() {
    return users.stream().anyMatch(User::active);
  }

  /** Who may write to it now. */
  public Optional<User> writer() {
    return users.stream()
        .filter(user -> user.active() && user.kind() != User.Kind.READER)
        .findFirst();
  }

  /** A form in which disks are made. */
  public enum Format {
    /** QEMU's own: grows as it is written, has snapshots, can build upon another. */
    QCOW2,
    /** The bytes of the disk, one after the other. */
    RAW;

    /** Its usual name, as {@link Volume#format} has it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How much of a new disk is taken from its pool at once. */
  public enum Preallocation {
    /** Nothing: it takes what is written to it. */
    OFF,
    /** What maps a qcow2 disk; of a raw one nothing. */
    METADATA,
    /** All of it, promised by the file system. */
    FALLOC,
    /** All of it, written once. */
    FULL
  }
}
