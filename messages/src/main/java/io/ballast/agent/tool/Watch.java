package io.ballast.agent.tool;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of changes from a tool that prints a line for each, for as long as it runs. The tool is
 * begun anew a moment after it ended; without it nothing is heard, and the log says so once.
 */
public final class Watch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  /** So long it listens in one run; it may print only so much. */
  private static final Duration ONCE = Duration.ofHours(1);

  private final Vertx vertx;
  private final Runner runner;
  private final List<String> words;
  private final Duration pause;

  // Guarded by this watch.
  private @Nullable Runnable listener;
  private @Nullable Run run;
  private boolean closed;
  private boolean complained;

  /**
   * One that listens to nothing yet.
   *
   * @param words of the tool
   * @param pause after which it is begun anew
   */
  public Watch(Vertx vertx, Runner runner, List<String> words, Duration pause) {
    this.vertx = vertx;
    this.runner = runner;
    this.words = List.copyOf(words);
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
    Run begun = runner.run(new Tool(words, Map.of(), ONCE, Set.of(0), line -> hear()));
    run = begun;
    begun.output().onComplete(end -> again(end.cause()));
  }

  private synchronized void again(@Nullable Throwable why) {
    if (closed) {
      return;
    }
    if (why != null && !complained) {
      complained = true;
      LOG.info("Changes are not heard of by {}: {}", words.getFirst(), why.toString());
    }
    vertx.setTimer(pause.toMillis(), timer -> listen());
  }

  private void hear() {
    Runnable told;
    synchronized (this) {
      complained = false;
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
