package io.ballast.net.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.Reason;
import io.ballast.net.linux.Kernel;
import io.ballast.net.linux.Mark;
import io.ballast.net.linux.Present;
import io.ballast.net.linux.Present.Entry;
import io.ballast.net.linux.Present.Filter;
import io.ballast.net.linux.Present.Link;
import io.ballast.net.linux.Present.Member;
import io.ballast.net.linux.Present.Queue;
import io.ballast.net.linux.Step;
import io.ballast.net.linux.TableStep;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A fake: the kernel's network in memory, in which strangers can meddle; it may refuse, and fail in
 * the middle of work.
 */
public final class FakeKernel implements Kernel {
  private static final int MTU = 1500;

  private final Map<String, Link> links = new TreeMap<>();
  private final Map<String, Set<Member>> vlans = new TreeMap<>();
  private final Map<String, Queue> queues = new TreeMap<>();
  private final Map<String, Entry> entries = new TreeMap<>();
  private final Map<Ability, String> lacking = new TreeMap<>();
  private final List<String> sent = new ArrayList<>();
  private @Nullable FakeTable table;
  private @Nullable String refusal;
  private int left = Integer.MAX_VALUE;
  private boolean failsNext;
  private int changes;

  /** Makes a bridge, as somebody else does. */
  public synchronized void bridge(String name, boolean filters) {
    links.put(
        name,
        new Link(
            name,
            "bridge",
            true,
            MTU,
            Optional.empty(),
            "",
            Optional.of(new Present.Bridge(filters, filters ? 1 : 0))));
  }

  /** Makes a link that is plugged into nothing. */
  public synchronized void link(String name, String kind) {
    links.put(name, new Link(name, kind, true, MTU, Optional.empty(), "", Optional.empty()));
  }

  /** Plugs a link into whatever is there, as somebody else does. */
  public synchronized void plug(String name, String master) {
    Link link = there(name);
    links.put(
        name,
        new Link(
            name,
            link.kind(),
            link.up(),
            link.mtu(),
            Optional.of(master),
            link.alias(),
            link.bridge()));
    Link bridge = there(master);
    vlans.remove(name);
    if (bridge.bridge().map(Present.Bridge::filters).orElse(false)) {
      vlans.put(name, Set.of(new Member(1, true, true)));
    }
  }

  /** Has a link be on no bridge, as somebody else does. */
  public synchronized void unplug(String name) {
    Link link = there(name);
    vlans.remove(name);
    links.put(
        name,
        new Link(
            name,
            link.kind(),
            link.up(),
            link.mtu(),
            Optional.empty(),
            link.alias(),
            link.bridge()));
  }

  /** Takes a link away with all that is on it. */
  public synchronized void remove(String name) {
    links.remove(name);
    vlans.remove(name);
    queues.remove(name);
    entries.remove(name);
    entries.replaceAll(
        (link, entry) ->
            new Entry(
                entry.kind(),
                entry.filters().stream()
                    .map(
                        each ->
                            each.target().equals(Optional.of(name))
                                ? new Filter(each.preference(), each.all(), Optional.of("*"))
                                : each)
                    .toList()));
  }

  /** Puts a queue on a link, as somebody else does. */
  public synchronized void queue(String link, Queue queue) {
    queues.put(link, queue);
  }

  /** Puts filters on a link, as somebody else does. */
  public synchronized void entry(String link, Entry entry) {
    entries.put(link, entry);
  }

  /** Removes our table, as somebody else does. */
  public synchronized void loseTable() {
    table = null;
  }

  /** Removes a rule of our table, if there is one, as somebody else does. */
  public synchronized void loseRule(int which) {
    if (table != null) {
      table.loseRule(which);
    }
  }

  /** Adds something to our table, if there is one, as somebody else does. */
  public synchronized void spoil() {
    if (table != null) {
      table.spoil();
    }
  }

  /** Counts packets of a card that may not be sent, if that is counted. */
  public synchronized void count(String count, long packets) {
    if (table != null) {
      table.count(count, packets);
    }
  }

  /** Lacks something from now on. */
  public synchronized void lack(Ability ability, String why) {
    lacking.put(ability, why);
  }

  /** Refuses everything from now on. */
  public synchronized void refuse(String message) {
    refusal = message;
  }

  /** Carries out so many steps yet, and fails at each one after these. */
  public synchronized void failAfter(int steps) {
    left = steps;
  }

  /** Fails at the next step alone. */
  public synchronized void failOnce() {
    failsNext = true;
  }

  /** Does all that it is asked for again. */
  public synchronized void recover() {
    failsNext = false;
    refusal = null;
    left = Integer.MAX_VALUE;
  }

  /** How many steps it has carried out. */
  public synchronized int changes() {
    return changes;
  }

  /** The links out of which frames were sent. */
  public synchronized List<String> sent() {
    return List.copyOf(sent);
  }

  /** All that there is. */
  public synchronized Present present() {
    return new Present(
        links, vlans, queues, entries, Optional.ofNullable(table).map(FakeTable::told));
  }

  @Override
  public synchronized Future<Map<Ability, String>> lacking() {
    return Future.succeededFuture(Map.copyOf(lacking));
  }

  @Override
  public synchronized Future<Present> look() {
    return refusal == null ? Future.succeededFuture(present()) : refused(refusal);
  }

  @Override
  public synchronized Future<Void> carryOut(List<Step> steps) {
    try {
      for (Step step : steps) {
        use();
        carryOut(step);
      }
      return Future.succeededFuture();
    } catch (IllegalStateException e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public synchronized Future<Void> change(List<TableStep> steps) {
    try {
      use();
      table = FakeTable.after(table, steps);
      return Future.succeededFuture();
    } catch (IllegalStateException e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public synchronized Future<Void> send(String link, byte[] frame) {
    sent.add(link);
    return Future.succeededFuture();
  }

  private void use() {
    boolean fails = failsNext || left <= 0;
    failsNext = false;
    if (refusal != null || fails) {
      throw new IllegalStateException(refusal == null ? "the tool was killed" : refusal);
    }
    left--;
    changes++;
  }

  private Link there(String name) {
    Link link = links.get(name);
    if (link == null) {
      throw new IllegalStateException("Cannot find device \"" + name + "\"");
    }
    return link;
  }

  private void carryOut(Step step) {
    switch (step) {
      case Step.Plug plug -> plug(plug.link(), plug.bridge());
      case Step.Unplug unplug -> unplug(unplug.link());
      case Step.Resize resize -> resize(there(resize.link()), resize.mtu());
      case Step.Join join -> join(join);
      case Step.Limit limit ->
          queues.put(
              there(limit.device()).name(),
              new Queue(Queue.BUCKET, Mark.QUEUE, Optional.of(limit.rate())));
      case Step.Unlimit unlimit -> gone(queues.remove(unlimit.device()), unlimit.device());
      case Step.Detour detour -> detour(Mark.detour(detour.card()), detour.there());
      case Step.Undetour undetour -> {
        there(undetour.detour());
        remove(undetour.detour());
      }
      case Step.Lead lead -> lead(lead);
      case Step.Unlead unlead -> unlead(unlead);
      case Step.Build build -> build(build);
      case Step.Raise raise -> there(raise.bridge());
      case Step.Raze raze -> {
        there(raze.bridge());
        remove(raze.bridge());
      }
    }
  }

  private static void gone(@Nullable Object was, String where) {
    if (was == null) {
      throw new IllegalStateException("there is none at " + where);
    }
  }

  private void resize(Link link, int mtu) {
    links.put(
        link.name(),
        new Link(
            link.name(), link.kind(), link.up(), mtu, link.master(), link.alias(), link.bridge()));
  }

  private void join(Step.Join join) {
    Set<Member> members = new HashSet<>(vlans.getOrDefault(join.link(), Set.of()));
    if (!members.containsAll(join.leave())) {
      throw new IllegalStateException(join.link() + " is not in all of " + join.leave());
    }
    members.removeAll(join.leave());
    for (Member each : join.enter()) {
      members.removeIf(other -> other.tag() == each.tag());
      members.add(each);
    }
    vlans.put(join.link(), Set.copyOf(members));
  }

  private void detour(String name, boolean there) {
    if (there != links.containsKey(name)) {
      throw new IllegalStateException(name + (there ? " is gone" : " is there already"));
    }
    link(name, Link.DETOUR);
  }

  private void lead(Step.Lead lead) {
    there(lead.detour());
    there(lead.link());
    Entry entry = entries.get(lead.link());
    if (lead.entry() != (entry != null)) {
      throw new IllegalStateException(lead.link() + ": Exclusivity flag on, cannot modify");
    }
    entries.put(
        lead.link(),
        new Entry(Entry.OURS, List.of(new Filter(Mark.FILTER, true, Optional.of(lead.detour())))));
  }

  private void unlead(Step.Unlead unlead) {
    Entry entry = entries.get(unlead.link());
    gone(entry, unlead.link());
    if (entry != null && !unlead.entry()) {
      entries.put(
          unlead.link(),
          new Entry(
              entry.kind(),
              entry.filters().stream().filter(each -> each.preference() != Mark.FILTER).toList()));
    } else {
      entries.remove(unlead.link());
    }
  }

  private void build(Step.Build build) {
    if (links.containsKey(build.bridge())) {
      throw new IllegalStateException("RTNETLINK answers: File exists");
    }
    links.put(
        build.bridge(),
        new Link(
            build.bridge(),
            "bridge",
            true,
            MTU,
            Optional.empty(),
            Mark.NAME,
            Optional.of(new Present.Bridge(build.filters(), build.filters() ? 1 : 0))));
  }

  private static <T> Future<T> refused(String message) {
    return Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, message));
  }

  @Override
  public void close() {}
}
