package io.ballast.storage.tool;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.storage.tool.ImageHeader.Outside;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageHeaderTest {
  @TempDir Path folder;

  @Test
  void aPlainImageIsToldByItsFirstBytes() throws IOException {
    assertEquals(new ImageHeader("qcow2", Outside.NOTHING), header(qcow2(head -> {})));
    assertEquals(new ImageHeader("vmdk", Outside.NOTHING), header(vmdk("# Disk DescriptorFile")));
    assertEquals(new ImageHeader("vhdx", Outside.NOTHING), header(text("vhdxfileQ")));
    assertEquals(
        new ImageHeader("vdi", Outside.NOTHING),
        header(ByteBuffer.allocate(512).putInt(64, 0x7f10dabe).array()));
    for (byte[] raw : new byte[][] {new byte[0], new byte[10], new byte[4096], text("MZ")}) {
      assertEquals(new ImageHeader("raw", Outside.NOTHING), header(raw));
    }
  }

  @Test
  void whatAnImageNamesOutsideOfItselfIsTold() throws IOException {
    assertEquals(Outside.BACKING_FILE, header(qcow2(h -> h.putLong(8, 1024))).pointsTo());
    assertEquals(Outside.DATA_FILE, header(qcow2(h -> h.putLong(72, 4))).pointsTo());
    assertEquals(
        Outside.DATA_FILE, header(qcow2(h -> h.putLong(72, 4).putLong(8, 1024))).pointsTo());
    assertEquals(
        Outside.PARENT,
        header(vmdk("# Disk DescriptorFile\nparentFileNameHint=\"/etc/shadow\"\n")).pointsTo());
    ByteBuffer brief =
        ByteBuffer.wrap(vmdk("parentFileNameHint=\"x\"")).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(
        Outside.PARENT,
        header(brief.putLong(36, 0).array()).pointsTo(),
        "QEMU reads it, however short it is said to be");
  }

  @Test
  void anImageOfTheOldVersionHasNoFeatures() throws IOException {
    assertEquals(
        new ImageHeader("qcow2", Outside.NOTHING),
        header(qcow2(h -> h.putInt(4, 2).putLong(72, -1))));
  }

  @Test
  void whatAnImageClaimsIsBounded() {
    assertInvalid("claims a disk of 9223372036854775808", qcow2(h -> h.putLong(24, 1L << 63)));
    assertInvalid("claims a disk of 2251799813685249", qcow2(h -> h.putLong(24, (1L << 51) + 1)));
    assertInvalid("clusters of 2^8", qcow2(h -> h.putInt(20, 8)));
    assertInvalid("clusters of 2^22", qcow2(h -> h.putInt(20, 22)));
    assertInvalid("unknown version 4", qcow2(h -> h.putInt(4, 4)));
    assertInvalid("is encrypted", qcow2(h -> h.putInt(32, 1)));
    assertInvalid("features that are unknown", qcow2(h -> h.putLong(72, 0x20)));
    assertInvalid("cut off", ByteBuffer.allocate(40).putInt(0, 0x514649fb).array());
    ByteBuffer far = ByteBuffer.wrap(vmdk("")).order(ByteOrder.LITTLE_ENDIAN);
    assertInvalid("out of bounds", far.putLong(28, 1L << 50).array());
    assertInvalid("out of bounds", far.putLong(28, 1).putLong(36, 1L << 50).array());
    assertInvalid("out of bounds", far.putLong(28, -1).array());
    assertInvalid("lies in other files", far.putLong(12, 0).putLong(28, 1).array());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "# Disk DescriptorFile\nRW 8 FLAT \"/etc/shadow\" 0",
        "COWD",
        "conectix",
        "QED\0",
        "LUKS\u00ba\u00be",
        "WithoutFreeSpace",
        "Bochs Virtual HD Image"
      })
  void whatNobodyAskedForIsRefused(String magic) {
    assertInvalid("convert it to", text(magic));
  }

  @Test
  void anyBytesAreReadOrRefused() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = i % 2 == 0 ? qcow2(h -> {}) : vmdk("# Disk DescriptorFile");
      for (int k = 0; k < 1 + random.nextInt(8); k++) {
        bytes[4 + random.nextInt(100)] = (byte) random.nextInt();
      }
      try {
        header(bytes);
      } catch (RefusedException e) {
        assertEquals(Reason.INVALID_IMAGE, e.reason());
      }
    }
  }

  private ImageHeader header(byte[] bytes) throws IOException {
    return ImageHeader.of(Files.write(folder.resolve("image"), bytes));
  }

  private void assertInvalid(String words, byte[] bytes) {
    RefusedException refused = assertThrows(RefusedException.class, () -> header(bytes));
    assertEquals(Reason.INVALID_IMAGE, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains(words), refused::toString);
  }

  private static byte[] text(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private static byte[] qcow2(Consumer<ByteBuffer> change) {
    ByteBuffer head = ByteBuffer.allocate(512);
    head.putInt(0, 0x514649fb).putInt(4, 3).putInt(20, 16).putLong(24, 8 << 20);
    change.accept(head);
    return head.array();
  }

  private static byte[] vmdk(String description) {
    ByteBuffer head = ByteBuffer.allocate(2048).order(ByteOrder.LITTLE_ENDIAN);
    head.put(0, text("KDMV"))
        .putLong(12, 16)
        .putLong(28, 1)
        .putLong(36, 2)
        .put(512, text(description));
    return head.array();
  }
}
