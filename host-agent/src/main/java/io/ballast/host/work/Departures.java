package io.ballast.host.work;

import io.ballast.agent.Loop;
import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.DomainNeeds;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.trade.Leaving;
import io.ballast.host.trade.Needs;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.PeerRules;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Examine;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Prepare;
import io.ballast.messages.HostCommand.Steer;
import io.ballast.messages.HostId;
import io.ballast.messages.Means;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Reply.Considered;
import io.ballast.messages.Reply.Examined;
import io.ballast.messages.Reply.Prepared;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be had before a virtual machine leaves: the promise of its target, and an address
 * there to which this host may connect. A command names the target and nothing more: its address is
 * what this host was told for it, or what the target's own agent says. Lives on one loop.
 */
public final class Departures {
  private static final Logger LOG = LoggerFactory.getLogger(Departures.class);

  /** How long a target may take to promise. */
  private static final Duration ANSWER = Duration.ofSeconds(3);

  /** A version than which every hypervisor is newer: whether it is, is no condition of a move. */
  private static final long UNKNOWN = 0;

  private final Here here;
  private final PeerRules rules;
  private final Peers peers;
  private final Hypervisor hypervisor;
  private final Ways ways;
  private final Map<OperationId, Migration> open = new HashMap<>();

  /** On what and how patiently all this is done. */
  public record Ways(Loop loop, Patience patience) {}

  public Departures(Here here, PeerRules rules, Peers peers, Hypervisor hypervisor, Ways ways) {
    this.here = here;
    this.rules = rules;
    this.peers = peers;
    this.hypervisor = hypervisor;
    this.ways = ways;
  }

  /**
   * A migration for which everything is prepared, or the refusal. What the target promised is given
   * back when the work ends, or is left before it began.
   */
  public Future<Work> of(
      OperationId operation, Migrate order, Description found, Optional<Long> epoch) {
    return within(order.to(), claimed(order))
        .compose(fine -> leaving(found).recover(failure -> unseen(found, failure)))
        .map(leaving -> prepare(operation, order.within(), needs(order, found, leaving)))
        .compose(arrival -> within(order.to(), promised(order, arrival, epoch)))
        .onFailure(failure -> release(order.to(), operation, epoch))
        .map(
            peer ->
                departure(
                    operation,
                    order,
                    epoch,
                    () -> Future.succeededFuture(peer),
                    isHeld(order) && !DomainNeeds.lies(found, locking(order)),
                    Optional.of(DomainNeeds.disks(found.xml()))));
  }

  /** A server that is gone, be it that of a medium, must keep nobody here. */
  private static Future<Leaving> unseen(Description found, Throwable failure) {
    if (failure instanceof RefusedException refused && refused.reason() == Reason.TRADE_REFUSED) {
      LOG.warn("{} moves unlooked at: {}", found.domain().name(), failure.getMessage());
      return Future.succeededFuture(new Leaving(UNKNOWN, List.of()));
    }
    return Future.failedFuture(failure);
  }

  /** The address of a target that promised. */
  private Future<PeerAddress> promised(Migrate order, Prepare arrival, Optional<Long> epoch) {
    return peers
        .prepare(order.to(), arrival, epoch, ANSWER)
        .map(Prepared::peerUri)
        .recover(failure -> withoutPromise(order.to(), failure))
        .compose(uri -> allowed(order.to(), order.peerUri(), uri));
  }

  /** A disk that is copied need not be the same file at the target, and is not. */
  private static Needs needs(Migrate order, Description found, Leaving leaving) {
    List<String> copied = order.copied().orElse(List.of());
    Needs needs =
        DomainNeeds.of(found, UNKNOWN)
            .sharing(
                leaving.files().stream().filter(file -> !copied.contains(file.place())).toList());
    return order.rests() ? needs.ofResting() : needs;
  }

  private Future<Leaving> leaving(Description found) {
    Duration check = ways.patience().check();
    return ways.loop()
        .here(
            hypervisor.leaving(found),
            check,
            () ->
                new RefusedException(
                    Reason.HYPERVISOR_STUCK,
                    "the hypervisor of %s did not answer within %d ms"
                        .formatted(here.host(), check.toMillis())));
  }

  /** Whether the target is reached where memory is sent to. */
  private Future<PeerAddress> reached(PeerAddress peer, Prepared prepared) {
    return prepared
        .probe()
        .map(port -> hypervisor.reach(peer, port).map(peer))
        .orElseGet(() -> Future.succeededFuture(peer));
  }

  /** What stands in the way of a migration, here and there, and what would be sent. */
  public Future<Examined> examine(Examine asked, Description found) {
    Domain domain = found.domain();
    List<Obstacle> obstacles = new ArrayList<>();
    if (asked.rests()) {
      rests(found).ifPresent(obstacles::add);
    } else if (domain.state() != VmState.RUNNING) {
      String state = MigrationEnd.word(Optional.of(domain.state()));
      obstacles.add(
          new Obstacle(Kind.STATE, "%s is %s, and does not run".formatted(domain.name(), state)));
    }
    return leaving(found)
        .onSuccess(
            leaving ->
                leaving.obstacles().stream()
                    .filter(it -> !asked.rests() || it.disk().isPresent())
                    .forEach(obstacles::add))
        .map(leaving -> DomainNeeds.of(found, leaving.version()).sharing(leaving.files()))
        .compose(needs -> there(asked.to(), asked.rests() ? needs.ofResting() : needs))
        .map(
            there -> {
              obstacles.addAll(there);
              return new Examined(asked.rests() ? Bytes.ZERO : sent(domain), obstacles);
            });
  }

  /** Devices that tie it to its host are in the way of what runs, and not of what defines it. */
  private static Optional<Obstacle> rests(Description found) {
    try {
      Preconditions.notActive(found.domain());
      Preconditions.nothingBesides(found);
      return Optional.empty();
    } catch (RefusedException refused) {
      return Optional.of(new Obstacle(Kind.STATE, String.valueOf(refused.getMessage())));
    }
  }

  /** What its process holds besides its memory stays. */
  private static Bytes sent(Domain domain) {
    return domain.resident().compareTo(domain.memory()) < 0 ? domain.resident() : domain.memory();
  }

  private Future<List<Obstacle>> there(HostId to, Needs needs) {
    Prepare arrival = prepare(new OperationId(needs.vm().toString()), ANSWER, needs);
    return within(
            to,
            peers
                .consider(to, arrival, ANSWER)
                .compose(
                    considered ->
                        allowed(to, Optional.empty(), considered.prepared().peerUri())
                            .compose(peer -> reached(peer, considered.prepared()))
                            .map(reached -> considered.obstacles())
                            .recover(failure -> unreached(considered, failure))))
        .recover(
            failure ->
                Future.succeededFuture(
                    List.of(new Obstacle(Kind.ANSWER, String.valueOf(failure.getMessage())))));
  }

  private static Future<List<Obstacle>> unreached(Considered considered, Throwable failure) {
    List<Obstacle> all = new ArrayList<>(considered.obstacles());
    all.add(new Obstacle(Kind.REACH, String.valueOf(failure.getMessage())));
    return Future.succeededFuture(all);
  }

  /**
   * Whether an address that a command claims is the target's. Looked at before anything is
   * promised, so that a command which is mended and sent again at once finds no promise in its way.
   */
  private Future<Void> claimed(Migrate order) {
    return order.peerUri().isEmpty()
        ? Future.succeededFuture()
        : peers
            .address(order.to(), ANSWER)
            .compose(uri -> allowed(order.to(), order.peerUri(), uri))
            .mapEmpty();
  }

  /** A migration that an earlier life of this agent may have begun. */
  public Work left(OperationId operation, Migrate order, Optional<Long> epoch) {
    return departure(operation, order, epoch, () -> peer(order), isHeld(order), Optional.empty());
  }

  /**
   * @param disks as they are at first; empty for one that may have been begun before
   */
  private Work departure(
      OperationId operation,
      Migrate order,
      Optional<Long> epoch,
      Supplier<Future<PeerAddress>> peer,
      boolean held,
      Optional<List<String>> disks) {
    Migration migration =
        new Migration(
            new Migration.Trip(operation, here.host(), order, peer, held, disks),
            hypervisor,
            ways.loop(),
            ways.patience());
    return new Departure(
        migration,
        new Departure.Marks(
            () -> open.put(operation, migration),
            () -> open.remove(operation),
            () -> release(order.to(), operation, epoch)));
  }

  /** One that may run there before its memory has come can't be held. */
  private static boolean isHeld(Migrate order) {
    return !order.usable().postCopy() && !order.rests();
  }

  /** The pools whose disks need no such care. */
  private static List<String> locking(Migrate order) {
    return order.means().flatMap(Means::locking).orElse(List.of());
  }

  /** Changes a migration that is under way. */
  public Future<Reply.Accepted> steer(Steer wish) {
    Migration migration = open.get(wish.operation());
    return migration == null
        ? Future.failedFuture(
            new RefusedException(
                Reason.UNKNOWN_OPERATION,
                "no migration %s is under way here; 'ballast watch' shows the open ones"
                    .formatted(wish.operation())))
        : migration.steer(wish).map(new Reply.Accepted(wish.operation()));
  }

  /** Where the target of an order is reached, without any promise. */
  private Future<PeerAddress> peer(Migrate order) {
    return within(
        order.to(),
        peers
            .address(order.to(), ANSWER)
            .compose(uri -> allowed(order.to(), order.peerUri(), uri)));
  }

  /** The target needs its promise until the migration must be over, and while its end is judged. */
  private Prepare prepare(OperationId operation, Duration within, Needs needs) {
    Patience patience = ways.patience();
    return new Prepare(
        operation,
        here.host(),
        here.cluster(),
        needs.vm(),
        needs.name(),
        needs.memory(),
        needs.hugePages(),
        needs.vcpus(),
        needs.cpu(),
        needs.bridges(),
        needs.pools(),
        needs.machine(),
        within.plus(patience.abort()).plus(patience.doubt()),
        needs.files());
  }

  /** An agent that does not know how to promise is asked for its address alone. */
  private Future<String> withoutPromise(HostId to, Throwable failure) {
    return failure instanceof RefusedException refused && refused.reason() == Reason.UNKNOWN_KIND
        ? peers.address(to, ANSWER)
        : Future.failedFuture(failure);
  }

  private Future<PeerAddress> allowed(HostId to, Optional<String> claim, String told) {
    try {
      PeerAddress said = PeerAddress.of(told);
      PeerAddress peer = rules.address(to).orElse(said);
      Optional<PeerAddress> claimed = claim.map(PeerAddress::of);
      if (claimed.filter(it -> !it.equals(peer) && !it.equals(said)).isPresent()) {
        throw new RefusedException(
            Reason.NOT_ALLOWED,
            "the command says that %s is reached at %s, and it is at %s; leave the address out"
                .formatted(to, claimed.get(), peer));
      }
      Preconditions.elsewhere(peer, here);
      return addresses(peer)
          .map(
              resolved -> {
                rules.check(peer, resolved);
                return peer;
              });
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  private Future<List<InetAddress>> addresses(PeerAddress peer) {
    return peer.literal()
        .map(literal -> Future.succeededFuture(List.of(literal)))
        .orElseGet(() -> peers.resolve(peer.host()));
  }

  private <T> Future<T> within(HostId to, Future<T> asked) {
    return ways.loop()
        .here(asked, ANSWER, () -> noAnswer(to, "it did not answer in time"))
        .recover(failure -> Future.failedFuture(answer(to, failure)));
  }

  /** What became of a question to a peer must not be taken for what became of the command. */
  private static Throwable answer(HostId to, Throwable failure) {
    if (!(failure instanceof RefusedException refused)) {
      return failure;
    }
    return switch (refused.reason()) {
      case NO_RECEIVER, DEADLINE_PASSED, BUS_LOST, INTERNAL, MAY_YET_HAPPEN ->
          noAnswer(to, String.valueOf(refused.getMessage()));
      default -> refused;
    };
  }

  private static RefusedException noAnswer(HostId to, String why) {
    return new RefusedException(
        Reason.NOT_READY,
        "the agent of %s gave no promise (%s); look whether it runs there, or choose another host"
            .formatted(to, why));
  }

  private void release(HostId to, OperationId operation, Optional<Long> epoch) {
    peers
        .release(to, operation, epoch)
        .onFailure(
            e -> LOG.info("{} was not told that {} is over: {}", to, operation, e.getMessage()));
  }
}
