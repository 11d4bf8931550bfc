package io.ballast.ops.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks a guest's web server over and over, each time by a connection of its own. */
final class WebProbe {
  private static final int PORT = 80;

  /** How long a connection, and each piece of an answer, may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /**
   * What came of it.
   *
   * @param failed how many were refused, cut off or not answered in time
   */
  record Result(int asked, int failed) {}

  private final CompletableFuture<Result> result;
  private final AtomicInteger answered = new AtomicInteger();
  private volatile boolean stopping;

  private WebProbe(Network from, String address, Duration pause) {
    result = from.start("web-probe", () -> run(address, pause));
  }

  /** Asks, waits for the answer, pauses, and so on. */
  static WebProbe start(Network from, String address, Duration pause) {
    return new WebProbe(from, address, pause);
  }

  /** How many answers came so far. */
  int answered() {
    return answered.get();
  }

  Result stop() {
    stopping = true;
    return result.join();
  }

  private Result run(String address, Duration pause) throws InterruptedException {
    int failed = 0;
    while (!stopping) {
      try {
        ask(address, 0);
        answered.incrementAndGet();
      } catch (IOException e) {
        failed++;
      }
      Thread.sleep(pause);
    }
    return new Result(answered.get() + failed, failed);
  }

  /** What a guest answers: its name, the number of its tick, and so many bytes. */
  static String ask(Network from, String address, int bytes) {
    return from.call(() -> ask(address, bytes));
  }

  private static String ask(String address, int bytes) throws IOException {
    try (Socket socket = new Socket()) {
      int patience = Math.toIntExact(PATIENCE.toMillis());
      socket.connect(new InetSocketAddress(address, PORT), patience);
      socket.setSoTimeout(patience);
      socket
          .getOutputStream()
          .write("GET /%d HTTP/1.0\r\n\r\n".formatted(bytes).getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      int body = answer.indexOf("\r\n\r\n");
      if (!answer.startsWith("HTTP/1.0 200 ") || body < 0) {
        throw new IOException("no answer of a guest: " + answer);
      }
      return answer.substring(body + 4);
    }
  }
}
