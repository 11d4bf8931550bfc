package io.ballast.ops.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.ops.screen.SampleFleet;
import io.ballast.ops.snapshot.Snapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class SnapshotOutputTest {
  @Test
  void aPictureThatDoesNotFitOnTheDiskIsAnError() {
    Snapshot snapshot = Snapshot.of(SampleFleet.fleet(SampleFleet.host("h1", 0.5)), "lab");
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            throw new IOException("No space left on device");
          }
        };

    CommandFailure failure =
        assertThrows(
            CommandFailure.class,
            () ->
                SnapshotCommand.print(
                    snapshot, new PrintStream(full, true, StandardCharsets.UTF_8)));

    assertEquals(ExitCode.REFUSED, failure.code());
    assertEquals("the picture could not be written as a whole; is the disk full?", failure.line());
  }
}
