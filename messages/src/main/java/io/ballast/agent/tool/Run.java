package io.ballast.agent.tool;

import io.ballast.agent.tool.Runner.Manner;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run of a tool, on threads of its own: for what it prints, for what it complains, and for what
 * it reads.
 */
public final class Run implements Runnable {
  /** Most that a tool may print, in characters. */
  private static final int LOUDEST = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Run.class);
  private static final int LONGEST_COMPLAINT = 8_192;
  private static final Duration GOODBYE = Duration.ofSeconds(3);
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);
  private static final int NOT_FOUND = 127;

  private static final List<String> GENTLY =
      List.of("prlimit", "--as=" + (8L << 30), "nice", "-n", "10");

  private static final List<String> DIES_WITH_THE_AGENT = List.of("setpriv", "--pdeathsig", "KILL");

  private final Tool tool;
  private final Manner manner;
  private final Promise<String> output = Promise.promise();
  private final StringBuilder complaint = new StringBuilder();

  // Guarded by this run.
  private @Nullable Process process;
  private @Nullable RefusedException ended;

  Run(Tool tool, Manner manner) {
    this.tool = tool;
    this.manner = manner;
  }

  /**
   * What it printed, once it has ended well. Fails as {@code CANCELLED}, as {@code NO_ROOM} where
   * the disk is full, as the tool's exit code is meant, or as {@code TRADE_REFUSED}.
   */
  public Future<String> output() {
    return output.future();
  }

  /** Ends it early. */
  public void cancel() {
    end(new RefusedException(Reason.CANCELLED, "it was cancelled"));
  }

  /** Ends it because its time is over; of one that has ended only the last words are awaited. */
  void late() {
    if (isOver()) {
      return;
    }
    end(
        new RefusedException(
            tool.cut() == Tool.Cut.OPEN ? Reason.MAY_YET_HAPPEN : Reason.TRADE_REFUSED,
            "%s was not done after %d s and was ended; look whether what it works on hangs"
                .formatted(tool.name(), tool.within().toSeconds())));
  }

  private synchronized boolean isOver() {
    return process != null && !process.isAlive();
  }

  void end(RefusedException why) {
    Process running;
    synchronized (this) {
      if (ended == null) {
        ended = why;
      }
      running = process;
    }
    if (running == null) {
      output.tryFail(why);
    } else if (tool.cut() == Tool.Cut.NEVER) {
      output.tryFail(
          new RefusedException(
              Reason.MAY_YET_HAPPEN,
              tool.name() + " goes on, for it must not be cut off: " + why.getMessage()));
    } else {
      running.destroy();
    }
  }

  @Override
  public void run() {
    try {
      carryOut();
    } catch (RuntimeException e) {
      LOG.error("A defect: {} was not run to its end", tool.name(), e);
    } finally {
      // Nothing of this is left where it ended as it should; it may not, such as for want of
      // threads.
      output.tryFail(refused(tool.name() + " was not run to its end; see the agent's log"));
      leave();
    }
  }

  private synchronized void leave() {
    if (process != null && tool.cut() != Tool.Cut.NEVER) {
      process.destroyForcibly();
    }
  }

  private void carryOut() {
    Process running;
    try {
      synchronized (this) {
        if (ended != null) {
          output.tryFail(ended);
          return;
        }
        running = start();
        process = running;
      }
    } catch (IOException e) {
      output.tryFail(refused(tool.name() + " can't be run: " + e.getMessage()));
      return;
    }
    if (!tool.input().isEmpty()) {
      Thread.ofPlatform().daemon().name(tool.name() + " input").start(() -> feed(running));
    }
    StringBuilder printed = new StringBuilder();
    List<Thread> ears =
        List.of(
            listening("output", running.getInputStream(), piece -> print(piece, printed)),
            listening("complaints", running.getErrorStream(), this::complain));
    try {
      int code = wait(running);
      long end = System.nanoTime() + LAST_WORDS.toNanos();
      for (Thread ear : ears) {
        // What the tool left behind may hold on to its pipes, and this host be slow to read them.
        ear.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
      String all;
      synchronized (this) {
        all = printed.toString();
      }
      verdict(code, all);
    } catch (InterruptedException e) {
      running.destroyForcibly();
      output.tryFail(refused(tool.name() + " was ended, for the agent stops"));
    }
  }

  private Thread listening(String what, InputStream stream, Consumer<String> ear) {
    return Thread.ofPlatform()
        .daemon()
        .name(tool.name() + " " + what)
        .start(() -> listen(stream, ear));
  }

  private Process start() throws IOException {
    List<String> words =
        new ArrayList<>(tool.cut() == Tool.Cut.NEVER ? List.of() : DIES_WITH_THE_AGENT);
    words.addAll(
        switch (manner) {
          case GENTLE -> GENTLY;
          case BRISK -> List.<String>of();
        });
    words.addAll(tool.words());
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(tool.environment());
    if (tool.input().isEmpty()) {
      builder.redirectInput(new File("/dev/null"));
    }
    return builder.start();
  }

  /** A tool that ends before it has read everything says itself why. */
  private void feed(Process running) {
    try (OutputStream mouth = running.getOutputStream()) {
      mouth.write(tool.input().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.debug("{} did not read all it was given: {}", tool.name(), e.toString());
    }
  }

  /**
   * Waits for its end; what was told to end and does not is killed. Nobody else waits for what does
   * not end even then, for the kernel does not let it go.
   */
  private int wait(Process running) throws InterruptedException {
    boolean told = false;
    boolean killed = false;
    while (!running.waitFor(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
      if (killed) {
        output.tryFail(stuck());
      }
      synchronized (this) {
        if (told && tool.cut() != Tool.Cut.NEVER) {
          running.descendants().forEach(ProcessHandle::destroyForcibly);
          running.destroyForcibly();
          killed = true;
        }
        told = ended != null;
      }
    }
    return running.exitValue();
  }

  private RefusedException stuck() {
    return new RefusedException(
        tool.cut() == Tool.Cut.OPEN ? Reason.MAY_YET_HAPPEN : Reason.TRADE_REFUSED,
        "%s can't be ended, it hangs in the kernel; look at what it works on"
            .formatted(tool.name()));
  }

  private void verdict(int code, String printed) {
    RefusedException why;
    synchronized (this) {
      why = ended;
    }
    if (why != null) {
      output.tryFail(why);
    } else if (tool.fine().contains(code)) {
      output.tryComplete(printed);
    } else {
      output.tryFail(failure(code));
    }
  }

  private RefusedException failure(int code) {
    String words;
    synchronized (complaint) {
      words = complaint.toString().strip().replaceAll("\\s*\\R\\s*", "; ");
    }
    if (code == NOT_FOUND) {
      return refused(tool.name() + " is not installed on this host; install it");
    }
    String told = words.isEmpty() ? tool.name() + " ended with " + code : words;
    return words.toLowerCase(Locale.ROOT).contains("no space left on device")
        ? new RefusedException(Reason.NO_ROOM, "the disk is full: " + told)
        : new RefusedException(tool.reasons().getOrDefault(code, Reason.TRADE_REFUSED), told);
  }

  private static RefusedException refused(String message) {
    return new RefusedException(Reason.TRADE_REFUSED, message);
  }

  private void print(String piece, StringBuilder printed) {
    synchronized (this) {
      if (printed.length() + piece.length() <= LOUDEST) {
        printed.append(piece);
      } else if (ended == null) {
        end(refused(tool.name() + " printed more than " + LOUDEST + " characters and was ended"));
      }
    }
    hear(piece);
  }

  private void hear(String piece) {
    for (String part : piece.split("[\\r\\n]+", -1)) {
      if (!part.isBlank()) {
        tool.heard().accept(part);
      }
    }
  }

  private void complain(String piece) {
    hear(piece); // some tools tell there how far they are
    synchronized (complaint) {
      int room = LONGEST_COMPLAINT - complaint.length();
      complaint.append(piece, 0, Math.min(piece.length(), Math.max(0, room)));
    }
  }

  private static void listen(InputStream stream, Consumer<String> ear) {
    char[] buffer = new char[8_192];
    try (Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
      for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
        ear.accept(new String(buffer, 0, read));
      }
    } catch (IOException e) {
      // Its pipe broke, so it has ended; its exit code tells how.
    }
  }
}
