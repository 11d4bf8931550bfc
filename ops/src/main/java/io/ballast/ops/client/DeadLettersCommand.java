package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.bus.DeadLetter;
import io.ballast.bus.DeadLetters;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.ops.screen.Figures;
import io.ballast.ops.screen.LetterRows;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands about the messages that nobody could read, serve or finish. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "List, show, replay or discard messages that nobody could read or carry out.",
    footer = {
      "",
      "They are kept for 30 days, the latest 10,000 of them. A look takes none away.",
      "",
      "Examples:",
      "  ballast dead-letters list",
      "  ballast dead-letters show 0a1b2c3d",
      "  ballast dead-letters replay --all --reason NO_RECEIVER"
    })
public final class DeadLettersCommand implements Runnable {
  private final Shell shell;

  @Spec private CommandSpec spec;

  public DeadLettersCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: list, show, replay, discard");
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the dead letters, oldest first.",
      footer = {
        "",
        "Examples:",
        "  ballast dead-letters list --reason MALFORMED",
        "  ballast dead-letters list --json | jq -r '.letters[].receiver' | sort | uniq -c"
      })
  int list(
      @Mixin FleetOptions options,
      @Option(
              names = "--reason",
              paramLabel = "REASON",
              description = "Only those of one reason, such as NO_RECEIVER.")
          @Nullable Reason reason,
      @Option(names = "--json", description = "Print them as JSON.") boolean json) {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      DeadLetters.Found found = connection.deadLetters();
      List<DeadLetter> letters =
          found.letters().stream()
              .filter(letter -> reason == null || letter.reason() == reason)
              .toList();
      Console console = shell.console();
      if (json) {
        ObjectNode all = Json.trees().createObjectNode();
        ArrayNode array = all.putArray("letters");
        letters.forEach(letter -> array.add(LetterRows.json(letter)));
        console.print(Json.pretty(all.put("more", found.more())));
        return ExitCode.OK.value();
      }
      if (letters.isEmpty()) {
        console.print("no dead letters" + (reason == null ? "" : " of " + reason));
      } else {
        console.print(
            new LetterRows(console.ink())
                .table(letters, console.clock().instant(), console.width()));
      }
      more(found);
      return ExitCode.OK.value();
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show everything about one dead letter.",
      footer = {"", "Examples:", "  ballast dead-letters show 0a1b2c3d"})
  int show(
      @Mixin FleetOptions options,
      @Parameters(paramLabel = "ID", description = "Id of the letter.") String id,
      @Option(names = "--json", description = "Print it as JSON.") boolean json) {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      DeadLetter letter = LetterChoice.named(connection.deadLetters(), id);
      Console console = shell.console();
      if (json) {
        console.print(Json.pretty(LetterRows.json(letter)));
      } else {
        console.print(
            new LetterRows(console.ink())
                .details(letter, console.clock().instant(), console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      description = "Send dead letters again to where they were sent.",
      footer = {
        "",
        "Each keeps its id, so that a command that was carried out after all is not carried out",
        "twice; one that its receiver refused for good, or never began, gets a fresh id, for that",
        "remembers the old one. It comes from you, not from its first sender, and leaves the dead",
        "letters once the bus has it. One that is refused again comes back as a new letter.",
        "",
        "Examples:",
        "  ballast dead-letters replay 0a1b2c3d",
        "  ballast dead-letters replay --all --reason NO_RECEIVER --within 1h"
      })
  int replay(
      @Mixin FleetOptions options,
      @Mixin LetterChoice choice,
      @Option(
              names = "--within",
              paramLabel = "TIME",
              defaultValue = "5m",
              converter = FleetOptions.PositiveDuration.class,
              description = "How long each may take to be delivered (default: ${DEFAULT-VALUE}).")
          Duration within) {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      DeadLetters.Found found = connection.deadLetters();
      List<DeadLetter> letters = choice.of(found);
      List<DeadLetters.Replayed> replayed = connection.replay(ids(letters), within);
      int failed = 0;
      for (DeadLetter letter : letters) {
        Optional<Reply.Refused> refusal = refusal(replayed, letter);
        if (refusal.isEmpty()) {
          shell.console().print("replayed " + words(letter));
        } else {
          failed++;
          shell
              .console()
              .err()
              .println("not replayed " + words(letter) + ": " + refusal.get().message());
        }
      }
      more(found);
      if (failed > 0) {
        throw new CommandFailure(
            ExitCode.REFUSED,
            failed + " of " + Figures.count(letters.size(), "letter") + " stayed where they were");
      }
      return ExitCode.OK.value();
    }
  }

  private static Optional<Reply.Refused> refusal(
      List<DeadLetters.Replayed> replayed, DeadLetter letter) {
    return replayed.stream()
        .filter(each -> each.id().equals(letter.id()))
        .findFirst()
        .map(DeadLetters.Replayed::refusal)
        .orElseGet(
            () -> Optional.of(new Reply.Refused(Reason.WRONG_STATE, "it is no longer there")));
  }

  @Command(
      name = "discard",
      mixinStandardHelpOptions = true,
      description = "Remove dead letters for good.",
      footer = {
        "",
        "Examples:",
        "  ballast dead-letters discard 0a1b2c3d",
        "  ballast dead-letters discard --all --reason MALFORMED"
      })
  int discard(@Mixin FleetOptions options, @Mixin LetterChoice choice) {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      DeadLetters.Found found = connection.deadLetters();
      List<String> gone = connection.discard(ids(choice.of(found)));
      shell.console().print("discarded " + Figures.count(gone.size(), "letter"));
      more(found);
      return ExitCode.OK.value();
    }
  }

  private static List<String> ids(List<DeadLetter> letters) {
    return letters.stream().map(DeadLetter::id).toList();
  }

  private static String words(DeadLetter letter) {
    return letter.id() + " " + letter.kind() + " to " + letter.key();
  }

  private void more(DeadLetters.Found found) {
    if (found.more() > 0) {
      shell
          .console()
          .err()
          .println(
              "ballast: only the oldest "
                  + found.letters().size()
                  + " were looked at; "
                  + found.more()
                  + " younger ones lie behind them");
    }
  }
}
