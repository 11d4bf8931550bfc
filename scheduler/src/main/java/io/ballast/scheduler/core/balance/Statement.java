package io.ballast.scheduler.core.balance;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a decision says: of which kind it is and about what, and the same in words with its numbers.
 *
 * <p>Numbers change all the time. Two statements of one kind about the same say the same.
 *
 * @param about the hosts, metrics or moves that it is about
 * @param text one line for a person
 */
record Statement(Kind kind, List<String> about, String text) {
  Statement {
    about = List.copyOf(about);
  }

  /** What a decision can come to. */
  enum Kind {
    /** Balancing is off. */
    OFF,
    /** No host is over a trigger, or too few can be judged. */
    QUIET,
    /** Hosts are over a trigger, and not yet for long enough. */
    OVER,
    /** Moves are under way, or have just ended. */
    UNSETTLED,
    /** Moves are to be made. */
    MOVES,
    /** The moves that were made are enough, or their effect is waited for. */
    WAITING,
    /** Hosts are over a trigger, and no move helps. */
    HELPLESS,
    /** The fleet as a whole has too little. */
    FULL,
    /** It is as even as moves can make it. */
    EVEN
  }

  /** A statement that is about nothing in particular. */
  static Statement of(Kind kind, String text) {
    return new Statement(kind, List.of(), text);
  }

  static Statement of(Kind kind, Stream<String> about, String text) {
    return new Statement(kind, about.toList(), text);
  }

  /** This, and what is left out of the plan. */
  Statement without(LeftOut leftOut) {
    return new Statement(
        kind,
        Stream.concat(about.stream(), leftOut.subjects().stream()).toList(),
        text + leftOut.text());
  }

  /** Whether both say the same, apart from numbers. */
  boolean saysAs(Statement other) {
    return kind == other.kind && about.equals(other.about);
  }
}
