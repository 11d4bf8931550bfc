package io.ballast.ops.net;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends pings, whether they are answered or not, and counts the answers. There is at least the
 * pause between two, also after it was held up itself: so many lost are at least so many pauses.
 */
final class Pinger {
  /** Sockets of the C library; Java has none of this kind. */
  interface C extends Library {
    C CALLS = Native.load("c", C.class);

    int socket(int family, int type, int protocol);

    int setsockopt(int socket, int level, int option, byte[] value, int length);

    int connect(int socket, byte[] address, int length);

    long send(int socket, byte[] data, long length, int flags);

    long recv(int socket, byte[] data, long length, int flags);

    int close(int socket);
  }

  /**
   * What came of it.
   *
   * @param silence the longest time between two answers
   */
  record Result(int sent, int lost, Duration silence) {}

  private static final int INTERNET = 2;
  private static final int RAW = 3;
  private static final int ICMP = 1;
  private static final int SOCKET = 1;
  private static final int PATIENCE = 20;
  private static final byte REQUEST = 8;
  private static final byte REPLY = 0;

  /** How long the last answers may take. */
  private static final Duration LAST = Duration.ofSeconds(1);

  private static final AtomicInteger IDENTITIES = new AtomicInteger((int) (System.nanoTime() >> 8));

  private final short identity = (short) IDENTITIES.incrementAndGet();
  private final byte[] peer;
  private final Duration pause;
  private final AnswerBook book = new AnswerBook();
  private final CompletableFuture<Result> result;
  private volatile boolean stopping;

  private Pinger(Network from, byte[] peer, Duration pause) {
    this.peer = peer;
    this.pause = pause;
    this.result = from.start("pinger", this::run);
  }

  /** Starts to ping an IPv4 address. */
  static Pinger start(Network from, String address, Duration pause) {
    try {
      return new Pinger(from, InetAddress.getByName(address).getAddress(), pause);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** How many were answered so far. */
  int answered() {
    if (result.isCompletedExceptionally()) {
      result.join();
    }
    return book.answered();
  }

  /** Sends no more, and waits a second for answers that are still on their way. */
  Result stop() {
    stopping = true;
    return result.join();
  }

  private Result run() {
    int socket = checked("socket", C.CALLS.socket(INTERNET, RAW, ICMP));
    try {
      byte[] milliseconds = little(16).putLong(0).putLong(2_000).array();
      checked(
          "setsockopt",
          C.CALLS.setsockopt(socket, SOCKET, PATIENCE, milliseconds, milliseconds.length));
      byte[] address = little(16).putShort((short) INTERNET).putShort((short) 0).put(peer).array();
      checked("connect", C.CALLS.connect(socket, address, address.length));
      long next = System.nanoTime();
      while (!stopping) {
        if (System.nanoTime() >= next) {
          byte[] request = request(book.send());
          C.CALLS.send(socket, request, request.length, 0); // one that can't be sent is lost
          next = System.nanoTime() + pause.toNanos();
        }
        receive(socket);
      }
      long end = System.nanoTime() + LAST.toNanos();
      while (book.result().lost() > 0 && System.nanoTime() < end) {
        receive(socket);
      }
      return book.result();
    } finally {
      C.CALLS.close(socket);
    }
  }

  /** Waits for an answer, but not for long. What is no answer to a ping of ours is left. */
  private void receive(int socket) {
    byte[] packet = new byte[256];
    long length = C.CALLS.recv(socket, packet, packet.length, 0);
    int head = (packet[0] & 0xf) * 4;
    if (length < head + 8 || packet[head] != REPLY) {
      return;
    }
    ByteBuffer reply = ByteBuffer.wrap(packet);
    if (reply.getShort(head + 4) == identity) {
      book.answer(Short.toUnsignedInt(reply.getShort(head + 6)));
    }
  }

  private byte[] request(int number) {
    ByteBuffer request =
        ByteBuffer.allocate(32).put(REQUEST).put((byte) 0).putShort((short) 0).putShort(identity);
    request.putShort((short) number);
    return request.putShort(2, checksum(request)).array();
  }

  private static short checksum(ByteBuffer data) {
    int sum = 0;
    for (int at = 0; at < data.capacity(); at += 2) {
      sum += Short.toUnsignedInt(data.getShort(at));
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~(sum + (sum >>> 16));
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int checked(String call, int status) {
    if (status < 0) {
      throw new IllegalStateException(call + " failed with error " + Native.getLastError());
    }
    return status;
  }
}
