package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.Move;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The moves under way, found by what a person calls them. What is not found, or found twice, is
 * refused with those that there are.
 */
record OpenMoves(List<Move> moves) {
  static OpenMoves of(Fleet fleet) {
    return new OpenMoves(fleet.moves().stream().filter(move -> move.state().open()).toList());
  }

  /** The move of an id, or of a VM's name or UUID. */
  Move named(String name) {
    List<Move> found = moves.stream().filter(move -> names(move).contains(name)).toList();
    if (found.isEmpty()) {
      throw refused(
          "there is no open move '"
              + name
              + "'; "
              + (moves.isEmpty() ? "nothing is moving" : "open are: " + list(moves)));
    }
    if (found.size() > 1) {
      throw refused(
          found.size()
              + " VMs called '"
              + name
              + "' are moving; name one by its move's id: "
              + list(found));
    }
    return found.getFirst();
  }

  private static List<String> names(Move move) {
    return List.of(move.id().value(), move.name(), move.vm().toString());
  }

  private static String list(List<Move> moves) {
    return moves.stream()
        .map(move -> move.name() + " " + move.id())
        .collect(Collectors.joining(", "));
  }

  private static CommandFailure refused(String message) {
    return new CommandFailure(ExitCode.REFUSED, message);
  }
}
