package io.ballast.agent;

import static java.util.Objects.requireNonNull;

import io.ballast.agent.Agent.Retention;
import io.ballast.agent.Item.Fate;
import io.ballast.messages.OperationId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What an agent remembers: the sum of all {@link Entry entries} that it wrote down. It forgets what
 * is old, and of what is too much first the refusals; never what has not ended or not been told.
 * Used from one thread.
 */
final class Ledger {
  private final Retention retention;
  private final Map<String, Long> epochs = new TreeMap<>();
  private final Map<OperationId, Item> items = new LinkedHashMap<>();
  private final Set<OperationId> unsettled = new LinkedHashSet<>();
  private Entry.Began life = new Entry.Began(0, Instant.EPOCH);
  private int refusals;

  Ledger(Retention retention) {
    this.retention = retention;
  }

  void add(Entry entry) {
    switch (entry) {
      case Entry.Belongs belongs -> {}
      case Entry.Began began -> life = began;
      case Entry.Followed followed -> epochs.merge(followed.cluster(), followed.epoch(), Math::max);
      case Entry.Announced announced ->
          put(new Item(announced.order(), announced.at(), new Fate.Announced()));
      case Entry.Refused refused ->
          put(
              new Item(
                  refused.order(),
                  refused.at(),
                  new Fate.Refused(refused.reason(), refused.message())));
      case Entry.Taken taken ->
          put(
              new Item(
                  taken.order(),
                  taken.at(),
                  new Fate.Open(
                      taken.operation(),
                      taken.until(),
                      taken.epoch(),
                      taken.begun(),
                      taken.body())));
      case Entry.Begun begun ->
          change(
              begun.id(),
              Fate.Open.class,
              open ->
                  new Fate.Open(open.operation(), open.until(), open.epoch(), true, open.body()));
      case Entry.Ended ended ->
          change(
              ended.id(),
              Fate.Open.class,
              open -> new Fate.Over(open.operation(), ended.outcome(), ended.at(), false));
      case Entry.Told told ->
          change(
              told.id(),
              Fate.Over.class,
              over -> new Fate.Over(over.operation(), over.outcome(), over.at(), true));
    }
  }

  private void put(Item item) {
    Item before = items.get(item.id());
    if (before != null && before.fate() instanceof Fate.Announced) {
      items.remove(item.id()); // it gets the place of its coming
    }
    items.put(item.id(), item);
    refusals += count(item) - (before == null ? 0 : count(before));
    note(item);
  }

  private void note(Item item) {
    if (item.settled()) {
      unsettled.remove(item.id());
    } else {
      unsettled.add(item.id());
    }
  }

  private static int count(Item item) {
    return item.fate() instanceof Fate.Refused ? 1 : 0;
  }

  private <F extends Fate> void change(OperationId id, Class<F> from, Function<F, Fate> to) {
    Item item = items.get(id);
    if (item != null && from.isInstance(item.fate())) {
      Item next = item.with(to.apply(from.cast(item.fate())));
      items.put(id, next);
      note(next);
    }
  }

  /** Forgets what is too old or too much. */
  void forget(Instant now) {
    Instant oldest = now.minus(retention.age());
    forget(item -> item.settled() && item.at().isBefore(oldest), Integer.MAX_VALUE);
    forget(
        item -> item.fate() instanceof Fate.Refused,
        Math.max(0, refusals - Math.max(1, retention.operations() / 10)));
    forget(Item::settled, Math.max(0, items.size() - retention.operations()));
  }

  /** Forgets the oldest of a sort, at most so many; looks no further than it has to. */
  private void forget(Predicate<Item> which, int most) {
    int left = most;
    Iterator<Item> oldestFirst = items.values().iterator();
    while (left > 0 && oldestFirst.hasNext()) {
      Item item = oldestFirst.next();
      if (which.test(item)) {
        oldestFirst.remove();
        refusals -= count(item);
        left--;
      } else if (most == Integer.MAX_VALUE && item.settled()) {
        return;
      }
    }
  }

  Optional<Item> find(OperationId id) {
    return Optional.ofNullable(items.get(id));
  }

  /** What was accepted and has not ended, oldest first. */
  List<Item> open() {
    return unsettled(item -> item.fate() instanceof Fate.Open);
  }

  /** What ended and was not told yet, oldest first. */
  List<Item> untold() {
    return unsettled(item -> item.fate() instanceof Fate.Over);
  }

  private List<Item> unsettled(Predicate<Item> which) {
    return unsettled.stream().map(id -> requireNonNull(items.get(id))).filter(which).toList();
  }

  /** The number of the agent's life; 0 before the first. */
  long incarnation() {
    return life.incarnation();
  }

  /** The highest epoch that was followed in a cluster. */
  Optional<Long> epoch(String cluster) {
    return Optional.ofNullable(epochs.get(cluster));
  }

  int size() {
    return items.size();
  }

  /** How many characters the commands have that have not ended. */
  long bodies() {
    return open().stream().mapToLong(item -> ((Fate.Open) item.fate()).body().length()).sum();
  }

  /** The fewest entries that say all this. */
  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    entries.add(life);
    epochs.forEach((cluster, epoch) -> entries.add(new Entry.Followed(cluster, epoch)));
    items.values().forEach(item -> write(item, entries));
    return entries;
  }

  private static void write(Item item, List<Entry> entries) {
    switch (item.fate()) {
      case Fate.Announced announced -> entries.add(new Entry.Announced(item.order(), item.at()));
      case Fate.Refused refused ->
          entries.add(
              new Entry.Refused(item.order(), item.at(), refused.reason(), refused.message()));
      case Fate.Open open -> entries.add(item.taken(open, open.begun()));
      case Fate.Over over -> {
        entries.add(
            new Entry.Taken(
                item.order(), over.operation(), item.at(), item.at(), Optional.empty(), true, ""));
        entries.add(new Entry.Ended(item.id(), over.outcome(), over.at()));
        if (over.told()) {
          entries.add(new Entry.Told(item.id()));
        }
      }
    }
  }
}
