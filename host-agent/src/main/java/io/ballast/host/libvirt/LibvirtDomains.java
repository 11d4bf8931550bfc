package io.ballast.host.libvirt;

import io.ballast.host.trade.Domain;
import io.ballast.messages.Bytes;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Domains as libvirt's bulk statistics tell of them. */
final class LibvirtDomains {
  private static final int PAUSED = 3;
  private static final int PAUSED_BY_POSTCOPY = 12;
  private static final int PAUSED_BY_BROKEN_POSTCOPY = 13;
  private static final int PAUSED_BY_DISK = 5;
  private static final int PAUSED_BY_WATCHDOG = 6;
  private static final int PAUSED_BY_CRASH = 10;
  private static final int SHUTTING_DOWN = 4;
  private static final int SHUT_OFF = 5;
  private static final int CRASHED = 6;
  private static final int SLEEPING = 7;
  private static final int SHUT_OFF_BY_CRASH = 3;

  /** What fits an amount of bytes; libvirt's word for "no limit" is more. */
  private static final long MOST_KIB = Long.MAX_VALUE / 1024;

  private LibvirtDomains() {}

  /**
   * Reads one domain's statistics. Libvirt leaves out what a busy or stuck QEMU would have to be
   * asked for, and what makes no sense is left out like it; then the counters stay as they were, so
   * that they never fall, and a domain of which it is not known what it holds of the memory holds
   * what it was given.
   *
   * @param before the same domain as last read
   */
  static Domain read(VmId id, String name, LibvirtParameters stats, Optional<Domain> before) {
    VmState state = state(stats.count("state.state"), stats.count("state.reason"));
    Optional<Domain> same = before.filter(domain -> domain.state().active() == state.active());
    Optional<Bytes> given = kib(stats, "balloon.current");
    Optional<Bytes> resident = kib(stats, "balloon.rss");
    Bytes memory =
        kib(stats, "balloon.maximum")
            .or(() -> given)
            .or(() -> before.map(Domain::memory))
            .orElse(Bytes.ZERO);
    return new Domain(
        id,
        name,
        state,
        vcpus(stats, before),
        state.active()
            ? cpuTime(stats).orElse(same.map(Domain::cpuTime).orElse(Duration.ZERO))
            : Duration.ZERO,
        memory,
        state.active()
            ? resident.or(() -> same.map(Domain::resident)).orElse(given.orElse(memory))
            : Bytes.ZERO,
        !state.active() || resident.isPresent() || same.filter(Domain::residentTold).isPresent(),
        state.active() ? counters(stats, same) : Domain.Counters.ZERO,
        false);
  }

  /** Libvirt's number of a state, and its number of the reason for it. */
  static VmState state(long state, long reason) {
    if (state == PAUSED) {
      return VmState.PAUSED;
    } else if (state == SHUTTING_DOWN) {
      return VmState.SHUTTING_DOWN;
    } else if (state == SHUT_OFF) {
      return reason == SHUT_OFF_BY_CRASH ? VmState.CRASHED : VmState.SHUT_OFF;
    } else if (state == CRASHED) {
      return VmState.CRASHED;
    } else if (state == SLEEPING) {
      return VmState.SLEEPING;
    }
    // Running, blocked on a resource, or unknown, which only an active domain can be.
    return VmState.RUNNING;
  }

  /** Whether a domain is paused because its migration lets it run at the target already. */
  static boolean leftByPostCopy(long state, long reason) {
    return state == PAUSED && reason == PAUSED_BY_POSTCOPY;
  }

  /** Whether a domain is paused because its migration broke after it had begun to run there. */
  static boolean brokenInPostCopy(long state, long reason) {
    return state == PAUSED && reason == PAUSED_BY_BROKEN_POSTCOPY;
  }

  /** Whether a domain is paused because a disk, its watchdog or the guest itself failed. */
  static boolean brokenDown(long state, long reason) {
    return state == PAUSED
        && (reason == PAUSED_BY_DISK
            || reason == PAUSED_BY_WATCHDOG
            || reason == PAUSED_BY_CRASH
            || reason == PAUSED_BY_BROKEN_POSTCOPY);
  }

  private static int vcpus(LibvirtParameters stats, Optional<Domain> before) {
    long known = stats.number("vcpu.current").orElse(stats.count("vcpu.maximum"));
    return known > 0 && known <= Integer.MAX_VALUE
        ? (int) known
        : before.map(Domain::vcpus).orElse(1);
  }

  private static Optional<Duration> cpuTime(LibvirtParameters stats) {
    OptionalLong nanos = stats.number("cpu.time");
    return nanos.orElse(-1) >= 0
        ? Optional.of(Duration.ofNanos(nanos.getAsLong()))
        : Optional.empty();
  }

  private static Optional<Bytes> kib(LibvirtParameters stats, String name) {
    OptionalLong amount = stats.number(name);
    long kib = amount.orElse(-1);
    return kib >= 0 && kib <= MOST_KIB ? Optional.of(Bytes.ofKiB(kib)) : Optional.empty();
  }

  private static Domain.Counters counters(LibvirtParameters stats, Optional<Domain> before) {
    Domain.Counters last = before.map(Domain::counters).orElse(Domain.Counters.ZERO);
    return new Domain.Counters(
        grown(stats.sum("block", "rd.bytes"), last.read()),
        grown(stats.sum("block", "wr.bytes"), last.written()),
        grown(stats.sum("net", "rx.bytes"), last.received()),
        grown(stats.sum("net", "tx.bytes"), last.sent()));
  }

  private static Bytes grown(OptionalLong now, Bytes last) {
    return now.isPresent() ? new Bytes(now.getAsLong()) : last;
  }
}
