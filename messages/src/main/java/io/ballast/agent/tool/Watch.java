package io.ballast.agent.tool;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of changes from a tool that prints a line for each, for as long as it runs. The tool is
 * begun anew a moment after it ended. Where it can't run nothing is heard, and the log says so
 * once.
 */
public final class Watch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  /** So long it listens in one run; it may print only so much. */
  private static final Duration ONCE = Duration.ofHours(1);

  /** What ran that long was cut off by its limit, or by somebody else, and did listen. */
  private static final Duration LISTENED = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final Runner runner;
  private final List<String> words;
  private final BooleanSupplier worthwhile;
  private final Duration pause;

  // Guarded by this watch.
  private @Nullable Runnable listener;
  private @Nullable Run run;
  private boolean closed;
  private boolean complained;
  private long begunAt;

  /**
   * One that listens to nothing yet.
   *
   * @param words of the tool
   * @param worthwhile whether there is anything now that the tool can listen to
   * @param pause after which it is begun anew
   */
  public Watch(
      Vertx vertx, Runner runner, List<String> words, BooleanSupplier worthwhile, Duration pause) {
    this.vertx = vertx;
    this.runner = runner;
    this.words = List.copyOf(words);
    this.worthwhile = worthwhile;
    this.pause = pause;
  }

  /** Tells this one from now on; the first time it begins to listen. */
  public synchronized void tell(Runnable whom) {
    boolean first = listener == null;
    listener = whom;
    if (first) {
      listen();
    }
  }

  private synchronized void listen() {
    if (closed) {
      return;
    }
    if (!worthwhile.getAsBoolean()) {
      later();
      return;
    }
    begunAt = System.nanoTime();
    Run begun = runner.run(new Tool(words, Map.of(), ONCE, Set.of(0), line -> hear()));
    run = begun;
    begun.output().onComplete(end -> again(end.cause()));
  }

  private synchronized void again(@Nullable Throwable why) {
    if (closed) {
      return;
    }
    boolean listened = System.nanoTime() - begunAt > LISTENED.toNanos();
    if (why != null && !complained && !listened) {
      LOG.info("Changes are not heard of by {}: {}", words.getFirst(), why.toString());
    }
    complained = why != null && !listened;
    later();
  }

  private void later() {
    vertx.setTimer(pause.toMillis(), timer -> listen());
  }

  private void hear() {
    Runnable told;
    synchronized (this) {
      told = closed ? null : listener;
    }
    if (told != null) {
      told.run();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (run != null) {
      run.cancel();
    }
  }
}
