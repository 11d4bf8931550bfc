package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import java.util.List;
import java.util.Set;

/**
 * The look at one element of a domain's description for memory of the guest that libvirt would keep
 * in a file of its own choice, which may become as large as the guest.
 */
record MemoryReview(DomainPart part) {
  private static final Set<String> NO_FILE = Set.of("anonymous", "memfd");

  /** Memory that lies in the file that its source names. */
  private static final Set<String> OF_A_PATH = Set.of("nvdimm", "virtio-pmem");

  void check() {
    switch (part.name()) {
      case "source" -> {
        if (part.in("memoryBacking") && !NO_FILE.contains(part.attribute("type"))) {
          throw file();
        }
      }
      case "access" -> {
        if (part.in("memoryBacking")) {
          access();
        }
      }
      case "cell" -> {
        if (part.has("memAccess")) {
          access();
        }
      }
      case "memory" -> {
        if (part.has("access") && !OF_A_PATH.contains(part.attribute("model"))) {
          access();
        }
      }
      default -> {}
    }
  }

  /** Whoever says how memory is accessed gets a file for it, unless it has one without a name. */
  private void access() {
    if (part.domain().below("memoryBacking").noneMatch(MemoryReview::isNameless)) {
      throw file();
    }
  }

  private static boolean isNameless(DomainPart backing) {
    List<DomainPart> sources = backing.below("source").toList();
    return backing.below("hugepages").findAny().isPresent()
        || (!sources.isEmpty()
            && sources.stream().allMatch(source -> source.attribute("type").equals("memfd")));
  }

  private RefusedException file() {
    return part.owner()
        .never(
            "the guest's memory would be a file of the host",
            "use <source type='memfd'/> or <hugepages/> in <memoryBacking>");
  }
}
