package io.ballast.host.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.work.Migration;
import io.ballast.host.work.Patience;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.testing.Lab;
import io.ballast.testing.Lab.Guest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** Two hosts of a lab, the hypervisors that were opened to them and the guests defined in them. */
final class LibvirtHosts implements AutoCloseable {
  static final Duration LONG = Duration.ofMinutes(2);

  private final Vertx vertx = Vertx.vertx();
  private final List<LibvirtHypervisor> opened = new ArrayList<>();
  private final List<Guest> guests = new ArrayList<>();
  private final Lab lab = Lab.up(2);

  Lab lab() {
    return lab;
  }

  /** Closes all hypervisors and removes all guests. */
  void cleanUp() {
    opened.forEach(LibvirtHypervisor::close);
    opened.clear();
    for (int host = 1; host <= 2; host++) {
      LibvirtHypervisor hypervisor = hypervisor(host);
      for (Guest guest : guests) {
        answer(hypervisor.destroy(guest.id()).transform(gone -> hypervisor.undefine(guest.id())));
      }
    }
    guests.clear();
    opened.forEach(LibvirtHypervisor::close);
    opened.clear();
  }

  @Override
  public void close() {
    lab.close();
    answer(vertx.close());
  }

  LibvirtHypervisor hypervisor(int host) {
    return hypervisor(LibvirtSettings.of(lab.uri(host)));
  }

  LibvirtHypervisor hypervisor(LibvirtSettings settings) {
    LibvirtHypervisor hypervisor = new LibvirtHypervisor(vertx, settings);
    opened.add(hypervisor);
    return hypervisor;
  }

  Guest guest(String... options) {
    Guest guest = lab.guest(options);
    guests.add(guest);
    return guest;
  }

  Guest running(LibvirtHypervisor hypervisor, String... options) {
    Guest guest = guest(options);
    assertEquals(guest.id(), answer(hypervisor.define(guest.xml())));
    answer(hypervisor.start(guest.id()));
    guest.awaitTicks(3);
    return guest;
  }

  Migrate order(Guest guest, int to, Optional<Bytes> bandwidth, Duration within) {
    return new Migrate(
        guest.id(),
        new HostId("h" + to),
        Optional.of(lab.uri(to)),
        bandwidth,
        Duration.ofMillis(300),
        within,
        Optional.empty());
  }

  /** What becomes of a migration as the agent of a host makes it. */
  Future<Outcome> migrated(Migration.Trip trip, LibvirtHypervisor from) {
    Context context = vertx.getOrCreateContext();
    Promise<Outcome> outcome = Promise.promise();
    context.runOnContext(
        now ->
            new Migration(trip, from, Loop.of(context), Patience.DEFAULT)
                .run(event -> {})
                .onComplete(outcome));
    return outcome.future();
  }

  PeerAddress peer(int host) {
    return PeerAddress.of(lab.uri(host));
  }

  static <T> T answer(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  static RefusedException refusal(Future<?> future) {
    CompletionException e = assertThrows(CompletionException.class, () -> answer(future));
    return assertInstanceOf(RefusedException.class, e.getCause());
  }

  static void assertRefused(Reason reason, Future<?> future) {
    RefusedException refused = refusal(future);
    assertEquals(reason, refused.reason(), refused.getMessage());
  }

  static Optional<Domain> sampled(LibvirtHypervisor hypervisor, VmId vm) {
    return answer(hypervisor.sample()).stream()
        .filter(domain -> domain.id().equals(vm))
        .findFirst();
  }

  static Optional<VmState> state(LibvirtHypervisor hypervisor, VmId vm) {
    return sampled(hypervisor, vm).map(Domain::state);
  }
}
