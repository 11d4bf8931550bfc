package io.ballast.host.testing;

import io.ballast.bus.RefusedException;
import io.ballast.host.meter.HostMeter;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.Leaving;
import io.ballast.host.trade.Needs;
import io.ballast.host.trade.NotBegunException;
import io.ballast.host.trade.Passage;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.SharedFiles;
import io.ballast.host.trade.SharedFiles.Seen;
import io.ballast.host.trade.Steering;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskFile;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A fake: the domains of one host of a {@link FakeWorld}, with CPU appetites and migrations that
 * take the time that their bytes need. It can be told to misbehave in the ways of the real one.
 */
public final class FakeHypervisor implements Hypervisor {
  /** How long a guest that listens takes to shut down. */
  public static final Duration SHUTDOWN_TIME = Duration.ofMillis(500);

  private final FakeWorld world;
  private final FakeHost host;
  private final PeerAddress address;
  private final FakeLine line;
  private static final long VERSION = 7_002_000;
  private static final int PORT = 49_215;

  private final Set<String> lacking = new HashSet<>();
  private final List<DiskFile> shared = new ArrayList<>();
  private boolean tied;
  private final Map<VmId, FakeMigration> leaving = new HashMap<>();
  private FakeMigration.Ending nextEnding = FakeMigration.Ending.ARRIVES;

  FakeHypervisor(FakeWorld world, FakeHost host, PeerAddress address) {
    this.world = world;
    this.host = host;
    this.address = address;
    this.line = new FakeLine(world, peerUri());
  }

  /** How other hosts of this world reach it, such as {@code fake://10.0.0.1/system}. */
  public String peerUri() {
    return address.uri();
  }

  PeerAddress address() {
    return address;
  }

  /** Reads the load that its domains make. */
  public HostMeter meter() {
    return new FakeMeter(world, host);
  }

  /**
   * Lets every call, also of its peers, end without an answer after the world's patience: looks as
   * {@code HYPERVISOR_STUCK}, changes as {@code MAY_YET_HAPPEN}.
   */
  public void hang() {
    line.enter(FakeLine.State.HANGING);
  }

  /** Lets every call, also of its peers, fail at once as unreachable; the guests run on. */
  public void disconnect() {
    line.enter(FakeLine.State.CUT);
  }

  /** Lets it answer again. */
  public void recover() {
    line.enter(FakeLine.State.OPEN);
  }

  /** Cuts the power: every guest is off at once, and nothing answers until it recovers. */
  public void cutPower() {
    synchronized (world) {
      world.advance();
      disconnect();
      host.domains().values().forEach(domain -> domain.enter(VmState.SHUT_OFF));
    }
  }

  /** Refuses the next call that would change something. */
  public void refuseNext(Reason reason, String message) {
    line.refuseNext(new RefusedException(reason, message));
  }

  /** Lets this host have no bridge, no pool and no CPU of that name; a fake has all others. */
  public void lack(String name) {
    synchronized (world) {
      lacking.add(name);
    }
  }

  /** Lets a server's file be here, as that disk of every domain; {@code inode} is its number. */
  public void share(String place, String path, String inode) {
    synchronized (world) {
      shared.add(new DiskFile(place, path, "nfs4", Optional.of(inode)));
    }
  }

  private Optional<Seen> file(String path) {
    return shared.stream()
        .filter(file -> file.path().equals(path))
        .map(file -> new Seen(file.fileSystem(), file.inode().orElseThrow()))
        .findFirst();
  }

  /** Says how the next migration away from here ends. */
  public void nextMigration(FakeMigration.Ending ending) {
    synchronized (world) {
      nextEnding = ending;
    }
  }

  /** Lets those who wait for migrations away from here hear an error, while these go on. */
  public void breakOff(Reason reason) {
    synchronized (world) {
      leaving.values().forEach(migration -> migration.breakOff(reason));
    }
  }

  /** Lets a domain's process die. */
  public void crash(VmId vm) {
    change(vm, domain -> domain.enter(VmState.CRASHED));
  }

  /** Lets a domain vanish without a trace. */
  public void lose(VmId vm) {
    change(vm, domain -> host.domains().remove(vm));
  }

  /** Lets a guest ignore that it is asked to shut down. */
  public void deafen(VmId vm) {
    change(vm, FakeDomain::ignoresShutdown);
  }

  /** Lets a guest want another part of a processor from now on. */
  public void feed(VmId vm, double processors) {
    change(vm, domain -> domain.wants(processors));
  }

  private void change(VmId vm, Consumer<FakeDomain> how) {
    synchronized (world) {
      world.advance();
      how.accept(host.known(vm));
    }
  }

  /** Makes a domain that runs already. */
  public void boot(VmId id, String name, int vcpus, Bytes memory, double appetite) {
    synchronized (world) {
      world.advance();
      FakeDomain domain = new FakeDomain(xml(id, name, vcpus, memory, appetite));
      domain.enter(VmState.RUNNING);
      host.domains().put(id, domain);
    }
  }

  /** A description that {@link #define} understands, with the processors that the guest wants. */
  public static String xml(VmId id, String name, int vcpus, Bytes memory, double appetite) {
    return FakeDomain.xml(id, name, vcpus, memory, appetite);
  }

  /** The state of a domain as it truly is, whether this answers calls or not. */
  public Optional<VmState> truth(VmId vm) {
    synchronized (world) {
      return Optional.ofNullable(host.domains().get(vm)).map(FakeDomain::state);
    }
  }

  @Override
  public Future<List<Domain>> sample() {
    return line.call(() -> host.domains().values().stream().map(FakeDomain::seen).toList());
  }

  @Override
  public Future<Optional<Description>> inspect(VmId vm) {
    return line.call(
        () ->
            Optional.ofNullable(host.domains().get(vm))
                .map(domain -> new Description(domain.seen(), domain.xml())));
  }

  @Override
  public Future<VmId> define(String xml) {
    return line.change(
        () -> {
          FakeDomain domain = new FakeDomain(xml);
          host.domains().putIfAbsent(domain.id(), domain);
          return domain.id();
        });
  }

  @Override
  public Future<Void> start(VmId vm) {
    return turn(vm, VmState.RUNNING, VmState.SHUT_OFF, VmState.CRASHED);
  }

  @Override
  public Future<Void> shutDown(VmId vm, boolean defined) {
    return turn(vm, VmState.SHUTTING_DOWN, VmState.RUNNING, VmState.SHUTTING_DOWN)
        .onSuccess(asked -> world.loop().after(SHUTDOWN_TIME, () -> endShutdown(vm)));
  }

  private void endShutdown(VmId vm) {
    synchronized (world) {
      world.advance();
      FakeDomain domain = host.domains().get(vm);
      if (domain != null && domain.state() == VmState.SHUTTING_DOWN) {
        domain.enter(domain.deaf() ? VmState.RUNNING : VmState.SHUT_OFF);
      }
    }
  }

  @Override
  public Future<Void> destroy(VmId vm) {
    return turn(vm, VmState.SHUT_OFF, VmState.RUNNING, VmState.PAUSED, VmState.SHUTTING_DOWN);
  }

  @Override
  public Future<Void> reboot(VmId vm) {
    return turn(vm, VmState.RUNNING, VmState.RUNNING);
  }

  @Override
  public Future<Void> suspend(VmId vm) {
    return turn(vm, VmState.PAUSED, VmState.RUNNING);
  }

  @Override
  public Future<Void> resume(VmId vm) {
    return turn(vm, VmState.RUNNING, VmState.PAUSED);
  }

  private Future<Void> turn(VmId vm, VmState to, VmState... from) {
    return line.change(
            () -> {
              FakeDomain domain = host.known(vm);
              if (!List.of(from).contains(domain.state())) {
                throw new RefusedException(
                    Reason.WRONG_STATE, domain.name() + " is " + domain.state());
              }
              domain.enter(to);
              return to;
            })
        .mapEmpty();
  }

  @Override
  public Future<Void> undefine(VmId vm) {
    return line.change(
            () -> {
              FakeDomain domain = host.domains().get(vm);
              if (domain != null && domain.state().active()) {
                throw new RefusedException(
                    Reason.WRONG_STATE, domain.name() + " is " + domain.state());
              }
              host.domains().remove(vm);
              return vm;
            })
        .mapEmpty();
  }

  @Override
  public Future<List<Obstacle>> obstacles(Needs needs) {
    return line.call(
        () -> {
          List<Obstacle> obstacles = new ArrayList<>();
          FakeDomain same = host.domains().get(needs.vm());
          if (same != null && same.state().active()) {
            obstacles.add(new Obstacle(Kind.STATE, needs.name() + " is active here already"));
          }
          for (FakeDomain other : host.domains().values()) {
            if (other != same && other.name().equals(needs.name())) {
              obstacles.add(
                  new Obstacle(Kind.NAME, "another VM here has the name " + needs.name()));
            }
          }
          lacking(Kind.BRIDGE, needs.bridges().stream()).forEach(obstacles::add);
          lacking(Kind.POOL, needs.pools().stream()).forEach(obstacles::add);
          if (needs.cpu().filter(lacking::contains).isPresent()) {
            obstacles.add(new Obstacle(Kind.CPU, "this host can't provide the CPU"));
          }
          obstacles.addAll(SharedFiles.obstacles(needs.files(), this::file));
          return obstacles;
        });
  }

  private Stream<Obstacle> lacking(Kind kind, Stream<String> names) {
    return names
        .filter(lacking::contains)
        .map(name -> new Obstacle(kind, "this host has no " + name));
  }

  /** Ties all domains of this host to it, and closes the way to it. */
  public void tie() {
    tied = true;
  }

  @Override
  public Future<Leaving> leaving(Description domain) {
    return line.call(
        () ->
            new Leaving(
                VERSION,
                tied
                    ? List.of(new Obstacle(Kind.DEVICE, "its <hostdev> uses a device of its host"))
                    : List.of(),
                shared));
  }

  @Override
  public Future<Optional<Integer>> listen() {
    return line.call(() -> Optional.of(PORT));
  }

  @Override
  public Future<Void> reach(PeerAddress peer, int port) {
    return world
        .at(peer)
        .filter(there -> port == PORT && !there.tied)
        .map(there -> line.<Void>call(() -> null))
        .orElseGet(
            () ->
                Future.failedFuture(
                    new RefusedException(
                        Reason.NOT_READY, "port " + port + " is not reached from here")));
  }

  @Override
  public Future<Outcome.Migration> migrate(Journey journey, Consumer<Passage> seen) {
    Migrate order = journey.order();
    PeerAddress peer = journey.peer();
    return line.change(
            () -> {
              FakeHypervisor target =
                  world
                      .at(peer)
                      .filter(found -> found.line.isOpen())
                      .orElseThrow(() -> FakeLine.unreachable(peer.uri()));
              FakeMigration migration = new FakeMigration(this, target, journey, nextEnding, seen);
              nextEnding = FakeMigration.Ending.ARRIVES;
              migration.begin();
              leaving.put(order.vm(), migration);
              return migration;
            })
        .recover(failure -> Future.failedFuture(order.rests() ? notBegun(failure) : failure))
        .compose(FakeMigration::end);
  }

  private static Throwable notBegun(Throwable failure) {
    return failure instanceof RefusedException refused ? new NotBegunException(refused) : failure;
  }

  @Override
  public Future<Void> steer(VmId vm, Steering how) {
    return onLeaving(vm, migration -> migration.steer(how));
  }

  @Override
  public Future<Void> abortMigration(VmId vm) {
    return onLeaving(vm, FakeMigration::abort);
  }

  private Future<Void> onLeaving(VmId vm, Consumer<FakeMigration> call) {
    return line.call(
            () -> {
              FakeMigration migration = leaving.get(vm);
              if (migration == null) {
                throw new RefusedException(Reason.WRONG_STATE, vm + " does not migrate");
              }
              call.accept(migration);
              return vm;
            })
        .mapEmpty();
  }

  @Override
  public Future<Optional<Passage>> migrating(VmId vm) {
    return line.call(() -> Optional.ofNullable(leaving.get(vm)).map(FakeMigration::told));
  }

  @Override
  public Future<Void> letRunAt(PeerAddress peer, VmId vm) {
    return changeAt(peer, there -> there.host.known(vm).enter(VmState.RUNNING));
  }

  @Override
  public Future<Void> dropAt(PeerAddress peer, VmId vm) {
    return changeAt(
        peer,
        there -> {
          if (there.host.known(vm).state() == VmState.RUNNING) {
            throw new RefusedException(Reason.WRONG_STATE, vm + " runs there");
          }
          there.host.domains().remove(vm);
        });
  }

  private Future<Void> changeAt(PeerAddress peer, Consumer<FakeHypervisor> change) {
    return world
        .at(peer)
        .map(
            there ->
                there.line.<Void>change(
                    () -> {
                      change.accept(there);
                      return null;
                    }))
        .orElseGet(() -> Future.failedFuture(FakeLine.unreachable(peer.uri())));
  }

  @Override
  public Future<Optional<VmState>> stateAt(PeerAddress peer, VmId vm) {
    return world
        .at(peer)
        .map(found -> found.line.call(() -> found.truth(vm)))
        .orElseGet(() -> Future.failedFuture(FakeLine.unreachable(peer.uri())));
  }

  @Override
  public void close() {
    disconnect();
  }

  FakeWorld world() {
    return world;
  }

  FakeHost host() {
    return host;
  }

  boolean answers() {
    return line.isOpen();
  }

  void left(VmId vm) {
    leaving.remove(vm);
  }
}
