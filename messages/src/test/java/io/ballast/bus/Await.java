package io.ballast.bus;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for futures from a test's own thread, generously. */
public final class Await {
  private static final long SECONDS = 60;

  private Await() {}

  public static <T> T result(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("nothing came for " + SECONDS + " s", e);
    }
  }

  public static RefusedException refusal(Future<?> future) {
    CompletionException failure = assertThrows(CompletionException.class, () -> result(future));
    if (failure.getCause() instanceof RefusedException refused) {
      return refused;
    }
    throw failure;
  }
}
