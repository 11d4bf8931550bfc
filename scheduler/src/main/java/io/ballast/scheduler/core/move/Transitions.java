package io.ballast.scheduler.core.move;

import static io.ballast.messages.Move.State.DONE;
import static io.ballast.messages.Move.State.FAILED;
import static io.ballast.messages.Move.State.MIGRATING;
import static io.ballast.messages.Move.State.PLANNED;
import static io.ballast.messages.Move.State.REQUESTED;
import static io.ballast.messages.Move.State.UNKNOWN;

import io.ballast.messages.Move;
import java.util.List;
import java.util.Optional;

/**
 * The life of a move as a table: which sign leads from which state to which. What is not in it
 * can't be, and {@link #whyNot} says why.
 */
public final class Transitions {
  private Transitions() {}

  /** One line of the table. */
  public record Row(Move.State from, Sign sign, Move.State to) {}

  /** The table, by state and in the order of the signs. */
  public static final List<Row> TABLE =
      List.of(
          new Row(PLANNED, Sign.TURN, REQUESTED),
          new Row(PLANNED, Sign.EXPIRED, FAILED),
          new Row(PLANNED, Sign.OVERTAKEN, FAILED),
          new Row(PLANNED, Sign.GIVEN_UP, FAILED),
          new Row(REQUESTED, Sign.GIVEN_UP, REQUESTED),
          new Row(REQUESTED, Sign.ACCEPTED, MIGRATING),
          new Row(REQUESTED, Sign.REFUSED, FAILED),
          new Row(REQUESTED, Sign.UNANSWERED, UNKNOWN),
          new Row(REQUESTED, Sign.PROGRESSED, MIGRATING),
          new Row(REQUESTED, Sign.LISTED, MIGRATING),
          new Row(REQUESTED, Sign.ENDED_DONE, DONE),
          new Row(REQUESTED, Sign.ENDED_FAILED, FAILED),
          new Row(REQUESTED, Sign.ENDED_UNKNOWN, UNKNOWN),
          new Row(MIGRATING, Sign.GIVEN_UP, MIGRATING),
          new Row(MIGRATING, Sign.ACCEPTED, MIGRATING),
          new Row(MIGRATING, Sign.PROGRESSED, MIGRATING),
          new Row(MIGRATING, Sign.LISTED, MIGRATING),
          new Row(MIGRATING, Sign.VANISHED, UNKNOWN),
          new Row(MIGRATING, Sign.SILENT, UNKNOWN),
          new Row(MIGRATING, Sign.ARRIVED, DONE),
          new Row(MIGRATING, Sign.ENDED_DONE, DONE),
          new Row(MIGRATING, Sign.ENDED_FAILED, FAILED),
          new Row(MIGRATING, Sign.ENDED_UNKNOWN, UNKNOWN),
          new Row(UNKNOWN, Sign.GIVEN_UP, UNKNOWN),
          new Row(UNKNOWN, Sign.ACCEPTED, MIGRATING),
          new Row(UNKNOWN, Sign.REFUSED, FAILED),
          new Row(UNKNOWN, Sign.PROGRESSED, MIGRATING),
          new Row(UNKNOWN, Sign.LISTED, MIGRATING),
          new Row(UNKNOWN, Sign.ARRIVED, DONE),
          new Row(UNKNOWN, Sign.ENDED_DONE, DONE),
          new Row(UNKNOWN, Sign.ENDED_FAILED, FAILED),
          new Row(UNKNOWN, Sign.ENDED_UNKNOWN, UNKNOWN),
          new Row(UNKNOWN, Sign.ON_SOURCE, FAILED),
          new Row(UNKNOWN, Sign.ON_TARGET, DONE),
          new Row(UNKNOWN, Sign.HELD_ON_TARGET, DONE),
          new Row(UNKNOWN, Sign.NOWHERE, FAILED),
          new Row(UNKNOWN, Sign.SETTLED_ON_SOURCE, FAILED),
          new Row(UNKNOWN, Sign.SETTLED_ON_TARGET, DONE),
          new Row(UNKNOWN, Sign.ON_BOTH, UNKNOWN),
          new Row(UNKNOWN, Sign.BETWEEN, UNKNOWN),
          new Row(DONE, Sign.ENDED_DONE, DONE),
          new Row(FAILED, Sign.LISTED, MIGRATING));

  /** Where a sign leads from a state; empty = it can't be, see {@link #whyNot}. */
  public static Optional<Move.State> next(Move.State from, Sign sign) {
    return TABLE.stream()
        .filter(row -> row.from() == from && row.sign() == sign)
        .map(Row::to)
        .findFirst();
  }

  /** Why a sign that leads nowhere from a state does not. */
  public static String whyNot(Move.State from, Sign sign) {
    return switch (from) {
      case PLANNED -> "nothing was sent for this move yet";
      case DONE -> "this move is done";
      case FAILED -> "this move has failed and stays so; what runs where, the beats tell";
      case REQUESTED, MIGRATING ->
          switch (sign) {
            case TURN, EXPIRED, OVERTAKEN -> "this move was sent already";
            case REFUSED, UNANSWERED -> "the source's agent accepted this move already";
            case VANISHED, SILENT, ARRIVED -> "no agent has said yet that it works on this move";
            case ON_SOURCE, ON_TARGET, HELD_ON_TARGET, NOWHERE, ON_BOTH, BETWEEN ->
                "this move is not in doubt";
            case SETTLED_ON_SOURCE, SETTLED_ON_TARGET ->
                "this move is not in doubt; cancel it if it should not go on";
            case GIVEN_UP, ACCEPTED, PROGRESSED, LISTED, ENDED_DONE, ENDED_FAILED, ENDED_UNKNOWN ->
                "this can always be";
          };
      case UNKNOWN -> "this move is in doubt already";
    };
  }
}
