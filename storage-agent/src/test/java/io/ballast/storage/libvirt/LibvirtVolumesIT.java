package io.ballast.storage.libvirt;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The pools of libvirt itself, by its driver for tests, which keeps pools in memory. */
@ExtendWith(VertxExtension.class)
final class LibvirtVolumesIT {
  @TempDir Path folder;

  @Test
  void poolsAreListedWithTheirRoom(Vertx vertx) throws IOException {
    Path node =
        Files.writeString(
            folder.resolve("node.xml"),
            """
            <node>
              <pool type='dir'>
                <name>zz-images</name>
                <capacity>1000</capacity>
                <target><path>/images</path></target>
              </pool>
              <pool type='fs'>
                <name>archive</name>
                <source><device path='/dev/none'/></source>
                <target><path>/archive</path></target>
              </pool>
            </node>
            """);

    List<Pool> pools = pools(vertx, "test://" + node);

    assertEquals(List.of("archive", "zz-images"), pools.stream().map(Pool::name).toList());
    Pool images = pools.getLast();
    assertEquals("dir", images.type());
    assertEquals("fs", pools.getFirst().type());
    assertTrue(images.active());
    assertTrue(images.capacity().compareTo(Bytes.ZERO) > 0);
    assertEquals(images.capacity(), images.used().plus(images.available()));
  }

  @Test
  void aLibvirtThatIsNotThereIsRefusedInItsWords(Vertx vertx) {
    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () -> pools(vertx, "qemu+unix:///system?socket=" + folder.resolve("none")));

    RefusedException refused = assertInstanceOf(RefusedException.class, failure.getCause());
    assertEquals(Reason.TRADE_REFUSED, refused.reason());
    assertTrue(
        String.valueOf(refused.getMessage()).contains("Failed to connect socket"),
        refused::toString);
  }

  private static List<Pool> pools(Vertx vertx, String uri) {
    try (LibvirtVolumes volumes =
        new LibvirtVolumes(
            vertx,
            uri,
            Duration.ofSeconds(20),
            new LibvirtVolumes.Places(Path.of("/none"), Path.of("/none")))) {
      return volumes
          .pools()
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(60, SECONDS)
          .join();
    }
  }
}
