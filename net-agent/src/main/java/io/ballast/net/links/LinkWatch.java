package io.ballast.net.links;

import io.ballast.agent.tool.Run;
import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from the kernel when links come, go or change, by {@code ip monitor}. The tool is begun
 * anew whenever it ends; without it nothing is heard, and the log says so once.
 */
final class LinkWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LinkWatch.class);

  /** So long it listens in one run; it may print only so much. */
  private static final Duration ONCE = Duration.ofHours(1);

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Runner runner;

  // Guarded by this watch.
  private @Nullable Runnable listener;
  private @Nullable Run run;
  private boolean closed;
  private boolean complained;

  LinkWatch(Vertx vertx, Runner runner) {
    this.vertx = vertx;
    this.runner = runner;
  }

  /** Tells this one from now on. */
  synchronized void tell(Runnable whom) {
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
    Run begun =
        runner.run(
            new Tool(
                List.of("ip", "-oneline", "monitor", "link"),
                Map.of(),
                ONCE,
                Set.of(0),
                line -> hear()));
    run = begun;
    begun.output().onComplete(end -> again(end.cause()));
  }

  private synchronized void again(@Nullable Throwable why) {
    if (closed) {
      return;
    }
    if (why != null && !complained) {
      complained = true;
      LOG.info("Links are looked at every now and then, not when they change: {}", why.toString());
    }
    vertx.setTimer(PAUSE.toMillis(), timer -> listen());
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
