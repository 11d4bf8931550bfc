package io.ballast.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class DiskFileTest {
  private static final Optional<String> INODE = Optional.of("18446744073709551615");

  @Test
  void onlyWhatIsOneFileForSureIsTold() {
    assertEquals(INODE, new DiskFile("vda", "/nfs/web", "nfs4", INODE).inode());
    for (String path : List.of("", "nfs/web", "/nfs/../etc/shadow", "/nfs//web", "/nfs/")) {
      assertRefused("vda", path, INODE);
    }
    assertRefused("", "/nfs/web", INODE);
    assertRefused("vda", "/nfs/web", Optional.of("-1"));
    assertRefused("vda", "/nfs/web", Optional.of("0x1f"));
  }

  @Test
  void noMoreAreLookedAtThanOneMachineMayHave() {
    assertEquals(DiskFile.MOST, arrival(DiskFile.MOST).files().size());
    assertThrows(IllegalArgumentException.class, () -> arrival(DiskFile.MOST + 1));
  }

  private static HostCommand.Prepare arrival(int files) {
    return new HostCommand.Prepare(
        new OperationId("move"),
        new HostId("h1"),
        "lab",
        new VmId(new UUID(0, 1)),
        "web",
        Bytes.ZERO,
        false,
        1,
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Duration.ofMinutes(1),
        Collections.nCopies(files, new DiskFile("vda", "/nfs/web", "nfs4", INODE)));
  }

  private static void assertRefused(String place, String path, Optional<String> inode) {
    assertThrows(
        IllegalArgumentException.class, () -> new DiskFile(place, path, "nfs4", inode), path);
  }
}
