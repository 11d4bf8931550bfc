package io.ballast.host;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Agent;
import io.ballast.agent.Forgetful;
import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.Deadline;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeWorld;
import io.ballast.host.work.Arrivals;
import io.ballast.host.work.Departures;
import io.ballast.host.work.FakePeers;
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Notice;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reply;
import io.ballast.testing.VirtualTime;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The parts of one host's agent on a fake hypervisor in virtual time. Used from one thread. */
final class OneHost {
  static final HostId H1 = new HostId("h1");
  static final HostId H2 = new HostId("h2");

  final VirtualTime time = new VirtualTime();
  private final FakeWorld world = new FakeWorld(time, Bytes.ofMiB(20), Duration.ofSeconds(9));
  final FakeHypervisor hypervisor = world.host(H1, 4, Bytes.ofMiB(4000));
  final FakeHypervisor peer = world.host(H2, 4, Bytes.ofMiB(4000));
  final List<Notice> told = new ArrayList<>();
  final HostSampler sampler;
  private final Agent<HostBeat> agent;
  private Bus.@Nullable Receiver receiver;
  private int sent;

  OneHost() {
    HostAgentConfig config =
        HostAgentConfig.of(H1, "lab", "1.2.3", hypervisor.peerUri()).with(FakeWorld.PEERS);
    sampler = new HostSampler(config, hypervisor.meter(), hypervisor, time, time);
    agent =
        new Agent<>(
            Role.HOST,
            config.terms(),
            new Agent.Surroundings(
                new Listener(told, served -> receiver = served),
                new Forgetful(time.instant()),
                time,
                time),
            self -> new HostCommands(config, hypervisor, sampler, travel(config), self),
            sampler::beat,
            Agent.Watcher.none());
    sampler.measure();
    agent.start();
    time.pass(Duration.ZERO);
  }

  private HostCommands.Travel travel(HostAgentConfig config) {
    return new HostCommands.Travel(
        time,
        new Arrivals(config.here(), hypervisor, time, config.patience(), sampler::available),
        new Departures(
            config.here(),
            config.peers(),
            new FakePeers(Map.of(H2, peer.peerUri())),
            hypervisor,
            new Departures.Ways(time, config.patience())));
  }

  /** Looks at the host and its VMs, and lets the usual second pass. */
  void sample() {
    sampler.measure();
    sampler.sample();
    time.pass(Duration.ofSeconds(1));
  }

  HostBeat beat() {
    return agent.next().result();
  }

  /** A command that has so long to be accepted, under an id of its own. */
  Sent send(HostCommand<?> command, Duration within) {
    return send(new OperationId("op-" + ++sent), command, within, OptionalLong.empty());
  }

  Sent send(HostCommand<?> command) {
    return send(command, Duration.ofSeconds(5));
  }

  Sent send(HostCommand<?> command, long epoch) {
    return send(
        new OperationId("op-" + ++sent), command, Duration.ofSeconds(5), OptionalLong.of(epoch));
  }

  private Sent send(OperationId id, HostCommand<?> command, Duration within, OptionalLong epoch) {
    Deadline deadline = Deadline.in(within, () -> time.now().toNanos());
    Envelope envelope =
        new Envelope(
            id,
            "test",
            Optional.of("ballast"),
            Optional.of(deadline),
            epoch,
            Optional.empty(),
            false,
            false);
    return new Sent(id, requireNonNull(receiver).receive(envelope, command));
  }

  /** A command on its way. */
  record Sent(OperationId id, Future<? extends Reply> answer) {
    Reply.Refused refusal() {
      assertTrue(answer.failed(), () -> "not refused: " + answer);
      return ((RefusedException) answer.cause()).reply();
    }
  }

  /** How an operation ended; empty while it is open. */
  Optional<Outcome> outcome(OperationId operation) {
    return told.stream()
        .filter(Event.OperationFinished.class::isInstance)
        .map(Event.OperationFinished.class::cast)
        .filter(event -> event.operation().equals(operation))
        .map(Event.OperationFinished::outcome)
        .findFirst();
  }

  /** A bus on which this host only speaks. */
  private record Listener(List<Notice> told, Consumer<Receiver> served) implements Bus {
    @Override
    public Future<Void> fanout(Notice notice) {
      told.add(notice);
      return Future.succeededFuture();
    }

    @Override
    public <R extends Reply> Future<R> call(Request<R> request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> cast(Request<?> request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> fanout(Role role, Command<?> command) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Serving> serve(Address address, Receiver receiver) {
      served.accept(receiver);
      return Future.succeededFuture(Future::succeededFuture);
    }

    @Override
    public <N extends Notice> Future<Serving> serve(Class<N> type, Consumer<N> listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void onState(Consumer<BusState> listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public DeadLetters deadLetters() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }
}
