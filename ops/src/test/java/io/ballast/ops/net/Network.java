package io.ballast.ops.net;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The network of this machine, or of another network namespace: what is called in it opens its
 * sockets there. Sockets stay where they were opened.
 *
 * @param process of the namespace; absent = this machine's own
 */
record Network(Optional<Long> process) {
  /** The functions of the C library that Java lacks. */
  interface C extends Library {
    C CALLS = Native.load("c", C.class);

    int open(String path, int flags);

    int close(int file);

    int setns(int file, int kind);
  }

  private static final int READ_ONLY = 0;
  private static final int NETWORK_NAMESPACE = 0x4000_0000;

  /** That of the machine, which is outside of all hosts of the lab. */
  static Network outside() {
    return new Network(Optional.empty());
  }

  /** Starts a thread in it. The result fails with what the work throws. */
  <T> CompletableFuture<T> start(String name, Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .name(name)
        .daemon()
        .start(
            () -> {
              try {
                process.ifPresent(Network::enter);
                result.complete(work.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  /** Does something in it and waits for the result. */
  <T> T call(Callable<T> work) {
    try {
      return start("network", work).join();
    } catch (CompletionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Moves this thread, which must end without other work. */
  private static void enter(long process) {
    int file = C.CALLS.open("/proc/%d/ns/net".formatted(process), READ_ONLY);
    if (file < 0 || C.CALLS.setns(file, NETWORK_NAMESPACE) != 0) {
      throw new IllegalStateException(
          "no way into the network of process %d: error %d"
              .formatted(process, Native.getLastError()));
    }
    C.CALLS.close(file);
  }
}
