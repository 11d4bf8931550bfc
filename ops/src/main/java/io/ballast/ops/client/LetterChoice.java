package io.ballast.ops.client;

import io.ballast.bus.DeadLetter;
import io.ballast.bus.DeadLetters;
import io.ballast.messages.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The dead letters that a command is about: some by their ids, or all, or all of one reason. */
final class LetterChoice {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(
      paramLabel = "ID",
      arity = "0..*",
      description = "Ids of letters, as 'ballast dead-letters list' shows them.")
  private List<String> ids = new ArrayList<>();

  @Option(names = "--all", description = "All letters instead, or all of one reason.")
  private boolean all;

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "With --all: only those of one reason, such as NO_RECEIVER.")
  private @Nullable Reason reason;

  /** Those that are meant among those that there are; what is not there is refused. */
  List<DeadLetter> of(DeadLetters.Found found) {
    if (ids.isEmpty() != all) {
      throw wrong("name letters by their ids, or all of them by --all");
    }
    if (reason != null && !all) {
      throw wrong("--reason goes with --all");
    }
    if (all) {
      return found.letters().stream()
          .filter(letter -> reason == null || letter.reason() == reason)
          .toList();
    }
    return ids.stream().map(id -> named(found, id)).toList();
  }

  static DeadLetter named(DeadLetters.Found found, String id) {
    return found.letters().stream()
        .filter(letter -> letter.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailure(
                    ExitCode.REFUSED,
                    "there is no dead letter '"
                        + id
                        + "'"
                        + (found.letters().isEmpty() ? "" : "; there are: " + some(found))));
  }

  private static String some(DeadLetters.Found found) {
    String names =
        found.letters().stream().limit(5).map(DeadLetter::id).collect(Collectors.joining(", "));
    return found.letters().size() > 5
        ? names + " and more ('ballast dead-letters list' shows them)"
        : names;
  }

  private CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
