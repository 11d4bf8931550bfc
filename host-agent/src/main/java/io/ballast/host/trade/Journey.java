package io.ballast.host.trade;

import io.ballast.messages.HostCommand.Migrate;
import java.util.List;
import java.util.Optional;

/**
 * A migration that is to be made.
 *
 * @param peer where the target's hypervisor is reached; nothing that the order says of it counts
 * @param held whether the guest stands still at its target until its copy here is gone, so that it
 *     never runs twice
 * @param disks on what it lay when that was looked at, as {@link DomainNeeds#disks} tells; empty if
 *     nobody looked
 */
public record Journey(Migrate order, PeerAddress peer, boolean held, Optional<List<String>> disks) {
  /** One at whose disks nobody looked before. */
  public Journey(Migrate order, PeerAddress peer, boolean held) {
    this(order, peer, held, Optional.empty());
  }

  /**
   * Whether the disks lie where they did when it was looked at them here and at the target. For
   * others nothing was made there, and somebody else's may lie there.
   *
   * @param description of the domain as it is now
   * @throws io.ballast.bus.RefusedException as {@code INVALID_DOMAIN} if that can't be read
   */
  public boolean liesAsBefore(String description) {
    List<String> copied = order.copied().orElse(List.of());
    return disks.filter(before -> !before.equals(DomainNeeds.disks(description))).isEmpty()
        && order
            .files()
            .filter(files -> !files.equals(DomainNeeds.files(description, copied)))
            .isEmpty();
  }
}
