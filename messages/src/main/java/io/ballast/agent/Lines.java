package io.ballast.agent;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who works on which object, and who waits for it: in each line one after the other, the lines side
 * by side. Lives on one loop.
 */
final class Lines {
  /** How many may wait for one object, and for all together. */
  private static final int MOST_IN_LINE = 32;

  private static final int MOST_WAITING = 1_000;

  private final Map<String, Deque<Operation>> lines = new HashMap<>();
  private int waiting;

  /** Who works on an object now. */
  Optional<Operation> first(String object) {
    return Optional.ofNullable(lines.get(object)).map(Deque::peekFirst);
  }

  /** Whether an operation is the one whose turn it is. */
  boolean isFirst(Operation operation) {
    return first(operation.order.object()).filter(operation::equals).isPresent();
  }

  /** Why nobody else can wait for an object. */
  Optional<RefusedException> full(String object) {
    Deque<Operation> line = lines.getOrDefault(object, new ArrayDeque<>());
    return line.size() > MOST_IN_LINE || waiting >= MOST_WAITING
        ? Optional.of(
            new RefusedException(
                Reason.BUSY,
                "%d commands wait for %s already, %d for this agent; send it again later"
                    .formatted(Math.max(0, line.size() - 1), object, waiting)))
        : Optional.empty();
  }

  /** Puts one at the end of its line; true if it is its turn at once. */
  boolean join(Operation operation) {
    Deque<Operation> line =
        lines.computeIfAbsent(operation.order.object(), none -> new ArrayDeque<>());
    line.addLast(operation);
    if (line.size() > 1) {
      waiting++;
    }
    return line.size() == 1;
  }

  /** Takes one out of its line; gives the one whose turn it is now, if that changed. */
  Optional<Operation> leave(Operation operation) {
    String object = operation.order.object();
    Deque<Operation> line = lines.get(object);
    if (line == null) {
      return Optional.empty();
    }
    boolean first = operation.equals(line.peekFirst());
    if (line.remove(operation) && (!first || !line.isEmpty())) {
      waiting--;
    }
    if (line.isEmpty()) {
      lines.remove(object);
    }
    return first ? Optional.ofNullable(line.peekFirst()) : Optional.empty();
  }
}
