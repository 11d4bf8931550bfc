package io.ballast.ops;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of Ballast. Without a subcommand it prints its help. */
@Command(
    name = "ballast",
    description = "Keeps a fleet of KVM hosts in balance and under watch.",
    mixinStandardHelpOptions = true)
public final class Ballast implements Runnable {

  private final CommandLine line = new CommandLine(this);

  private Ballast() {}

  /**
   * Runs one command and exits with its code.
   *
   * @param args the words after {@code ballast}
   */
  public static void main(String[] args) {
    System.exit(new Ballast().line.execute(args));
  }

  @Override
  public void run() {
    line.usage(line.getOut());
  }
}
