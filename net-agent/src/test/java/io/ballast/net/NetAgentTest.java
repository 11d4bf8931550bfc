package io.ballast.net;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Agent;
import io.ballast.agent.Forgetful;
import io.ballast.agent.Heartbeat;
import io.ballast.agent.Loop;
import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetBeat.Link;
import io.ballast.messages.NetCommand.InspectNet;
import io.ballast.messages.OperationId;
import io.ballast.messages.Pulse;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand.InspectStorage;
import io.ballast.net.Ports.Wire;
import io.ballast.net.Ports.Wiring;
import io.ballast.net.testing.FakePorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NetAgentTest {
  private static final HostId HOST = new HostId("h1");

  private static final Agent.Terms TERMS =
      Agent.Terms.of(new Heartbeat.Beater(HOST, "lab", Duration.ofMillis(100), "1.2.3"));

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final FakePorts ports = new FakePorts(Clock.systemUTC());
  private final List<NetBeat> beats = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() {
    ports.link("eth0", new Bytes(1_000_000), new Bytes(2_000_000));
    ports.bridge("br0", "eth0");
    done(bus.serve(NetBeat.class, beats::add));
  }

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void theFirstBeatTellsBridgesAndLinksAlready() {
    deploy();

    await().until(() -> !beats.isEmpty());
    NetBeat beat = beats.getFirst();
    assertEquals(1, beat.pulse().sequence());
    assertEquals(List.of(new Bridge("br0", Bridge.Kind.LINUX, List.of("eth0"))), beat.bridges());
    assertEquals(
        List.of(new Link("eth0", true, 1500, Optional.of(1000), Bytes.ZERO, Bytes.ZERO)),
        beat.links());
  }

  @Test
  void laterBeatsTellTheRates() {
    deploy();

    await().until(() -> !beats.isEmpty() && beats.getLast().links().getFirst().sent().value() > 0);
    Link eth0 = beats.getLast().links().getFirst();
    assertEquals(1_000_000, (double) eth0.received().value(), 10_000);
    assertEquals(2_000_000, (double) eth0.sent().value(), 20_000);
  }

  @Test
  void beatsGoOnWithWhatIsKnownWhileTheNetworkCantBeRead() {
    deploy();
    await().until(() -> !beats.isEmpty());

    ports.refuse("no links here");
    await().until(() -> beats.size() >= 5 && beats.getLast().problem().isPresent());
    NetBeat old = beats.getLast();
    assertEquals("eth0", old.links().getFirst().name());
    assertEquals(Optional.of("no links here"), old.problem());
    await().until(() -> beats.getLast().pulse().sequence() > old.pulse().sequence());
    assertEquals(old.sampledAt(), beats.getLast().sampledAt());

    ports.recover();
    ports.down("eth0");
    await().until(() -> !beats.getLast().links().getFirst().up());
    assertEquals(Optional.empty(), beats.getLast().problem());
    assertTrue(beats.getLast().sampledAt().orElseThrow().isAfter(old.sampledAt().orElseThrow()));
  }

  @Test
  void aNetworkThatWasNotSeenYetIsNoEmptyOne() {
    ports.refuse("no links here");
    deploy();

    await().until(() -> !beats.isEmpty());
    assertEquals(Optional.empty(), beats.getFirst().sampledAt());
    assertEquals(Optional.of("no links here"), beats.getFirst().problem());
  }

  @Test
  void inspectTellsTheNextBeat() {
    deploy();
    await().until(() -> !beats.isEmpty());

    Reply.NetInspected told =
        done(bus.call(Request.of(Address.at(Role.NET, HOST), new InspectNet())));

    assertEquals(HOST, told.beat().pulse().host());
    assertEquals("eth0", told.beat().links().getFirst().name());
  }

  @Test
  void whatIsForOthersIsRefused() {
    Agent<NetBeat> agent =
        new Agent<>(
            Role.NET,
            TERMS,
            new Agent.Surroundings(
                bus,
                new Forgetful(Instant.EPOCH),
                Loop.of(vertx.getOrCreateContext()),
                Clock.systemUTC()),
            NetCommands::new,
            known -> new NetSampler(ports, Clock.systemUTC()).beat(known.pulse()),
            Agent.Watcher.none());
    NetCommands commands = new NetCommands(agent);

    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () -> commands.handling(new OperationId("x"), Optional.empty(), new InspectStorage()));

    assertEquals(Reason.UNKNOWN_KIND, refused.reason());
  }

  @Test
  void aPartThatIsToldAsLastSeenIsAProblem() {
    Ports half =
        new Ports() {
          @Override
          public Future<Wiring> look() {
            return Future.succeededFuture(
                new Wiring(Duration.ZERO, List.of(), List.of(), Optional.of("no switch answers")));
          }

          @Override
          public void close() {}
        };
    NetSampler sampler = new NetSampler(half, Clock.systemUTC());
    done(sampler.sample());

    NetBeat beat =
        sampler.beat(new Pulse(HOST, "lab", 1, 1, Instant.EPOCH, Duration.ofSeconds(1), "1.2.3"));

    assertEquals(Optional.of("no switch answers"), beat.problem());
    assertTrue(beat.sampledAt().isPresent());
  }

  @Test
  void ratesAreGrowthDividedByTime() {
    List<Link> links =
        NetSampler.links(
            wiring(0, wire("eth0", 1000, 5000), wire("eth1", 900, 900)),
            wiring(2, wire("eth0", 3000, 5500), wire("eth1", 10, 1900), wire("eth2", 50, 50)));

    assertEquals(List.of(link("eth0", 1000, 250), link("eth1", 0, 500), link("eth2", 0, 0)), links);
  }

  @Test
  void withoutTimeThereAreNoRates() {
    Wiring now = wiring(2, wire("eth0", 3000, 5500));

    assertEquals(List.of(link("eth0", 0, 0)), NetSampler.links(now, now));
  }

  private static Wiring wiring(long seconds, Wire... wires) {
    return new Wiring(Duration.ofSeconds(seconds), List.of(), List.of(wires), Optional.empty());
  }

  private static Wire wire(String name, long received, long sent) {
    return new Wire(name, true, 1500, Optional.empty(), new Bytes(received), new Bytes(sent));
  }

  private static Link link(String name, long received, long sent) {
    return new Link(name, true, 1500, Optional.empty(), new Bytes(received), new Bytes(sent));
  }

  private void deploy() {
    done(
        vertx.deployVerticle(
            NetAgent.of(TERMS, bus, new Forgetful(Instant.now()), ports, Clock.systemUTC())));
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join();
  }
}
