package io.ballast.bus.rabbit;

import io.ballast.bus.BusState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a member of the bus is, from how its links are: one line in the log for each change. */
final class Condition {
  private static final Logger LOG = LoggerFactory.getLogger(RabbitBus.class);

  private final BusOptions options;
  private final List<Consumer<BusState>> listeners = new ArrayList<>();
  private final Set<String> down = new HashSet<>();
  private BusState state = BusState.CONNECTING;
  private String lastWhy = "";
  private long since = System.nanoTime();

  Condition(BusOptions options) {
    this.options = options;
  }

  Link.Watcher watcher(String purpose, Consumer<String> lost) {
    return new Link.Watcher() {
      @Override
      public void up() {
        Condition.this.up(purpose);
      }

      @Override
      public void down(String why) {
        lost.accept(why);
        Condition.this.down(purpose, why);
      }
    };
  }

  synchronized void add(Consumer<BusState> listener) {
    listeners.add(listener);
    listener.accept(state);
  }

  private synchronized void up(String purpose) {
    down.remove(purpose);
    if (!down.isEmpty() || state == BusState.CONNECTED || state == BusState.CLOSED) {
      return;
    }
    if (state == BusState.LOST) {
      LOG.info("the bus at {} is back after {} s", options.address(), seconds());
    } else {
      LOG.info("{} is on the bus at {}", options.name(), options.address());
    }
    become(BusState.CONNECTED);
  }

  private synchronized void down(String purpose, String why) {
    down.add(purpose);
    if (state == BusState.CONNECTED) {
      LOG.warn("the bus at {} is lost, trying again: {}", options.address(), why);
      become(BusState.LOST);
    } else if (state == BusState.CONNECTING && !why.equals(lastWhy)) {
      LOG.warn("no bus at {} yet, trying again: {}", options.address(), why);
    }
    lastWhy = why;
  }

  synchronized void closed() {
    if (state != BusState.CLOSED) {
      become(BusState.CLOSED);
    }
  }

  private void become(BusState next) {
    state = next;
    since = System.nanoTime();
    listeners.forEach(listener -> listener.accept(next));
  }

  private String seconds() {
    return String.format(Locale.ROOT, "%.1f", (System.nanoTime() - since) / 1e9);
  }
}
