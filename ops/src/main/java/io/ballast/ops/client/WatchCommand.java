package io.ballast.ops.client;

import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.ops.screen.EventLine;
import io.ballast.ops.screen.Figures;
import io.ballast.ops.screen.FleetScreen;
import io.ballast.ops.screen.LiveScreen;
import io.ballast.ops.screen.Terminal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the fleet until it is stopped. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = "Show hosts, moves, decisions and alerts, refreshed in place, until Ctrl-C.",
    footer = {
      "",
      "Into a file or pipe it writes a line for each event instead, beginning with the first.",
      "",
      "Examples:",
      "  ballast watch",
      "  ballast watch --once                        one picture, also into a file",
      "  ballast watch --json | jq -c 'select(.kind == \"event.alert-raised\") | .alert.host'"
    })
public final class WatchCommand implements Callable<Integer> {
  private static final int REMEMBERED = 200;

  private final Shell shell;

  @Mixin private FleetOptions options;

  @Option(names = "--once", description = "Show one picture and end.")
  private boolean once;

  @Option(names = "--json", description = "Write a line of JSON for each event.")
  private boolean json;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      defaultValue = "1s",
      converter = FleetOptions.PositiveDuration.class,
      description = "How often to refresh (default: ${DEFAULT-VALUE}).")
  private Duration every = Duration.ofSeconds(1);

  public WatchCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      if (once) {
        Console console = shell.console();
        int width = console.size().get().orElse(Terminal.Size.USUAL).width();
        console.print(screen().lines(connection.fleet(), List.of(), width));
        return ExitCode.OK.value();
      }
      BlockingQueue<Event> heard = new LinkedBlockingQueue<>();
      connection.listen(Event.class, heard);
      if (json || !shell.console().isTerminal()) {
        lines(heard);
      } else {
        frames(connection, heard);
      }
      return ExitCode.OK.value();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.OK.value();
    }
  }

  private FleetScreen screen() {
    return new FleetScreen(shell.console().ink(), shell.console().zone());
  }

  private void lines(BlockingQueue<Event> heard) throws InterruptedException {
    Console console = shell.console();
    EventLine line = new EventLine(console.ink());
    while (!console.out().checkError()) {
      Event event = heard.poll(every.toMillis(), TimeUnit.MILLISECONDS);
      if (event != null) {
        String time = Figures.clock(console.clock().instant(), console.zone());
        console.print(json ? Json.line(event) : time + "  " + line.of(event));
      }
    }
  }

  private void frames(FleetConnection connection, BlockingQueue<Event> heard)
      throws InterruptedException {
    LiveScreen live = new LiveScreen(shell.console().out(), shell.console().ink());
    Thread atExit = new Thread(live::close);
    Runtime.getRuntime().addShutdownHook(atExit);
    try {
      frames(connection, heard, live);
    } finally {
      live.close();
      Runtime.getRuntime().removeShutdownHook(atExit);
    }
  }

  private void frames(FleetConnection connection, BlockingQueue<Event> heard, LiveScreen live)
      throws InterruptedException {
    Console console = shell.console();
    List<Event> recent = new ArrayList<>();
    Fleet fleet = connection.fleet();
    @Nullable String trouble = null;
    while (true) {
      heard.drainTo(recent);
      recent.subList(0, Math.max(0, recent.size() - REMEMBERED)).clear();
      Terminal.Size size = console.size().get().orElse(Terminal.Size.USUAL);
      List<Text> lines = new ArrayList<>(screen().lines(fleet, recent, size.width()));
      if (trouble != null) {
        lines.add(1, console.ink().alarming(trouble + " (last picture " + age(fleet) + " ago)"));
      }
      live.show(lines, size.width(), size.height());
      TimeUnit.MILLISECONDS.sleep(every.toMillis());
      try {
        fleet = connection.fleet();
        trouble = null;
      } catch (CommandFailure failure) {
        trouble = failure.line();
      }
    }
  }

  private String age(Fleet fleet) {
    Instant now = shell.console().clock().instant();
    return Figures.age(Duration.between(fleet.at(), now));
  }
}
