package io.ballast.host.libvirt;

import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import io.ballast.messages.Bytes;

/** What is read from a storage volume, or written into one, through libvirt. Each call blocks. */
final class VolumeStream implements AutoCloseable {
  /** The most that every libvirt takes in one message. */
  static final int PIECE = 262_120;

  private static final LibvirtNative CALLS = LibvirtNative.CALLS;

  private final Pointer volume;
  private final Pointer stream;
  private boolean over;

  private VolumeStream(Pointer volume, Pointer stream) {
    this.volume = volume;
    this.stream = stream;
  }

  /**
   * Reads a volume from its begin.
   *
   * @param most bytes that are read; 0 = all
   */
  static VolumeStream from(LibvirtConnection connection, String path, long most)
      throws LibvirtFailure {
    VolumeStream made = of(connection, path);
    made.begun(
        CALLS.virStorageVolDownload(made.volume, made.stream, 0, most, LibvirtNative.SPARSE));
    return made;
  }

  /** Writes into a volume from its begin. */
  static VolumeStream into(LibvirtConnection connection, String path) throws LibvirtFailure {
    VolumeStream made = of(connection, path);
    made.begun(CALLS.virStorageVolUpload(made.volume, made.stream, 0, 0, LibvirtNative.SPARSE));
    return made;
  }

  private static VolumeStream of(LibvirtConnection connection, String path) throws LibvirtFailure {
    Pointer volume = CALLS.virStorageVolLookupByPath(connection.pointer(), path);
    if (volume == null) {
      throw LibvirtConnection.failure();
    }
    Pointer stream = CALLS.virStreamNew(connection.pointer(), 0);
    if (stream == null) {
      LibvirtFailure why = LibvirtConnection.failure();
      CALLS.virStorageVolFree(volume);
      throw why;
    }
    return new VolumeStream(volume, stream);
  }

  private void begun(int result) throws LibvirtFailure {
    if (result < 0) {
      over = true;
      LibvirtFailure why = LibvirtConnection.failure();
      close();
      throw why;
    }
  }

  /** What is written of the volume. */
  static Bytes allocated(LibvirtConnection connection, String path) throws LibvirtFailure {
    Pointer volume = CALLS.virStorageVolLookupByPath(connection.pointer(), path);
    if (volume == null) {
      throw LibvirtConnection.failure();
    }
    try (Memory info = new Memory(LibvirtNative.VOLUME_INFO)) {
      if (CALLS.virStorageVolGetInfo(volume, info) < 0) {
        throw LibvirtConnection.failure();
      }
      return new Bytes(info.getLong(LibvirtNative.VOLUME_INFO - Long.BYTES));
    } finally {
      CALLS.virStorageVolFree(volume);
    }
  }

  /** The bytes that were received; 0 at the end; {@link LibvirtNative#AT_HOLE} before a hole. */
  int receive(Memory piece) throws LibvirtFailure {
    int received =
        CALLS.virStreamRecvFlags(
            stream, piece, new NativeLong(piece.size()), LibvirtNative.STOP_AT_HOLE);
    if (received < 0 && received != LibvirtNative.AT_HOLE) {
      throw LibvirtConnection.failure();
    }
    return received;
  }

  /** The length of the hole that begins here. */
  long receiveHole() throws LibvirtFailure {
    LongByReference length = new LongByReference();
    if (CALLS.virStreamRecvHole(stream, length, 0) < 0) {
      throw LibvirtConnection.failure();
    }
    return length.getValue();
  }

  /** Sends the first bytes of a piece, all of them. */
  void send(Memory piece, int size) throws LibvirtFailure {
    for (int sent = 0; sent < size; ) {
      int more = CALLS.virStreamSend(stream, piece.share(sent), new NativeLong(size - sent));
      if (more <= 0) {
        throw LibvirtConnection.failure();
      }
      sent += more;
    }
  }

  void sendHole(long length) throws LibvirtFailure {
    if (CALLS.virStreamSendHole(stream, length, 0) < 0) {
      throw LibvirtConnection.failure();
    }
  }

  /** Ends it once the other side has taken all; without this it is aborted. */
  void finish() throws LibvirtFailure {
    over = true;
    if (CALLS.virStreamFinish(stream) < 0) {
      throw LibvirtConnection.failure();
    }
  }

  @Override
  public void close() {
    if (!over) {
      CALLS.virStreamAbort(stream);
    }
    CALLS.virStreamFree(stream);
    CALLS.virStorageVolFree(volume);
  }
}
