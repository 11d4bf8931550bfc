package io.ballast.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * Volumes of a virtual machine that a host keeps for a move that copies them: at its source those
 * that it has, at its target those into which they are copied. Nothing else is done to them until
 * it is known which of the two are the machine's.
 *
 * @param from the source of the move
 * @param to its target
 * @param volumes 1 to {@value #MOST}
 * @param needed room that they may yet take up in their pools; zero at the source
 * @param layers all that they build upon, which stays as it is and where it is
 * @param broken why what was written into them can't be relied on, for a person; absent = nothing
 *     is known to be wrong
 */
public record Berth(
    OperationId move,
    VmId vm,
    HostId from,
    HostId to,
    List<VolumeId> volumes,
    Bytes needed,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<VolumeId> layers,
    Optional<String> broken) {
  /** So many disks of one virtual machine are copied at most. */
  public static final int MOST = 64;

  public Berth {
    Fields.required(move, "move");
    Fields.required(vm, "vm");
    Fields.required(from, "from");
    Fields.required(to, "to");
    volumes = some(Fields.listOf(volumes, "volumes"), "volumes");
    Fields.required(needed, "needed");
    layers = Fields.listOrNone(layers, "layers");
    Fields.required(broken, "broken").ifPresent(why -> Fields.text(why, "broken"));
    if (from.equals(to)) {
      throw new IllegalArgumentException("a move from " + from + " to itself");
    }
  }

  /** Of volumes of which nothing is known to be wrong. */
  public Berth(
      OperationId move,
      VmId vm,
      HostId from,
      HostId to,
      List<VolumeId> volumes,
      Bytes needed,
      List<VolumeId> layers) {
    this(move, vm, from, to, volumes, needed, layers, Optional.empty());
  }

  /** Of volumes that stand alone. */
  public Berth(
      OperationId move, VmId vm, HostId from, HostId to, List<VolumeId> volumes, Bytes needed) {
    this(move, vm, from, to, volumes, needed, List.of());
  }

  /** Whether another one is kept for the same move, be it at the other host. */
  public boolean isOfSameMove(Berth other) {
    return move.equals(other.move);
  }

  /** This, with these volumes. */
  public Berth with(List<VolumeId> other) {
    return new Berth(move, vm, from, to, other, needed, layers, broken);
  }

  /** Whether this is another one only in what is known of what was written. */
  public boolean isSame(Berth other) {
    return new Berth(move, vm, from, to, volumes, needed, layers, other.broken).equals(other);
  }

  /** This, of which what was written can't be relied on. */
  public Berth broken(String why) {
    return new Berth(move, vm, from, to, volumes, needed, layers, Optional.of(why));
  }

  /** As many disks as can be copied at once, and not none. */
  static <T> List<T> some(List<T> disks, String field) {
    if (disks.isEmpty() || disks.size() > MOST) {
      throw new IllegalArgumentException(
          "field '%s' has %d entries; it must have 1 to %d".formatted(field, disks.size(), MOST));
    }
    return disks;
  }
}
