package io.ballast.ops.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ballast.host.trade.Domain;
import io.ballast.host.trade.DomainXml;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.Leaving;
import io.ballast.host.trade.Needs;
import io.ballast.host.trade.Passage;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.Steering;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Outcome;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A fake whose domains are files, so that they outlive the process of their agent: a folder for
 * each host, in it {@code UUID} with the state of a domain, and {@code effects} with what was ever
 * done. A migration is on its way until the moment that stands in {@code UUID.leaves}, whoever
 * watches.
 */
record PaperHypervisor(Vertx vertx, Path world, HostId host) implements Hypervisor {
  private static final Duration JOURNEY = Duration.ofSeconds(2);

  PaperHypervisor {
    write(() -> Files.createDirectories(world.resolve(host.value())));
  }

  private interface Writing {
    void write() throws IOException;
  }

  private static void write(Writing writing) {
    try {
      writing.write();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(HostId at, String name) {
    return world.resolve(at.value()).resolve(name);
  }

  private void effect(String what, VmId vm) {
    write(
        () ->
            Files.writeString(
                file(host, "effects"),
                what + " " + vm + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND));
  }

  /** What was ever done here, in order. */
  List<String> effects() {
    try {
      return Files.exists(file(host, "effects"))
          ? Files.readAllLines(file(host, "effects"))
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a domain, or changes the one that there is. */
  void put(VmId vm, VmState state) {
    write(() -> Files.writeString(file(host, vm.toString()), state.name()));
  }

  /** The state of a domain now. */
  Optional<VmState> state(VmId vm) {
    arrive(vm);
    return read(file(host, vm.toString())).map(VmState::valueOf);
  }

  private static Optional<String> read(Path file) {
    try {
      return Files.exists(file) ? Optional.of(Files.readString(file, UTF_8)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<Long> leavesAt(VmId vm) {
    return read(file(host, vm + ".leaves")).map(Long::parseLong);
  }

  /** What leaves from here is held where it comes to. */
  private boolean isHeld(VmId vm) {
    return Files.exists(file(host, vm + ".held"));
  }

  /** Ends a migration whose time has come. */
  private void arrive(VmId vm) {
    if (leavesAt(vm).filter(at -> at <= System.currentTimeMillis()).isPresent()) {
      write(
          () -> {
            Files.deleteIfExists(file(host, vm + ".leaves"));
            VmState state = isHeld(vm) ? VmState.PAUSED : VmState.RUNNING;
            Files.writeString(file(Deed.TARGET, vm.toString()), state.name());
            Files.deleteIfExists(file(host, vm.toString()));
          });
      effect("arrived", vm);
    }
  }

  private Domain domain(VmId vm, VmState state) {
    return new Domain(
        vm,
        host.value(),
        state,
        1,
        Duration.ZERO,
        Bytes.ofMiB(1),
        Bytes.ofMiB(1),
        true,
        Domain.Counters.ZERO,
        false);
  }

  @Override
  public Future<List<Domain>> sample() {
    try (Stream<Path> files = Files.list(world.resolve(host.value()))) {
      return Future.succeededFuture(
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.length() == 36)
              .map(VmId::of)
              .flatMap(vm -> state(vm).map(state -> domain(vm, state)).stream())
              .toList());
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Future<Optional<Description>> inspect(VmId vm) {
    return Future.succeededFuture(
        state(vm)
            .map(
                state ->
                    new Description(
                        domain(vm, state),
                        "<domain><name>%s</name><uuid>%s</uuid></domain>".formatted(host, vm))));
  }

  @Override
  public Future<VmId> define(String xml) {
    VmId vm = DomainXml.of(xml).id();
    effect("define", vm);
    put(vm, VmState.SHUT_OFF);
    return Future.succeededFuture(vm);
  }

  @Override
  public Future<Void> start(VmId vm) {
    effect("start", vm);
    put(vm, VmState.RUNNING);
    return Future.succeededFuture();
  }

  @Override
  public Future<Outcome.Migration> migrate(Journey journey, Consumer<Passage> seen) {
    Migrate order = journey.order();
    effect("migrate", order.vm());
    write(
        () ->
            Files.writeString(
                file(host, order.vm() + ".leaves"),
                Long.toString(System.currentTimeMillis() + JOURNEY.toMillis())));
    if (journey.held()) {
      write(() -> Files.writeString(file(host, order.vm() + ".held"), ""));
    }
    Promise<Outcome.Migration> done = Promise.promise();
    vertx.setTimer(
        JOURNEY.toMillis() + 100,
        now -> {
          arrive(order.vm());
          if (journey.held()) {
            letRun(order.vm());
          }
          done.complete(new Outcome.Migration(JOURNEY, Duration.ZERO, Bytes.ofMiB(1), 1));
        });
    return done.future();
  }

  @Override
  public Future<Optional<Passage>> migrating(VmId vm) {
    arrive(vm);
    return Future.succeededFuture(
        leavesAt(vm)
            .map(
                at ->
                    new Passage(
                        new MigrationProgress(
                            Duration.ofSeconds(1),
                            Bytes.ofMiB(1),
                            Bytes.ZERO,
                            Bytes.ofMiB(1),
                            Bytes.ofMiB(1),
                            Bytes.ZERO,
                            1,
                            Optional.empty()),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        0,
                        false)));
  }

  private void letRun(VmId vm) {
    new PaperHypervisor(vertx, world, Deed.TARGET).put(vm, VmState.RUNNING);
  }

  @Override
  public Future<Void> letRunAt(PeerAddress peer, VmId vm) {
    letRun(vm);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> dropAt(PeerAddress peer, VmId vm) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Optional<VmState>> stateAt(PeerAddress peer, VmId vm) {
    return Future.succeededFuture(new PaperHypervisor(vertx, world, Deed.TARGET).state(vm));
  }

  @Override
  public Future<List<Obstacle>> obstacles(Needs needs) {
    return Future.succeededFuture(List.of());
  }

  @Override
  public Future<Leaving> leaving(Description domain) {
    return Future.succeededFuture(new Leaving(0, List.of()));
  }

  @Override
  public Future<Optional<Integer>> listen() {
    return Future.succeededFuture(Optional.empty());
  }

  @Override
  public Future<Void> reach(PeerAddress peer, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> steer(VmId vm, Steering how) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> shutDown(VmId vm, boolean defined) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> destroy(VmId vm) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> reboot(VmId vm) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> suspend(VmId vm) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> resume(VmId vm) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> undefine(VmId vm) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> abortMigration(VmId vm) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
