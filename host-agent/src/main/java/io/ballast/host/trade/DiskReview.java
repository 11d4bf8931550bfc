package io.ballast.host.trade;

import java.util.Set;

/**
 * The look at one element of a domain's description for where a disk, any layer of one or the
 * variables of the firmware come from; files apart.
 */
record DiskReview(DomainPart part) {
  /** Where a disk may come from by a path, a pool or a protocol, each of which is looked at. */
  private static final Set<String> NAMED =
      Set.of("", "file", "block", "dir", "network", "volume", "vhostuser");

  void check() {
    switch (part.name()) {
      case "disk", "backingStore", "mirror", "dataStore", "nvram" -> layer();
      case "source" -> source();
      // A program with all rights of the host sends the guest's commands to the disk.
      case "reservations" -> part.takes("scsi");
      default -> {}
    }
  }

  private void layer() {
    String type = part.attribute("type");
    switch (type) {
      case "nvme" -> part.takes("pci");
      case "vhostvdpa" -> part.takes("vdpa");
      default -> {
        if (!NAMED.contains(type)) {
          throw part.unknownType("file, block, volume or network");
        }
      }
    }
    if (part.attribute("rawio").equals("yes") || part.attribute("sgio").equals("unfiltered")) {
      part.takes("scsi");
    }
  }

  private void source() {
    if (part.attribute("type").equals("pci")) {
      part.takes("pci");
    }
    String pool = part.attribute("pool");
    if (part.has("pool") && !part.policy().allowsPool(pool)) {
      throw DomainPart.refused(
          "<%s> lies in the pool '%s', which is none of %s; move it there, or add the pool to"
                  .formatted(owner(), pool, DomainPart.words(part.policy().pools()))
              + " agent.domains.pools");
    }
    String protocol = part.attribute("protocol");
    boolean adapter = part.in("hostdev") && protocol.equals("vhost");
    if (part.has("protocol") && !adapter && !part.policy().protocols().contains(protocol)) {
      throw DomainPart.refused(
          "<%s> is reached by %s, which is none of %s; use a pool, or add it to"
                  .formatted(owner(), protocol, DomainPart.words(part.policy().protocols()))
              + " agent.domains.protocols");
    }
  }

  private String owner() {
    return part.owner().name();
  }
}
