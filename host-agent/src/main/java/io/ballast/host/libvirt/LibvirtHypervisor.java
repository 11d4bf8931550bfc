package io.ballast.host.libvirt;

import io.ballast.agent.Lane;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.DomainXml;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.Leaving;
import io.ballast.host.trade.Needs;
import io.ballast.host.trade.NotBegunException;
import io.ballast.host.trade.Passage;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.Steering;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The virtual machines of this host by libvirt. Every call goes through a {@link Lane}: one for the
 * samples, one for the details in them that only QEMU knows, some for commands, one that watches
 * migrations, one for each migration that runs, one for each VM of which a migration is aborted and
 * one for each peer, so that whatever hangs holds up its like only. A VM on which a call hangs gets
 * no further ones but {@code destroy} and the abort of its migration, until that call comes back.
 * The files of disks are looked at on no lane.
 */
public final class LibvirtHypervisor implements Hypervisor {
  private static final Duration KEPT_OPEN = Duration.ofMinutes(10);
  private static final Duration KEPT_OPEN_BRIEFLY = Duration.ofSeconds(5);
  private static final Duration TO_CLOSE = Duration.ofSeconds(2);
  private static final int PEERS = 64;

  private final Vertx vertx;
  private final LibvirtSettings settings;
  private final ScheduledThreadPoolExecutor clock;

  private final Lane<LibvirtConnection> stats;
  private final Lane<LibvirtConnection> details;
  private final List<Lane<LibvirtConnection>> control;
  private final Lane<LibvirtConnection> watching;
  private final MigrationPorts ports;
  private final GuestChecks checks;

  // Guarded by this.
  private final Map<String, Lane<LibvirtConnection>> peers = new HashMap<>();
  private final Map<VmId, LibvirtMigration> migrations = new HashMap<>();
  private final List<Lane<LibvirtConnection>> sending = new ArrayList<>();
  private final Map<VmId, Lane<LibvirtConnection>> aborting = new HashMap<>();
  private boolean closed;

  /** The last sample and what QEMU processes last told; each replaced as a whole. */
  private volatile Map<VmId, Domain> sampled = Map.of();

  private volatile Map<VmId, LibvirtParameters> told = Map.of();

  /** Calls on the lanes, by the VM that they are on. */
  private final Map<VmId, UnderWay> underWay = new ConcurrentHashMap<>();

  private record UnderWay(String what, Promise<?> answer) {}

  /** Connects with the first call, and again whenever the connection was lost. */
  public LibvirtHypervisor(Vertx vertx, LibvirtSettings settings) {
    this.vertx = vertx;
    this.settings = settings;
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("libvirt deadlines").factory());
    clock.setRemoveOnCancelPolicy(true);
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    stats = lane("samples", settings.uri(), KEPT_OPEN);
    details = lane("details", settings.uri(), KEPT_OPEN);
    control =
        IntStream.rangeClosed(1, settings.control().lanes())
            .mapToObj(i -> lane("commands " + i, settings.uri(), KEPT_OPEN))
            .toList();
    watching = lane("migrations", settings.uri(), KEPT_OPEN);
    ports = new MigrationPorts(vertx, settings.ports());
    checks = new GuestChecks(this::commands, settings.deadlines().call(), clock);
  }

  private Lane<LibvirtConnection> lane(String name, String uri, Duration idle) {
    return new Lane<>(
        "libvirt at " + uri + " (" + name + ")",
        () -> LibvirtConnection.open(uri, settings.keepAlive()),
        settings.deadlines().connect(),
        idle,
        settings.control(),
        clock);
  }

  @Override
  public Future<List<Domain>> sample() {
    return here(
        details
            .look("a look into the VMs", settings.deadlines().details(), LibvirtCalls::details)
            .onSuccess(now -> told = now)
            .transform(
                looked ->
                    stats.look(
                        "a sample",
                        settings.deadlines().call(),
                        connection -> LibvirtCalls.sample(connection, told, sampled)))
            .onSuccess(
                domains ->
                    sampled =
                        domains.stream()
                            .collect(
                                Collectors.toMap(
                                    Domain::id, domain -> domain, (one, same) -> same))));
  }

  @Override
  public Future<Optional<Description>> inspect(VmId vm) {
    return here(
        onVm(
            vm,
            "the look at",
            (lane, what, call) -> lane.look(what, settings.deadlines().call(), call),
            connection ->
                LibvirtCalls.inspect(
                    connection,
                    vm,
                    told.getOrDefault(vm, new LibvirtParameters(Map.of())),
                    Optional.ofNullable(sampled.get(vm)))));
  }

  @Override
  public Future<VmId> define(String xml) {
    try {
      // Libvirt would invent a UUID where there is none, and another one each time.
      VmId vm = DomainXml.of(xml).id();
      return here(
          onVm(
              vm,
              "the definition of",
              changing(settings.deadlines().call()),
              connection -> LibvirtCalls.define(connection, xml)));
    } catch (RefusedException e) {
      return here(Future.failedFuture(e));
    }
  }

  @Override
  public Future<Void> start(VmId vm) {
    return act(vm, "the start of", settings.deadlines().slowCall(), org.libvirt.Domain::create);
  }

  @Override
  public Future<Void> shutDown(VmId vm, boolean defined) {
    return act(
        vm,
        "the shutdown of",
        settings.deadlines().call(),
        domain -> LibvirtCalls.shutDown(domain, vm, defined));
  }

  @Override
  public Future<Void> destroy(VmId vm) {
    String what = "the destruction of VM " + vm;
    return here(
        commands()
            .run(
                what,
                settings.deadlines().slowCall(),
                connection -> LibvirtCalls.act(connection, vm, what, org.libvirt.Domain::destroy)));
  }

  @Override
  public Future<Void> reboot(VmId vm) {
    return act(vm, "the reboot of", settings.deadlines().call(), domain -> domain.reboot(0));
  }

  @Override
  public Future<Void> suspend(VmId vm) {
    return act(vm, "the suspension of", settings.deadlines().call(), org.libvirt.Domain::suspend);
  }

  @Override
  public Future<Void> resume(VmId vm) {
    return act(vm, "the resumption of", settings.deadlines().call(), org.libvirt.Domain::resume);
  }

  @Override
  public Future<Void> undefine(VmId vm) {
    return here(
        onVm(
                vm,
                "the removal of",
                changing(settings.deadlines().slowCall()),
                connection -> {
                  LibvirtCalls.undefine(connection, vm);
                  return true;
                })
            .mapEmpty());
  }

  @Override
  public Future<List<Obstacle>> obstacles(Needs needs) {
    return here(checks.coming(needs));
  }

  @Override
  public Future<Leaving> leaving(Description domain) {
    return here(checks.leaving(domain));
  }

  @Override
  public Future<Optional<Integer>> listen() {
    return here(ports.listen());
  }

  @Override
  public Future<Void> reach(PeerAddress peer, int port) {
    return here(ports.reach(peer, port));
  }

  @Override
  public Future<Outcome.Migration> migrate(Journey journey, Consumer<Passage> seen) {
    Migrate order = journey.order();
    LibvirtMigration migration;
    Lane<LibvirtConnection> lane;
    synchronized (this) {
      if (closed) {
        return here(
            notBegun(order, Reason.HYPERVISOR_UNREACHABLE, "the agent of this host is stopping"));
      }
      if (migrations.containsKey(order.vm())) {
        return here(
            notBegun(order, Reason.WRONG_STATE, "VM " + order.vm() + " is migrating already"));
      }
      if (migrations.size() >= settings.migrations()) {
        return here(
            notBegun(
                order,
                Reason.BUSY,
                "this host sends " + settings.migrations() + " VMs already. Try again later."));
      }
      lane = lane("migration of " + order.vm(), settings.uri(), Duration.ZERO);
      sending.removeIf(Lane::isResting);
      sending.add(lane);
      migration =
          new LibvirtMigration(
              journey,
              new LibvirtMigration.Lanes(
                  lane,
                  watching,
                  () -> aborting(order.vm()),
                  peer(journey.peer().uri()),
                  () -> LibvirtConnection.open(journey.peer().uri(), settings.keepAlive())),
              settings.deadlines(),
              clock);
      migrations.put(order.vm(), migration);
    }
    Context context = vertx.getOrCreateContext();
    return here(
        migration
            .run(now -> context.runOnContext(v -> seen.accept(now)))
            .eventually(
                () -> {
                  synchronized (this) {
                    migrations.remove(order.vm());
                  }
                  lane.close();
                  return Future.succeededFuture();
                }));
  }

  private static <T> Future<T> notBegun(Migrate order, Reason reason, String message) {
    RefusedException refused = new RefusedException(reason, message);
    return Future.failedFuture(order.rests() ? new NotBegunException(refused) : refused);
  }

  @Override
  public Future<Void> steer(VmId vm, Steering how) {
    return here(
        onVm(
                vm,
                "the change of the migration of",
                changing(settings.deadlines().call()),
                connection -> {
                  LibvirtCalls.steer(connection, vm, how);
                  return true;
                })
            .mapEmpty());
  }

  @Override
  public Future<Void> abortMigration(VmId vm) {
    LibvirtMigration migration;
    synchronized (this) {
      migration = migrations.get(vm);
    }
    if (migration != null) {
      return here(migration.abort());
    }
    // One of which no call waits here any more goes on in libvirt all the same.
    return here(
        aborting(vm)
            .run(
                "the abort of the migration of VM " + vm,
                settings.deadlines().call(),
                connection -> LibvirtCalls.abortMigration(connection, vm)));
  }

  @Override
  public Future<Optional<Passage>> migrating(VmId vm) {
    return here(
        watching.submit(
            "the look at the migration of VM " + vm,
            settings.deadlines().call(),
            connection -> LibvirtCalls.migration(connection, vm)));
  }

  @Override
  public Future<Optional<VmState>> stateAt(PeerAddress peer, VmId vm) {
    Lane<LibvirtConnection> there;
    synchronized (this) {
      there = peer(peer.uri());
    }
    return here(
        there.look(
            "the look at VM " + vm,
            settings.deadlines().connect().plus(settings.deadlines().call()),
            connection -> LibvirtCalls.state(connection, vm)));
  }

  @Override
  public Future<Void> letRunAt(PeerAddress peer, VmId vm) {
    return changeAt(
        peer,
        "the resumption of VM " + vm,
        (connection, what) -> LibvirtCalls.letRun(connection, vm, what));
  }

  @Override
  public Future<Void> dropAt(PeerAddress peer, VmId vm) {
    return changeAt(
        peer,
        "the removal of VM " + vm,
        (connection, what) -> LibvirtCalls.drop(connection, vm, what));
  }

  private Future<Void> changeAt(
      PeerAddress peer, String what, BiConsumer<LibvirtConnection, String> call) {
    Lane<LibvirtConnection> there;
    synchronized (this) {
      there = peer(peer.uri());
    }
    return here(
        there.run(
            what,
            settings.deadlines().connect().plus(settings.deadlines().slowCall()),
            connection -> call.accept(connection, what)));
  }

  /** Closes all connections; waits a few seconds for calls that are under way, and no longer. */
  @Override
  public void close() {
    List<Lane<LibvirtConnection>> lanes = new ArrayList<>(control);
    lanes.add(stats);
    lanes.add(details);
    lanes.add(watching);
    synchronized (this) {
      closed = true;
      lanes.addAll(sending);
      lanes.addAll(aborting.values());
      lanes.addAll(peers.values());
    }
    ports.close();
    checks.close();
    lanes.forEach(Lane::close);
    try {
      long end = System.nanoTime() + TO_CLOSE.toNanos();
      for (Lane<LibvirtConnection> lane : lanes) {
        lane.awaitRest(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      clock.shutdownNow();
    }
  }

  private Lane<LibvirtConnection> peer(String uri) {
    if (peers.size() >= PEERS) {
      peers.values().removeIf(Lane::isResting);
    }
    return peers.computeIfAbsent(uri, key -> lane("peer", key, KEPT_OPEN_BRIEFLY));
  }

  /** One lane for each VM: a QEMU process that hangs must not keep others from being let go. */
  private synchronized Lane<LibvirtConnection> aborting(VmId vm) {
    aborting.values().removeIf(Lane::isResting);
    Lane<LibvirtConnection> lane =
        aborting.computeIfAbsent(
            vm, key -> lane("abort of " + key, settings.uri(), KEPT_OPEN_BRIEFLY));
    if (closed) {
      lane.close();
    }
    return lane;
  }

  private Lane<LibvirtConnection> commands() {
    return control.stream().min(Comparator.comparingInt(Lane::load)).orElseThrow();
  }

  private Future<Void> act(VmId vm, String doing, Duration deadline, LibvirtCalls.OnDomain call) {
    return here(
        onVm(
                vm,
                doing,
                changing(deadline),
                connection -> {
                  LibvirtCalls.act(connection, vm, doing + " VM " + vm, call);
                  return true;
                })
            .mapEmpty());
  }

  /** How a lane is asked to make a call. */
  private interface Asking<T> {
    Future<T> of(Lane<LibvirtConnection> lane, String what, Lane.Call<LibvirtConnection, T> call);
  }

  private static <T> Asking<T> changing(Duration deadline) {
    return (lane, what, call) -> lane.submit(what, deadline, call);
  }

  /** Makes a call on a VM unless an earlier one on it hangs. */
  private <T> Future<T> onVm(
      VmId vm, String doing, Asking<T> asking, Lane.Call<LibvirtConnection, T> call) {
    UnderWay hanging = underWay.get(vm);
    if (hanging != null && hanging.answer().future().isComplete()) {
      return refused(
          Reason.HYPERVISOR_STUCK,
          doing
              + " VM "
              + vm
              + " was not tried: "
              + hanging.what()
              + " it hangs since its deadline. Look whether its QEMU process hangs; destroy still"
              + " works.");
    }
    Promise<T> answer = Promise.promise();
    UnderWay mine = new UnderWay(doing, answer);
    asking
        .of(
            commands(),
            doing + " VM " + vm,
            connection -> {
              underWay.put(vm, mine);
              try {
                return call.on(connection);
              } finally {
                underWay.remove(vm, mine);
              }
            })
        .onComplete(answer);
    return answer.future();
  }

  private static <T> Future<T> refused(Reason reason, String message) {
    return Future.failedFuture(new RefusedException(reason, message));
  }

  /** Has a result told on the caller's context, whatever thread it comes from. */
  private <T> Future<T> here(Future<T> result) {
    Context context = vertx.getOrCreateContext();
    Promise<T> told = Promise.promise();
    result.onComplete(end -> context.runOnContext(v -> told.handle(end)));
    return told.future();
  }
}
