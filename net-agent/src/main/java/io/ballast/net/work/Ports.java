package io.ballast.net.work;

import io.ballast.agent.Book;
import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Reason;
import io.ballast.net.trade.Links;
import io.ballast.net.trade.Links.Sight;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.Switch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of this host: what is wanted, written down, and made so again and again. Lives on one
 * loop.
 *
 * <p>All that looks or changes goes in one line, one after the other, so that nothing is seen half
 * done. A round looks, repairs what differs, and looks again; there is one soon after a link came
 * or went, and at least every {@link #EVERY} while a port is wanted or anything of ours is left.
 */
public final class Ports {
  /** From one round to the next. */
  public static final Duration EVERY = Duration.ofSeconds(2);

  /** So long a look at the host's links may take. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

  /** How much may wait in line. */
  private static final int MOST_WAITING = 256;

  private final Loop loop;
  private final Links links;
  private final List<Switch> switches;
  private final Book<Port> book;
  private final NetPolicy policy;
  private final Round round;
  private final Bridges bridges;
  private final Map<Mac, Port> wanted = new TreeMap<>();
  private Abilities abilities = Abilities.NONE;
  private Future<Void> opened = Future.failedFuture("not opened");
  private Future<?> line = Future.succeededFuture();
  private List<PortStatus> last = List.of();
  private int waiting;
  private @Nullable Future<Scene> next;

  /**
   * What ports are made of.
   *
   * @param ports those that are wanted
   * @param bridges those that were made here
   */
  public record Machine(
      Links links, List<Switch> switches, Book<Port> ports, Book<CreateBridge> bridges) {
    public Machine {
      switches = List.copyOf(switches);
    }
  }

  public Ports(Loop loop, Machine machine, NetPolicy policy) {
    this.loop = loop;
    this.links = machine.links();
    this.book = machine.ports();
    this.policy = policy;
    this.switches = machine.switches();
    this.round = new Round(loop, switches, policy);
    this.bridges = new Bridges(loop, machine.bridges(), round);
  }

  /** Reads the book, finds out what the host can do, and begins with the rounds. Once. */
  public void open() {
    opened =
        loop.here(book.open())
            .onSuccess(all -> all.forEach(port -> wanted.put(port.card(), port)))
            .compose(read -> bridges.open())
            .compose(read -> findAbilities());
    opened.onFailure(
        e -> LOG.error("No port is kept until the agent is restarted: {}", e.getMessage()));
    line = opened;
    links.onChange(() -> loop.run(this::refresh));
    switches.forEach(each -> each.onChange(() -> loop.run(this::refresh)));
    refresh(); // what an earlier life left is seen to, whether a port is wanted or not
    tick();
  }

  private Future<Void> findAbilities() {
    return round.abilities().onSuccess(found -> abilities = found).mapEmpty();
  }

  private void tick() {
    loop.after(
        EVERY,
        () -> {
          if (!wanted.isEmpty() || !bridges.isEmpty() || !round.isClean()) {
            refresh();
          }
          tick();
        });
  }

  private void refresh() {
    look().onFailure(e -> LOG.debug("A round failed: {}", e.getMessage()));
  }

  /** What ports can have here. */
  public Set<Ability> abilities() {
    return abilities.known();
  }

  /** A round: makes all ports so, and tells what is then. One that waits in line serves all. */
  public Future<Scene> look() {
    Future<Scene> waits = next;
    if (waits == null) {
      waits =
          inLine(
              () -> {
                next = null;
                return agree();
              });
      if (!waits.failed()) {
        next = waits;
      }
    }
    return waits;
  }

  /** Looks what differs, and changes nothing. */
  public Future<Scene> compare() {
    return inLine(() -> sight().compose(sight -> round.compare(sight, wanted)));
  }

  /** What could not be found out before, such as of a switch that did not run, is asked again. */
  private Future<Scene> agree() {
    return made()
        .compose(scene -> bridges.rebuild(scene).compose(any -> any ? made() : same(scene)))
        .compose(scene -> findAbilities().map(scene));
  }

  private Future<Scene> made() {
    return sight()
        .compose(sight -> round.agree(sight, wanted))
        .onSuccess(scene -> last = List.copyOf(scene.ports()));
  }

  private static Future<Scene> same(Scene scene) {
    return Future.succeededFuture(scene);
  }

  private Future<Sight> sight() {
    return loop.here(
        links.look(),
        LOOK,
        () ->
            new RefusedException(
                Reason.TRADE_REFUSED,
                "the host's links could not be read within %d s; see whether its kernel hangs"
                    .formatted(LOOK.toSeconds())));
  }

  /** What must hold before an order is taken on, against what there is now. */
  public Future<Preconditions> preconditions() {
    return compare().map(this::preconditions);
  }

  private Preconditions preconditions(Scene scene) {
    return new Preconditions(scene, Map.copyOf(wanted), policy, abilities);
  }

  /** Whether it is known what is wanted. */
  public boolean isOpen() {
    return opened.succeeded();
  }

  /** All ports that are wanted now, sorted by card, as the last round found them. */
  public List<PortStatus> statuses() {
    Map<Mac, PortStatus> seen = new HashMap<>();
    last.forEach(status -> seen.put(status.port().card(), status));
    return wanted.values().stream()
        .map(
            port ->
                Optional.ofNullable(seen.get(port.card()))
                    .filter(status -> status.port().equals(port))
                    .orElseGet(() -> notSeen(port)))
        .toList();
  }

  /** One that came or was changed since. */
  private static PortStatus notSeen(Port port) {
    return new PortStatus(
        port,
        PortStatus.State.UNKNOWN,
        Optional.empty(),
        List.of("it was not looked at yet"),
        Optional.empty());
  }

  /** The port of a card, as it is wanted. */
  Optional<Port> wanted(Mac card) {
    return Optional.ofNullable(wanted.get(card));
  }

  /**
   * Wants a port from now on, and makes it so.
   *
   * @return what a person has to know of it, or an empty text. Fails as {@code MAY_YET_HAPPEN}
   *     where it is wanted and not in force yet
   */
  public Future<String> plug(Port port) {
    return inLine(() -> keep(with(List.of(port))).compose(kept -> agree().recover(Ports::later)))
        .compose(scene -> verdict(port.card(), scene));
  }

  /** What is written down will be made so, whatever hinders that now. */
  private static <T> Future<T> later(Throwable why) {
    return Future.failedFuture(
        new RefusedException(
            Reason.MAY_YET_HAPPEN,
            "it is wanted and will be made so as soon as that works: " + why.getMessage()));
  }

  /** Wants ports from now on, whose cards are yet to come. */
  public Future<Void> prepare(List<Port> ports) {
    return inLine(() -> keep(with(ports)));
  }

  /** Once more against all that came into line before. */
  private Map<Mac, Port> with(List<Port> ports) {
    Map<Mac, Port> all = new TreeMap<>(wanted);
    for (Port port : ports) {
      Preconditions.room(port, all);
      Preconditions.untaken(port, all);
      all.put(port.card(), port);
    }
    return all;
  }

  private static Future<String> verdict(Mac card, Scene scene) {
    PortStatus status =
        scene.ports().stream()
            .filter(it -> it.port().card().equals(card))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("a round forgot " + card));
    String differences = String.join("; ", status.differences());
    return switch (status.state()) {
      case IN_FORCE -> Future.succeededFuture("");
      case WAITING ->
          Future.succeededFuture("its card is not there; it is made so as soon as it is");
      case DIFFERS, UNKNOWN ->
          Future.failedFuture(
              new RefusedException(
                  Reason.MAY_YET_HAPPEN,
                  "it is wanted and will be made so as soon as that works: " + differences));
    };
  }

  /** Wants no port for a card from now on, takes it off its bridge, and removes what was made. */
  public Future<String> unplug(Mac card) {
    return inLine(
        () -> {
          Optional<Port> port = wanted(card);
          if (port.isEmpty()) {
            return Future.succeededFuture("there was none");
          }
          return sight()
              .compose(sight -> round.detach(sight, port.get()))
              .compose(detached -> keep(without(card)))
              .compose(kept -> agree())
              .map("");
        });
  }

  private Map<Mac, Port> without(Mac card) {
    Map<Mac, Port> all = new TreeMap<>(wanted);
    all.remove(card);
    return all;
  }

  private Future<Void> keep(Map<Mac, Port> all) {
    if (all.equals(wanted)) {
      return Future.succeededFuture();
    }
    return loop.here(book.keep(List.copyOf(all.values())))
        .onSuccess(
            kept -> {
              wanted.clear();
              wanted.putAll(all);
            });
  }

  /** Makes a bridge, and has it from now on. */
  public Future<Void> create(CreateBridge order) {
    return inLine(() -> bridges.create(order));
  }

  /**
   * Removes a bridge, and has it no longer. Fails as {@code IN_USE} where a port is wanted on it.
   */
  public Future<Void> delete(String bridge, Bridge.Kind kind) {
    return inLine(
        () -> {
          for (Port port : wanted.values()) {
            if (port.bridge().equals(bridge)) {
              throw new RefusedException(
                  Reason.IN_USE,
                  "bridge %s is used by %s; unplug that first"
                      .formatted(bridge, Port.object(port.card())));
            }
          }
          return bridges.delete(bridge, kind);
        });
  }

  /** Has a bridge no longer that is gone. */
  public Future<Void> forget(String bridge) {
    return inLine(() -> bridges.forget(bridge));
  }

  /** Runs something once all before it in line has ended, whatever became of that. */
  private <T> Future<T> inLine(Supplier<Future<T>> work) {
    loop.check();
    if (waiting >= MOST_WAITING) {
      return Future.failedFuture(
          new RefusedException(
              Reason.BUSY, waiting + " wait for the network already; try again later"));
    }
    waiting++;
    Promise<T> done = Promise.promise();
    Promise<Void> over = Promise.promise(); // whatever its listeners do with the result
    Future<?> before = line;
    line = over.future();
    loop.here(before)
        .onComplete(
            ended -> {
              waiting--;
              begin(work)
                  .onComplete(
                      (result, failure) -> {
                        over.complete();
                        done.complete(result, failure);
                      });
            });
    return done.future();
  }

  private <T> Future<T> begin(Supplier<Future<T>> work) {
    try {
      return opened.compose(ready -> loop.here(work.get()));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
