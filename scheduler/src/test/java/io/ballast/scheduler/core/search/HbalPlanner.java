package io.ballast.scheduler.core.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ganeti's {@code hbal} with its defaults, as a process. */
final class HbalPlanner implements Planner {
  private static final String INSTALL = "hbal is not installed (Debian: ganeti-htools)";

  /** A step of its solution: {@code 12. v7 h3 => h0 0.0123 a=fa:h0}. */
  private static final Pattern STEP =
      Pattern.compile("^ *\\d+\\. v(\\d+) +h(\\d+) +=> h(\\d+) .*", Pattern.MULTILINE);

  private static final int LOOK_MILLIS = 100;

  @Override
  public Proposal plan(PaperFleet fleet, BooleanSupplier enough) {
    try {
      Path folder = Files.createTempDirectory("ballast-hbal-");
      Path input = folder.resolve("fleet");
      Path output = folder.resolve("solution");
      for (Path each : List.of(folder, input, output)) {
        each.toFile().deleteOnExit();
      }
      Files.writeString(input, new GanetiText(fleet).toString());
      return plan(input, output, enough);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Proposal.GaveUp("interrupted");
    }
  }

  private static Proposal plan(Path input, Path output, BooleanSupplier enough)
      throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder("hbal", "--text-data=" + input, "--no-disk-moves", "--ignore-dynu")
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException e) {
      return new Proposal.GaveUp(INSTALL);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    try {
      while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (enough.getAsBoolean()) {
          return new Proposal.GaveUp("out of time");
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    String said = Files.readString(output);
    return process.exitValue() == 0
        ? new Proposal.Moves(moves(said))
        : new Proposal.GaveUp("failed: " + said.lines().reduce("", (all, line) -> line));
  }

  /** The moves of a solution as it is printed. */
  static List<Solution.Move> moves(String solution) {
    List<Solution.Move> moves = new ArrayList<>();
    Matcher step = STEP.matcher(solution);
    while (step.find()) {
      moves.add(
          new Solution.Move(
              Integer.parseInt(step.group(1)),
              Integer.parseInt(step.group(2)),
              Integer.parseInt(step.group(3))));
    }
    return moves;
  }
}
