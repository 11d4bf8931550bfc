package io.ballast.net.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetOrder.CreateBridge.Datapath;
import io.ballast.messages.Reason;
import io.ballast.net.flow.Dump;
import io.ballast.net.flow.Flow;
import io.ballast.net.ovs.Present;
import io.ballast.net.ovs.Present.Bridge;
import io.ballast.net.ovs.Present.Meter;
import io.ballast.net.ovs.Present.RawLimit;
import io.ballast.net.ovs.Step;
import io.ballast.net.ovs.Vswitch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A fake: an Open vSwitch in memory, with what others have on it. It can lose all flows and meters,
 * refuse, hang, fail in the middle of a change of several parts, and be away.
 */
public final class FakeVswitch implements Vswitch {
  private FakeTables tables = new FakeTables();
  private final Map<String, Map<Flow.Place, Dump>> flows = new TreeMap<>();
  private final Map<String, NavigableMap<Integer, Meter>> meters = new TreeMap<>();
  private final Set<String> links = new TreeSet<>();
  private final Map<String, Integer> numbers = new TreeMap<>();
  private final List<String> sent = new ArrayList<>();
  private boolean there = true;
  private boolean metering = true;
  private int lastNumber;
  private int changes;
  private int changesLeft = Integer.MAX_VALUE;
  private final List<Promise<?>> unanswered = new ArrayList<>();
  private boolean hangs;
  private @Nullable String refusal;

  /** Makes a bridge of somebody else. */
  public synchronized void bridge(String name) {
    tables.bridge(name, "system", Map.of());
  }

  /** Makes a link of the host, which is plugged in nowhere. */
  public synchronized void link(String name) {
    links.add(name);
  }

  /** Removes a link of the host; its port stays, as it does there, until somebody removes it. */
  public synchronized void unlink(String name) {
    links.remove(name);
    numbers.keySet().removeIf(each -> each.endsWith(" " + name));
  }

  /** Plugs a link in, as somebody else does. */
  public synchronized void plug(String bridge, String link, Map<String, String> marks) {
    tables.plug(
        bridge, link, new Present.Tags(Optional.empty(), List.of(), Optional.empty()), marks);
  }

  /** Takes a link off its bridge, as somebody else does. */
  public synchronized void unplug(String link) {
    tables.unplug(link);
  }

  /** Limits what is sent to a port, as somebody else does. */
  public synchronized void limit(String link) {
    tables.limitByOthers(link);
  }

  /** Adds a flow or a meter of somebody else. */
  public synchronized void flow(String bridge, Flow flow) {
    flows(bridge).put(flow.place(), new Dump(flow, 0));
  }

  /** Adds a meter of somebody else. */
  public synchronized void meter(String bridge, int number) {
    meters(bridge).put(number, new Meter(Optional.of(new RawLimit(77, 77))));
  }

  /** Removes one flow of ours, as somebody else may do by mistake; none if there is none. */
  public synchronized void loseOneFlow() {
    for (Map<Flow.Place, Dump> each : flows.values()) {
      Optional<Flow.Place> first =
          each.values().stream()
              .map(Dump::flow)
              .filter(flow -> flow.card().isPresent())
              .map(Flow::place)
              .findFirst();
      if (first.isPresent()) {
        each.remove(first.get());
        return;
      }
    }
  }

  /** Starts anew: flows and meters are gone, ports have other numbers; others put theirs again. */
  public synchronized void restart() {
    flows.values().forEach(each -> each.values().removeIf(flow -> flow.flow().card().isPresent()));
    meters.values().forEach(each -> each.keySet().removeIf(number -> number >= 100_000));
    numbers.clear();
  }

  /** Refuses everything with these words from now on. */
  public synchronized void refuse(String why) {
    refusal = why;
  }

  /** Refuses every change but so many from now on. */
  public synchronized void failAfter(int more) {
    changesLeft = more;
  }

  /** Answers nothing from now on, until it works again and refuses all that was asked so long. */
  public synchronized void hang() {
    hangs = true;
  }

  /** Works again. */
  public void heal() {
    List<Promise<?>> asked;
    synchronized (this) {
      refusal = null;
      hangs = false;
      changesLeft = Integer.MAX_VALUE;
      asked = List.copyOf(unanswered);
      unanswered.clear();
    }
    asked.forEach(each -> each.fail(refused("ovs-vsctl was not done after 5 s and was ended")));
  }

  /** Whether it is installed and runs. */
  public synchronized void there(boolean now) {
    there = now;
  }

  /** Whether its bridges have meters. */
  public synchronized void metering(boolean now) {
    metering = now;
  }

  /** How many changes it was asked for and made. */
  public synchronized int changes() {
    return changes;
  }

  /** The frames that were sent into bridges, each as where, from and what. */
  public synchronized List<String> sent() {
    return List.copyOf(sent);
  }

  /** All that bears no mark of ours, but for ports of these links. */
  public synchronized String foreign(Set<String> but) {
    StringBuilder all = new StringBuilder(tables.text(false, but));
    flows.forEach(
        (bridge, each) ->
            each.values().stream()
                .filter(flow -> flow.flow().card().isEmpty())
                .forEach(flow -> all.append(bridge).append(' ').append(flow.flow()).append('\n')));
    meters.forEach(
        (bridge, each) ->
            each.headMap(100_000)
                .forEach((number, meter) -> all.append(bridge).append(number).append(meter)));
    return all.toString();
  }

  /** All that bears a mark of ours. */
  public synchronized String ours() {
    StringBuilder all = new StringBuilder(tables.text(true, Set.of()));
    flows.forEach(
        (bridge, each) ->
            each.values().stream()
                .filter(flow -> flow.flow().card().isPresent())
                .forEach(flow -> all.append(bridge).append(' ').append(flow.flow()).append('\n')));
    meters.forEach(
        (bridge, each) ->
            each.tailMap(100_000)
                .forEach((number, meter) -> all.append(bridge).append(number).append(meter)));
    return all.toString();
  }

  /** Tells nobody. */
  @Override
  public void onChange(Runnable listener) {}

  @Override
  public synchronized boolean isThere() {
    return there;
  }

  @Override
  public synchronized Future<Present> configured() {
    return answered(() -> tables.told(this::number));
  }

  @Override
  public Future<Boolean> queueing() {
    return Future.succeededFuture(true);
  }

  @Override
  public synchronized Future<List<Bond>> bonds() {
    return answered(List::of);
  }

  @Override
  public synchronized Future<Present> look() {
    return answered(
        () -> {
          Present told = tables.told(this::number);
          return new Present(
              told.bridges().stream().map(this::answering).toList(),
              told.shapings(),
              told.queues());
        });
  }

  private Bridge answering(Bridge bridge) {
    return bridge.answering(
        metering,
        flows(bridge.name()).values().stream()
            .filter(each -> each.flow().card().isPresent())
            .sorted(Comparator.comparing(each -> each.flow().toString()))
            .toList(),
        meters(bridge.name()));
  }

  private Optional<Integer> number(String bridge, String link) {
    return links.contains(link)
        ? Optional.of(numbers.computeIfAbsent(bridge + " " + link, any -> ++lastNumber))
        : Optional.empty();
  }

  @Override
  public synchronized Future<Void> configure(List<Step.Configure> steps) {
    return changed(
        () -> {
          FakeTables next = tables.copy();
          steps.forEach(step -> carryOut(next, step));
          tables = next;
        });
  }

  private static void carryOut(FakeTables next, Step.Configure step) {
    switch (step) {
      case Step.Plug plug -> {
        Map<String, String> marks =
            Map.of(
                Present.MARK, plug.card().map(Mac::value).orElse("true"), Present.PLUGGED, "true");
        next.plug(plug.bridge(), plug.link(), plug.tags(), marks);
      }
      case Step.Move move -> next.move(move.port(), move.from(), move.to());
      case Step.Unplug unplug -> next.unplug(unplug.link());
      case Step.Mark mark -> next.mark(mark.port(), Present.MARK, mark.marked().map(Mac::value));
      case Step.Vlans vlans -> next.tags(vlans.port(), vlans.tags());
      case Step.Shape shape -> next.shape(shape);
      case Step.Unshape unshape -> {
        unshape.port().ifPresent(next::unshape);
        next.destroy(unshape.old(), unshape.oldQueues());
      }
      case Step.Size size -> {
        next.size(size.port(), size.mtu());
        next.mark(size.port(), Present.SIZED, size.mtu().map(String::valueOf));
      }
      case Step.Police police -> {
        next.police(police.port(), police.limit().map(RawLimit::of).orElse(RawLimit.NONE));
        next.mark(police.port(), Present.POLICED, police.limit().map(any -> "true"));
      }
      case Step.Create create ->
          next.bridge(
              create.bridge(),
              create.datapath() == Datapath.NETDEV ? "netdev" : "system",
              Map.of(Present.MARK, "true"));
      case Step.Delete delete -> next.delete(delete.bridge());
    }
  }

  @Override
  public synchronized Future<Void> meter(Step.Meter step) {
    return changed(
        () -> {
          NavigableMap<Integer, Meter> all = meters(step.bridge());
          switch (step) {
            case Step.SetMeter set -> {
              if (all.containsKey(set.number()) != set.replaces()) {
                throw refused("OFPMMFC_METER_EXISTS or OFPMMFC_UNKNOWN_METER");
              }
              all.put(set.number(), new Meter(Optional.of(RawLimit.of(set.limit()))));
            }
            case Step.RemoveMeter remove -> {
              all.remove(remove.number());
              flows(step.bridge()).values().removeIf(each -> names(each.flow(), remove.number()));
            }
          }
        });
  }

  private static boolean names(Flow flow, int meter) {
    return (flow.actions() + ",").contains("meter:" + meter + ",");
  }

  @Override
  public synchronized Future<Void> program(List<Step.Program> steps) {
    return changed(
        () -> {
          String bridge = steps.getFirst().bridge();
          Map<Flow.Place, Dump> next = new TreeMap<>(byText());
          next.putAll(flows(bridge));
          for (Step.Program step : steps) {
            for (Flow flow : step.remove()) {
              Dump there = next.get(flow.place());
              if (there != null && there.flow().cookie() == flow.cookie()) {
                next.remove(flow.place());
              }
            }
          }
          for (Step.Program step : steps) {
            for (Flow flow : step.add()) {
              if (flow.actions().startsWith("meter:")
                  && meters(bridge).keySet().stream().noneMatch(each -> names(flow, each))) {
                throw refused("OFPMMFC_INVALID_METER for " + flow);
              }
              next.put(flow.place(), new Dump(flow, 0));
            }
          }
          flows.put(bridge, next);
        });
  }

  @Override
  public synchronized Future<Void> send(String bridge, String from, String frame) {
    return changed(() -> sent.add(bridge + " " + from + " " + frame));
  }

  private Map<Flow.Place, Dump> flows(String bridge) {
    return flows.computeIfAbsent(bridge, any -> new TreeMap<>(byText()));
  }

  private static Comparator<Flow.Place> byText() {
    return Comparator.comparing(Flow.Place::toString);
  }

  private NavigableMap<Integer, Meter> meters(String bridge) {
    return meters.computeIfAbsent(bridge, any -> new TreeMap<>());
  }

  private <T> Future<T> unanswered() {
    Promise<T> promise = Promise.promise();
    unanswered.add(promise);
    return promise.future();
  }

  private <T> Future<T> answered(Supplier<T> answer) {
    if (hangs) {
      return unanswered();
    }
    return refusal == null
        ? Future.succeededFuture(answer.get())
        : Future.failedFuture(refused(refusal));
  }

  private Future<Void> changed(Runnable change) {
    if (hangs) {
      return unanswered();
    }
    if (refusal != null || changesLeft <= 0) {
      return Future.failedFuture(refused(refusal == null ? "it failed in the middle" : refusal));
    }
    changesLeft--;
    try {
      change.run();
      changes++;
      return Future.succeededFuture();
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  static RefusedException refused(String why) {
    return new RefusedException(Reason.TRADE_REFUSED, why);
  }

  /** For people. */
  @Override
  public synchronized String toString() {
    return flows.entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue().size())
        .collect(Collectors.joining(", "));
  }

  @Override
  public void close() {}
}
