package io.ballast.net.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Frames sent out of a link of this host by a socket that takes them whole (packet(7)). */
public final class PacketSocket implements KernelTools.FrameSender {
  private static final int FAMILY = 17;
  private static final int RAW = 3;
  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int ADDRESS_BYTES = 20;
  private static final int HARDWARE_BYTES = 6;

  /** The functions of the C library that Java lacks. */
  private interface Libc extends Library {
    Libc CALLS = Native.load("c", Libc.class);

    int socket(int family, int type, int protocol) throws LastErrorException;

    NativeLong sendto(
        int socket, byte[] frame, NativeLong length, int flags, byte[] address, int addressLength)
        throws LastErrorException;

    /** Java knows no link that has no address. */
    int if_nametoindex(String link) throws LastErrorException;

    int close(int file) throws LastErrorException;
  }

  @Override
  public void send(String link, byte[] frame) {
    try {
      send(Libc.CALLS.if_nametoindex(link), frame);
    } catch (LastErrorException e) {
      throw new RefusedException(
          Reason.TRADE_REFUSED, "no frame can be sent out of " + link + ": " + e.getMessage());
    }
  }

  private static void send(int index, byte[] frame) {
    byte[] address =
        ByteBuffer.allocate(ADDRESS_BYTES)
            .order(ByteOrder.nativeOrder())
            .putShort((short) FAMILY)
            .putShort((short) 0)
            .putInt(index)
            .putShort((short) 0)
            .put((byte) 0)
            .put((byte) HARDWARE_BYTES)
            .put(frame, 0, HARDWARE_BYTES)
            .array();
    int socket = Libc.CALLS.socket(FAMILY, RAW | CLOSE_ON_EXEC, 0);
    try {
      Libc.CALLS.sendto(socket, frame, new NativeLong(frame.length), 0, address, address.length);
    } finally {
      Libc.CALLS.close(socket);
    }
  }
}
