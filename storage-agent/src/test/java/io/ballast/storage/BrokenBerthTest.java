package io.ballast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Book;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Berth;
import io.ballast.messages.Blank;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageCommand.InspectBerth;
import io.ballast.messages.StorageCommand.PrepareDisks;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a copy of which something was lost on its way to the device. */
final class BrokenBerthTest {
  private static final VmId VM = new VmId(new UUID(0, 10));
  private static final OperationId MOVE = new OperationId("move-1");
  private static final VolumeId WEB = new VolumeId("images", "web");
  private static final InspectBerth LASTING = new InspectBerth(MOVE, Optional.of(true));

  private final Book<Berth> book = Book.inMemory();
  private Commanded agent = new Commanded(book);

  @AfterEach
  void close() {
    agent.close();
  }

  private void prepare() {
    agent.volumes.pool("images", Bytes.ofMiB(100), Bytes.ZERO);
    agent.ask(
        new PrepareDisks(
            MOVE,
            VM,
            new HostId("h1"),
            new HostId("h2"),
            List.of(
                new Blank(WEB, Format.QCOW2, Bytes.ofMiB(8), Bytes.ofMiB(1), "/srv/images/web")),
            List.of()));
  }

  @Test
  void thatStaysSoWhateverIsToldLater() {
    prepare();
    assertEquals(1, agent.ask(LASTING).volumes().size());
    agent.volumes.tear(WEB);

    InspectBerth now = new InspectBerth(MOVE, Optional.of(false));
    assertEquals(1, agent.ask(now).volumes().size(), "that is not asked for");
    for (int again = 0; again < 2; again++) {
      RefusedException broken = agent.refusal(LASTING);
      assertEquals(Reason.INVALID_IMAGE, broken.reason());
      assertTrue(broken.toString().contains("was lost on its way"), broken::toString);
    }
    assertTrue(
        agent.ask(now).berth().flatMap(Berth::broken).isPresent(), "it is told with what is kept");
    agent.ask(new SettleDisks(MOVE, true));
    assertEquals(List.of(), agent.ask(LASTING).volumes(), "a person lets go of it");
  }

  @Test
  void thatIsWrittenDown() {
    prepare();
    agent.volumes.tear(WEB);
    agent.refusal(LASTING);
    agent.close();

    agent = new Commanded(book);
    agent.volumes.pool("images", Bytes.ofMiB(100), Bytes.ZERO);

    assertEquals(Reason.INVALID_IMAGE, agent.refusal(LASTING).reason());
  }
}
