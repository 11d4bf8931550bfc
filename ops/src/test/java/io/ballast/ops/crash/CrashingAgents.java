package io.ballast.ops.crash;

import io.ballast.agent.Entry;
import io.ballast.agent.FileJournal;
import io.ballast.agent.Journal;
import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.bus.rabbit.RabbitBus;
import io.ballast.host.HostAgent;
import io.ballast.host.HostAgentConfig;
import io.ballast.host.meter.HostMeter;
import io.ballast.host.trade.Hypervisor;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.config.BusSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * The process that is killed: an agent for each deed over a {@link PaperHypervisor}, and one at the
 * target of the migrations. Told so, each of them stands still for ever at the point of its deed.
 */
final class CrashingAgents {
  private CrashingAgents() {}

  /** Arguments: the folder of the world, the credentials of the broker, and true to stand still. */
  public static void main(String[] arguments) throws InterruptedException {
    Path world = Path.of(arguments[0]);
    boolean still = Boolean.parseBoolean(arguments[2]);
    Vertx vertx = Vertx.vertx();
    Bus bus =
        RabbitBus.connect(
            vertx,
            Credentials.busOptions(
                BusSettings.DEFAULT.with(Path.of(arguments[1])), "crashing agents"));
    List<Future<String>> deployed = new ArrayList<>();
    Deed.all()
        .forEach(deed -> deployed.add(deploy(vertx, bus, world, deed.host(), stop(deed, still))));
    deployed.add(deploy(vertx, bus, world, Deed.TARGET, new Stop(Optional.empty())));
    Future.all(deployed)
        .onSuccess(ready -> System.out.println("ready"))
        .onFailure(Throwable::printStackTrace);
    new CountDownLatch(1).await();
  }

  private static Stop stop(Deed deed, boolean still) {
    return new Stop(still ? Optional.of(deed.point()) : Optional.empty());
  }

  private static Future<String> deploy(Vertx vertx, Bus bus, Path world, HostId host, Stop stop) {
    Journal journal =
        new FileJournal(
            world.resolve("journals").resolve(host + ".journal"),
            Address.at(Role.HOST, host).toString());
    Hypervisor hypervisor = new PaperHypervisor(vertx, world, host);
    return vertx.deployVerticle(
        new HostAgent(
            HostAgentConfig.of(
                host,
                "lab",
                "test",
                "qemu+tcp://10.0.0.%d/system".formatted(host.equals(Deed.TARGET) ? 9 : 1)),
            new HaltingBus(bus, stop, host),
            new HaltingJournal(journal, stop, host),
            new HostAgent.Machine(HaltingHypervisor.of(hypervisor, stop, host), METER),
            new SimpleMeterRegistry(),
            Clock.systemUTC()));
  }

  /** Where an agent stands still, if anywhere. */
  record Stop(Optional<Point> at) {
    /** A future that is never completed, if the agent stands still here. */
    <T> Optional<Future<T>> here(Point point, HostId host) {
      if (at.filter(point::equals).isEmpty()) {
        return Optional.empty();
      }
      System.out.println("still " + host);
      return Optional.of(Promise.<T>promise().future());
    }
  }

  /** A journal that is never heard of again after what it wrote at the point. */
  private record HaltingJournal(Journal journal, Stop stop, HostId host) implements Journal {
    @Override
    public Future<Void> open(Consumer<Entry> before) {
      return journal.open(before);
    }

    @Override
    public Future<Void> write(List<Entry> entries) {
      Future<Void> written = journal.write(entries);
      if (entries.stream().anyMatch(Entry.Taken.class::isInstance)) {
        return written.compose(done -> stop.<Void>here(Point.JOURNALLED, host).orElse(written));
      }
      if (entries.stream().anyMatch(Entry.Ended.class::isInstance)) {
        return written.compose(done -> stop.<Void>here(Point.ENDED, host).orElse(written));
      }
      return written;
    }

    @Override
    public Future<Void> rewrite(List<Entry> entries) {
      return journal.rewrite(entries);
    }

    @Override
    public Future<Void> close() {
      return journal.close();
    }
  }

  static final HostMeter METER =
      new HostMeter() {
        @Override
        public Future<Reading> read() {
          return Future.succeededFuture(
              new Reading(
                  Duration.ofNanos(System.nanoTime()),
                  1,
                  Duration.ZERO,
                  Bytes.ofMiB(4096),
                  Bytes.ofMiB(100),
                  List.of(0.0, 0.0, 0.0),
                  Optional.empty(),
                  Map.of(),
                  Bytes.ZERO));
        }

        @Override
        public Future<String> describe() {
          return Future.succeededFuture("a host on paper");
        }
      };
}
