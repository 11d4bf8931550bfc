package io.ballast.host.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class LibvirtParametersTest {
  private final Memory memory = new Memory(8 * LibvirtParameters.SIZE);
  private int n;

  LibvirtParametersTest() {
    memory.clear();
  }

  private long add(String name, int type) {
    long at = (long) n++ * LibvirtParameters.SIZE;
    memory.setString(at, name, "UTF-8");
    memory.setInt(at + LibvirtParameters.TYPE_AT, type);
    return at + LibvirtParameters.VALUE_AT;
  }

  @Test
  void everyTypeIsReadAsItsValue() {
    Memory text = new Memory(16);
    text.setString(0, "vda-ü", "UTF-8");
    memory.setInt(add("int", LibvirtParameters.INT), -5);
    memory.setInt(add("uint", LibvirtParameters.UNSIGNED_INT), -1);
    memory.setLong(add("long", LibvirtParameters.LONG), -7);
    memory.setLong(add("ulong", LibvirtParameters.UNSIGNED_LONG), -1);
    memory.setDouble(add("double", LibvirtParameters.DOUBLE), 1.5);
    memory.setByte(add("boolean", LibvirtParameters.BOOLEAN), (byte) 1);
    memory.setPointer(add("string", LibvirtParameters.STRING), text);
    memory.setLong(add("of the future", 8), 1);

    assertEquals(
        Map.of(
            "int",
            -5L,
            "uint",
            4_294_967_295L,
            "long",
            -7L,
            "double",
            1.5,
            "boolean",
            true,
            "string",
            "vda-ü"),
        LibvirtParameters.read(memory, n).values());
    assertEquals(Native.POINTER_SIZE, 8, "the layout holds for 64 bits");
  }

  @Test
  void nothingIsReadFromNothing() {
    assertTrue(LibvirtParameters.read(null, 0).values().isEmpty());
  }

  @Test
  void aGroupAddsUpItsMembers() {
    LibvirtParameters disks =
        new LibvirtParameters(
            Map.of("block.count", 2L, "block.0.rd.bytes", 5L, "block.1.rd.bytes", 7L));

    assertEquals(OptionalLong.of(12), disks.sum("block", "rd.bytes"));
    assertEquals(OptionalLong.empty(), disks.sum("block", "wr.bytes"));
    assertEquals(OptionalLong.empty(), disks.sum("net", "rx.bytes"));
    assertEquals(
        OptionalLong.of(0), new LibvirtParameters(Map.of("net.count", 0L)).sum("net", "rx.bytes"));
  }

  @Test
  void aCountIsNeverNegative() {
    assertEquals(0, new LibvirtParameters(Map.of("x", -3L)).count("x"));
    assertEquals(0, new LibvirtParameters(Map.of("x", "text")).count("x"));
  }
}
