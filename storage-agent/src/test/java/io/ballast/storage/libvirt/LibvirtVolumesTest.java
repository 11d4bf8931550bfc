package io.ballast.storage.libvirt;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Lane;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VolumeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
final class LibvirtVolumesTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void aQuestionThatHangsEndsAtItsDeadlineAndHoldsBackTheNext(Vertx vertx) {
    LibvirtVolumes volumes = volumes(vertx, Duration.ofSeconds(10), FakePools::new);
    CountDownLatch frozen = new CountDownLatch(1);

    RefusedException late =
        refused(
            volumes.ask(
                connection -> {
                  awaitThaw(frozen);
                  return List.of();
                }));
    RefusedException next = refused(volumes.ask(connection -> List.of()));

    assertEquals(Reason.TRADE_REFUSED, late.reason());
    assertEquals(Reason.TRADE_REFUSED, next.reason());
    assertTrue(String.valueOf(late.getMessage()).contains("look whether libvirtd hangs"));

    frozen.countDown();
    await().until(() -> answered(volumes));
    volumes.close();
  }

  @Test
  void aQuestionThatFailsIsRefusedInItsWords(Vertx vertx) {
    LibvirtVolumes volumes =
        volumes(
            vertx,
            LONG,
            () -> {
              throw new RefusedException(Reason.TRADE_REFUSED, "no libvirt here");
            });

    RefusedException failed = refused(volumes.pools());

    assertEquals(Reason.TRADE_REFUSED, failed.reason());
    assertEquals("no libvirt here", failed.getMessage());
    volumes.close();
  }

  @Test
  void aPoolThatCantBeReadIsLeftOutAndOneThatIsGoneIsNotMissed(Vertx vertx) {
    FakePools pools = new FakePools("zz", "odd", "archive", "gone");
    pools.odd.add("odd");
    pools.gone.add("gone");
    LibvirtVolumes volumes = volumes(vertx, LONG, () -> pools);

    assertEquals(List.of(FakePools.dir("archive"), FakePools.dir("zz")), answer(volumes.pools()));
    assertEquals(Map.of("odd", "pool odd can't be read"), volumes.unread());
    pools.odd.clear();
    assertEquals(3, answer(volumes.pools()).size());
    assertEquals(Map.of(), volumes.unread());
    volumes.close();
  }

  @Test
  void theRoomOfAFolderIsMeasuredAndOneThatIsNotThereIsTold(Vertx vertx, @TempDir Path folder) {
    FakePools pools = new FakePools("images", "lost");
    pools.places.put("images", folder.toString());
    Bytes size = new Bytes(folder.toFile().getTotalSpace());
    LibvirtVolumes volumes = volumes(vertx, LONG, () -> pools);

    assertEquals(List.of(FakePools.dir("images"), FakePools.dir("lost")), answer(volumes.pools()));
    await().until(() -> answer(volumes.pools()).getFirst().capacity().equals(size));
    await().until(() -> volumes.unmeasured().containsKey("lost"));
    assertEquals(FakePools.dir("lost"), answer(volumes.pools()).getLast());
    assertEquals(Set.of("lost"), volumes.unmeasured().keySet());

    answer(volumes.carryOut(new PoolOrder.StopPool("images")));
    assertEquals(FakePools.dir("images"), answer(volumes.pools()).getFirst());

    pools.off.addAll(List.of("images", "lost"));
    assertEquals(Bytes.ZERO, answer(volumes.pools()).getFirst().capacity());
    assertEquals(Map.of(), volumes.unmeasured());
    volumes.close();
  }

  @Test
  void whereAVolumeWouldLieIsToldOfAFolder(Vertx vertx) {
    FakePools pools = new FakePools("images");
    pools.places.put("images", "/srv/images");
    LibvirtVolumes volumes = volumes(vertx, LONG, () -> pools);

    assertEquals(
        Optional.of("/srv/images/web1.qcow2"),
        answer(volumes.find(new VolumeId("images", "web1.qcow2"))).path());
    volumes.close();
  }

  @Test
  void whereNoPoolCanBeReadTheQuestionFails(Vertx vertx) {
    FakePools pools = new FakePools("odd", "other");
    pools.odd.addAll(List.of("odd", "other"));
    LibvirtVolumes volumes = volumes(vertx, LONG, () -> pools);

    assertEquals("pool odd can't be read", refused(volumes.pools()).getMessage());
    volumes.close();
  }

  @Test
  void aConnectionThatBreaksOnTheWayIsNoReasonToLeavePoolsOut(Vertx vertx) {
    FakePools pools = new FakePools("archive", "last");
    pools.breaking.add("last");
    LibvirtVolumes volumes = volumes(vertx, LONG, () -> pools);

    assertEquals("libvirt closed the connection", refused(volumes.pools()).getMessage());
    volumes.close();
  }

  @Test
  void theTypeOfAPoolStandsInItsDescription() throws XMLStreamException {
    assertEquals("dir", PoolConnection.type("<pool type='dir'><name>images</name></pool>"));
    assertEquals("rbd", PoolConnection.type("<!-- \u00fc -->\n\t<pool type='rbd'>"));
    assertEquals("unknown", PoolConnection.type("<pool/>"));
    assertEquals("unknown", PoolConnection.type("<pool type='  '/>"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "no xml", "<pool", "<pool type=dir/>"})
  void aDescriptionThatIsNoneIsRefused(String xml) {
    assertThrows(XMLStreamException.class, () -> PoolConnection.type(xml));
  }

  private static LibvirtVolumes volumes(Vertx vertx, Duration within, Lane.Opener<Pools> opener) {
    return new LibvirtVolumes(
        vertx,
        "qemu:///system",
        within,
        new LibvirtVolumes.Places(Path.of("/none"), Path.of("/none")),
        opener);
  }

  private static void awaitThaw(CountDownLatch frozen) {
    try {
      assertTrue(frozen.await(60, SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T answer(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join();
  }

  private static boolean answered(LibvirtVolumes volumes) {
    Future<List<Pool>> answer = volumes.ask(connection -> List.of());
    await().until(answer::isComplete);
    return answer.succeeded();
  }

  private static RefusedException refused(Future<?> future) {
    CompletionException failure = assertThrows(CompletionException.class, () -> answer(future));
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }
}
