package io.ballast.ops.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ballast demo}: what {@code ops/demo} runs once everything is installed and built. */
@Command(name = "demo", hidden = true, description = "See ops/demo --help.")
public final class DemoCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;

  @Spec private CommandSpec spec;

  @Option(names = "--simulated", description = "Simulated hosts in one process.")
  private boolean simulated;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the summary to FILE.")
  private Optional<Path> json = Optional.empty();

  @Option(names = "--keep", description = "Leave the fleet running.")
  private boolean keep;

  @Option(names = "--plain", description = "A line for each event.")
  private boolean plain;

  @Option(
      names = "--patience",
      paramLabel = "FACTOR",
      description = "Multiplies all limits of time.")
  private double patience = Patience.DEFAULT.factor();

  @Option(names = "--stop", description = "Stop a fleet that was kept.")
  private boolean stop;

  @Option(names = "--home", required = true, description = "The project's folder ops.")
  private Path home = Path.of("ops");

  @Override
  public Integer call() throws IOException {
    Show show = new Show(System.out, Clock.systemUTC(), !plain && Show.possibleInPlace());
    Patience waits = patience();
    Stage stage = simulated ? new SimulatedStage() : new LabStage(home, waits);
    if (keep && simulated) {
      throw new ParameterException(
          spec.commandLine(), "a simulated fleet ends with its process: leave out --keep");
    }
    if (stop) {
      return told(show, stage.close());
    }
    Curtain curtain = new Curtain(stage);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupt(curtain, show), "curtain"));
    try {
      Summary summary = new Demo(stage, show, waits).play();
      show.close();
      if (keep) {
        curtain.lift();
        show.print(summary.lines());
        show.print(stage.keep());
      } else {
        show.step("taking everything down");
        summary = summary.withLeftovers(curtain.fall());
        show.print(summary.lines());
      }
      if (json.isPresent()) {
        write(summary, json.get());
      }
      return summary.leftovers().isEmpty() ? 0 : 1;
    } catch (RuntimeException e) {
      if (curtain.isInterrupted()) {
        return INTERRUPTED; // its stage was taken from under it
      }
      show.close();
      show.print(List.of("", "The demo failed: " + words(e) + logs(stage)));
      show.print(stage.complaints());
      show.print(curtain.fall());
      return 1;
    }
  }

  private Patience patience() {
    try {
      return new Patience(patience);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private static String words(RuntimeException e) {
    return e instanceof DemoFailure ? String.valueOf(e.getMessage()) : e.toString();
  }

  private static String logs(Stage stage) {
    try {
      return stage.saveLogs().map(folder -> "; logs: " + folder).orElse("");
    } catch (UncheckedIOException e) {
      return "; " + e.getMessage() + ": " + e.getCause();
    }
  }

  /** The process ends; if nobody expected it, everything is taken down first. */
  private static void interrupt(Curtain curtain, Show show) {
    if (curtain.interrupt()) {
      show.close();
      show.print(List.of("", "Interrupted: taking everything down ..."));
      show.print(curtain.fall());
    }
  }

  private static int told(Show show, List<String> leftovers) {
    show.print(leftovers.isEmpty() ? List.of("Nothing is left.") : leftovers);
    return leftovers.isEmpty() ? 0 : 1;
  }

  private static void write(Summary summary, Path file) throws IOException {
    Files.write(
        file,
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(summary));
  }

  /** Closes a stage once, whoever comes first: the end of the play, or that of the process. */
  private static final class Curtain {
    private final Stage stage;
    private volatile boolean interrupted;
    private volatile boolean over;
    private boolean down;

    Curtain(Stage stage) {
      this.stage = stage;
    }

    /** Whether the process ends before its time. */
    boolean isInterrupted() {
      return interrupted;
    }

    /** The process ends; true if that is before its time. */
    boolean interrupt() {
      interrupted = !over;
      return interrupted;
    }

    /** What is left behind; nothing the second time. */
    synchronized List<String> fall() {
      if (down) {
        return List.of();
      }
      down = true;
      List<String> left = stage.close();
      over = true;
      return left;
    }

    /** The stage is to stay. */
    synchronized void lift() {
      down = true;
      over = true;
    }
  }
}
