package io.ballast.net.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.Reason;
import io.ballast.net.trade.Switch;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A fake: bridges of one kind in memory, and ports that are made on them at once. It may refuse,
 * keep silent, lose all that was made, or fail before or after it did what it was asked.
 */
public final class FakeSwitch implements Switch {
  private final Bridge.Kind kind;
  private final Set<Ability> abilities;
  private final Map<String, Set<String>> plugged = new TreeMap<>();
  private final Set<String> ours = new TreeSet<>();
  private final Map<Mac, Wanted> made = new TreeMap<>();
  private final List<Wanted> announced = new ArrayList<>();
  private @Nullable String refusal;
  private boolean silent;
  private boolean told;
  private Fault fault = Fault.NONE;

  /** What goes wrong with the next change. */
  public enum Fault {
    NONE,
    BEFORE,
    AFTER
  }

  /** One that can do all that its kind can. */
  public FakeSwitch(Bridge.Kind kind) {
    this.kind = kind;
    this.abilities =
        switch (kind) {
          case OPEN_VSWITCH -> EnumSet.range(Ability.OPEN_VSWITCH, Ability.OPEN_VSWITCH_QUEUE);
          case LINUX -> EnumSet.range(Ability.LINUX_BRIDGE, Ability.LINUX_LIMIT_OUT);
        };
  }

  /** Makes a bridge of somebody else's with links plugged in. */
  public synchronized void bridge(String name, String... links) {
    plugged.put(name, new TreeSet<>(List.of(links)));
  }

  /** Can this no more. */
  public synchronized void lacks(Ability ability) {
    abilities.remove(ability);
  }

  /** Refuses all from now on. */
  public synchronized void refuse(String message) {
    refusal = message;
  }

  /** Answers nothing from now on. */
  public synchronized void hang() {
    silent = true;
  }

  /** Answers again. */
  public synchronized void recover() {
    refusal = null;
    silent = false;
  }

  /** Forgets all that was made, as after a restart. */
  public synchronized void lose() {
    made.clear();
  }

  /** Has the next change fail. */
  public synchronized void fail(Fault how) {
    fault = how;
  }

  /** What is made now. */
  public synchronized Map<Mac, Wanted> made() {
    return Map.copyOf(made);
  }

  /** The links plugged into a bridge. */
  public synchronized Set<String> plugged(String bridge) {
    return Set.copyOf(plugged.getOrDefault(bridge, Set.of()));
  }

  /** Whose neighbours were told, in order. */
  public synchronized List<Wanted> announced() {
    return List.copyOf(announced);
  }

  @Override
  public Bridge.Kind kind() {
    return kind;
  }

  /** Once told, they are told whatever happens. */
  @Override
  public synchronized Future<Set<Ability>> abilities() {
    if (!told && refusal != null) {
      return Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, refusal));
    }
    told = true;
    return Future.succeededFuture(Set.copyOf(abilities));
  }

  private interface Deed<T> {
    T run();
  }

  private <T> Future<T> answer(Deed<T> deed) {
    if (silent) {
      return Promise.<T>promise().future();
    }
    return refusal == null
        ? Future.succeededFuture(deed.run())
        : Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, refusal));
  }

  private <T> Future<T> change(Deed<T> deed) {
    Fault now = fault;
    fault = Fault.NONE;
    RefusedException broken = new RefusedException(Reason.TRADE_REFUSED, "it broke " + now);
    return switch (now) {
      case NONE -> answer(deed);
      case BEFORE -> Future.failedFuture(broken);
      case AFTER -> answer(deed).compose(done -> Future.failedFuture(broken));
    };
  }

  @Override
  public synchronized Future<List<Bridge>> bridges() {
    return answer(
        () ->
            plugged.entrySet().stream()
                .map(
                    each ->
                        new Bridge(
                            each.getKey(),
                            kind,
                            List.copyOf(each.getValue()),
                            List.of(),
                            Optional.of(ours.contains(each.getKey()))))
                .toList());
  }

  @Override
  public synchronized Future<Void> create(CreateBridge order) {
    return change(
            () -> {
              plugged.putIfAbsent(order.bridge(), new TreeSet<>());
              ours.add(order.bridge());
              return "";
            })
        .mapEmpty();
  }

  @Override
  public synchronized Future<Void> delete(String bridge) {
    return change(
            () -> {
              plugged.remove(bridge);
              ours.remove(bridge);
              return "";
            })
        .mapEmpty();
  }

  @Override
  public synchronized Future<List<Seen>> compare(List<Wanted> wanted) {
    return answer(() -> wanted.stream().map(this::seen).toList());
  }

  private Seen seen(Wanted wanted) {
    boolean there = wanted.equals(made.get(wanted.port().card()));
    return new Seen(
        wanted.port().card(),
        wanted.link().isEmpty() || there ? List.of() : List.of("it is not made"),
        Optional.of(0L));
  }

  @Override
  public synchronized Future<List<Seen>> agree(List<Wanted> wanted) {
    return change(
        () -> {
          made.clear();
          for (Wanted each : wanted) {
            each.link()
                .ifPresent(
                    link -> {
                      plugged.values().forEach(links -> links.remove(link));
                      plugged
                          .computeIfAbsent(each.port().bridge(), none -> new TreeSet<>())
                          .add(link);
                      made.put(each.port().card(), each);
                    });
          }
          return wanted.stream().map(this::seen).toList();
        });
  }

  @Override
  public synchronized Future<Void> detach(String link) {
    return change(
            () -> {
              plugged.values().forEach(links -> links.remove(link));
              return "";
            })
        .mapEmpty();
  }

  @Override
  public synchronized Future<Void> announce(Wanted port) {
    announced.add(port);
    return Future.succeededFuture();
  }

  @Override
  public void close() {}
}
