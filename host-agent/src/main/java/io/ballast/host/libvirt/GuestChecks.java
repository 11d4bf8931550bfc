package io.ballast.host.libvirt;

import io.ballast.agent.Lane;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.trade.Leaving;
import io.ballast.host.trade.Needs;
import io.ballast.host.trade.SharedFiles;
import io.ballast.host.trade.SharedFiles.Seen;
import io.ballast.messages.DiskFile;
import io.ballast.messages.Obstacle;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The looks whether domains can come to this host, or leave it: first at the files of their disks,
 * which keeps no lane, and then by libvirt. Their futures complete on any thread.
 */
final class GuestChecks implements AutoCloseable {
  /** For the files; shorter than an agent waits for all that its hypervisor says of a domain. */
  private static final Duration FILES = Duration.ofSeconds(2);

  private final Supplier<Lane<LibvirtConnection>> lane;
  private final Duration within;
  private final DiskLook disks;

  /**
   * Looks at nothing yet.
   *
   * @param lane on which libvirt is asked next
   * @param within how long libvirt may take
   * @param clock runs the limits
   */
  GuestChecks(
      Supplier<Lane<LibvirtConnection>> lane, Duration within, ScheduledExecutorService clock) {
    this.lane = lane;
    this.within = within;
    disks = new DiskLook(FILES, clock);
  }

  /** As {@link LibvirtGuests#coming}. */
  Future<List<Obstacle>> coming(Needs needs) {
    return disks
        .at(
            "the look at the disks of VM " + needs.vm(),
            needs.files().stream().map(DiskFile::path).distinct().toList())
        .compose(
            seen ->
                ask(
                    "the look whether VM " + needs.vm() + " can come",
                    connection -> LibvirtGuests.coming(connection, needs, of(seen))));
  }

  /** As {@link LibvirtGuests#leaving}. */
  Future<Leaving> leaving(Description domain) {
    return Future.succeededFuture(domain.xml())
        .map(SharedFiles::paths)
        .compose(paths -> disks.at("the look at the disks of VM " + domain.domain().id(), paths))
        .compose(
            seen ->
                ask(
                    "the look whether VM " + domain.domain().id() + " can go",
                    connection -> LibvirtGuests.leaving(connection, domain, of(seen))));
  }

  private <T> Future<T> ask(String what, Lane.Call<LibvirtConnection, T> call) {
    return lane.get().look(what, within, call);
  }

  private static Function<String, Optional<Seen>> of(Map<String, Seen> seen) {
    return path -> Optional.ofNullable(seen.get(path));
  }

  @Override
  public void close() {
    disks.close();
  }
}
