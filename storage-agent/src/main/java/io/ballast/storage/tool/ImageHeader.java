package io.ballast.storage.tool;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeOrder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the first bytes of an image say of it, read without any of QEMU's code, before a tool is let
 * at it.
 *
 * <p>The forms are told by their magic numbers: qcow2 by <a
 * href="https://www.qemu.org/docs/master/interop/qcow2.html">QEMU's specification</a>, VMDK by
 * VMware's <i>Virtual Disk Format 5.0</i>, VHDX by Microsoft's MS-VHDX, VDI by what VirtualBox
 * writes. Whatever has none of them is raw.
 *
 * @param format as QEMU calls it
 * @param pointsTo what it names outside of itself
 */
public record ImageHeader(String format, Outside pointsTo) {
  /** What an image may name outside of itself. */
  public enum Outside {
    NOTHING("nothing"),
    BACKING_FILE("a backing file"),
    DATA_FILE("an external data file"),
    PARENT("a parent disk");

    private final String words;

    Outside(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  private static final int LOOK = 512;
  private static final int DESCRIPTOR_LIMIT = 1 << 20;

  private static final int QCOW2_MAGIC = 0x514649fb;
  private static final int QCOW2_VERSION = 4;
  private static final int QCOW2_BACKING = 8;
  private static final int QCOW2_CLUSTER_BITS = 20;
  private static final int QCOW2_SIZE = 24;
  private static final int QCOW2_CRYPT = 32;
  private static final int QCOW2_INCOMPATIBLE = 72;
  private static final long QCOW2_DATA_FILE = 1 << 2;

  /** Dirty, corrupt, data file, compression type, extended table: all that QEMU knows. */
  private static final long QCOW2_KNOWN = 0x1f;

  private static final int VMDK_CAPACITY_AT = 12;
  private static final int VMDK_DESCRIPTOR_AT = 28;

  /** What QEMU reads of a description, however short it is said to be. */
  private static final long VMDK_DESCRIPTOR_SECTORS = 20;

  private static final int VDI_MAGIC_AT = 64;
  private static final int VDI_MAGIC = 0x7f10dabe;

  /**
   * Reads the header of an image; blocks.
   *
   * @throws RefusedException as {@code INVALID_IMAGE} if it is of a form that is not allowed, or
   *     damaged
   */
  public static ImageHeader of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer head = read(channel, 0, LOOK);
      String text = ISO_8859_1.decode(head.duplicate()).toString();
      if (magic(head, 0) == QCOW2_MAGIC) {
        return qcow2(file, head);
      }
      if (text.startsWith("KDMV")) {
        return vmdk(file, channel, head);
      }
      if (text.startsWith("vhdxfile")) {
        return new ImageHeader("vhdx", Outside.NOTHING);
      }
      if (magic(head, VDI_MAGIC_AT) == VDI_MAGIC) {
        return new ImageHeader("vdi", Outside.NOTHING);
      }
      for (Odd odd : Odd.values()) {
        if (text.startsWith(odd.magic)) {
          throw invalid(file, "is " + odd.what + "; convert it to qcow2, raw, vmdk, vdi or vhdx");
        }
      }
      return new ImageHeader("raw", Outside.NOTHING);
    }
  }

  /** Forms that QEMU would open, and that nobody has asked for. */
  private enum Odd {
    DESCRIPTOR("# Disk DescriptorFile", "a description of a VMDK whose data lies in other files"),
    COWD("COWD", "a VMDK of an old form"),
    VPC("conectix", "a VHD"),
    QED("QED\0", "a QED image"),
    LUKS("LUKS\u00ba\u00be", "encrypted with LUKS"),
    PARALLELS("WithoutFreeSpace", "a Parallels image"),
    BOCHS("Bochs Virtual HD Image", "a Bochs image"),
    CLOOP("#!/bin/sh\n#V2.0 Format", "a cloop image");

    private final String magic;
    private final String what;

    Odd(String magic, String what) {
      this.magic = magic;
      this.what = what;
    }
  }

  private static int magic(ByteBuffer head, int at) {
    return head.limit() >= at + Integer.BYTES ? head.getInt(at) : 0;
  }

  private static ImageHeader qcow2(Path file, ByteBuffer head) {
    if (head.limit() < QCOW2_INCOMPATIBLE + Long.BYTES) {
      throw invalid(file, "is a qcow2 image that was cut off");
    }
    int version = head.getInt(QCOW2_VERSION);
    if (version != 2 && version != 3) {
      throw invalid(file, "is qcow2 of the unknown version " + version);
    }
    long size = head.getLong(QCOW2_SIZE);
    if (size < 0 || size > VolumeOrder.LARGEST_DISK.value()) {
      throw invalid(
          file,
          "claims a disk of %s bytes; at most %d are taken"
              .formatted(Long.toUnsignedString(size), VolumeOrder.LARGEST_DISK.value()));
    }
    int clusterBits = head.getInt(QCOW2_CLUSTER_BITS);
    if (clusterBits < 9 || clusterBits > 21) {
      throw invalid(file, "has clusters of 2^" + clusterBits + " bytes, which is not allowed");
    }
    if (head.getInt(QCOW2_CRYPT) != 0) {
      throw invalid(file, "is encrypted; decrypt it first");
    }
    long incompatible = version == 3 ? head.getLong(QCOW2_INCOMPATIBLE) : 0;
    if ((incompatible & ~QCOW2_KNOWN) != 0) {
      throw invalid(file, "needs features that are unknown here");
    }
    if ((incompatible & QCOW2_DATA_FILE) != 0) {
      return new ImageHeader("qcow2", Outside.DATA_FILE);
    }
    return new ImageHeader(
        "qcow2", head.getLong(QCOW2_BACKING) == 0 ? Outside.NOTHING : Outside.BACKING_FILE);
  }

  /** A sparse VMDK carries a description of itself, which may name a parent. */
  private static ImageHeader vmdk(Path file, FileChannel channel, ByteBuffer head)
      throws IOException {
    ByteBuffer little = head.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long at = little.getLong(VMDK_DESCRIPTOR_AT);
    long sectors = little.getLong(VMDK_DESCRIPTOR_AT + Long.BYTES);
    if (little.getLong(VMDK_CAPACITY_AT) == 0) {
      throw invalid(file, "is a VMDK without a disk of its own, whose data lies in other files");
    }
    if (at < 0 || sectors < 0 || sectors * LOOK > DESCRIPTOR_LIMIT || at > channel.size() / LOOK) {
      throw invalid(file, "is a VMDK whose description lies out of bounds");
    }
    String description =
        US_ASCII
            .decode(
                read(channel, at * LOOK, (int) (Math.max(sectors, VMDK_DESCRIPTOR_SECTORS) * LOOK)))
            .toString();
    boolean parent = description.contains("parentFileNameHint");
    return new ImageHeader("vmdk", parent ? Outside.PARENT : Outside.NOTHING);
  }

  private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    long at = from;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, at);
      if (read < 0) {
        break;
      }
      at += read;
    }
    return buffer.flip();
  }

  private static RefusedException invalid(Path file, String what) {
    return new RefusedException(Reason.INVALID_IMAGE, file.getFileName() + " " + what);
  }
}
