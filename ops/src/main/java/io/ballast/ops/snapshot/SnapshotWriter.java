package io.ballast.ops.snapshot;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * Writes a snapshot file: UTF-8, a line for each host and each virtual machine, so that two of them
 * can be compared line by line.
 */
public final class SnapshotWriter {
  private final OutputStream out;

  /** Writes there; it stays open. */
  public SnapshotWriter(OutputStream out) {
    this.out = new BufferedOutputStream(out);
  }

  /** Writes a picture as a whole file. */
  public void write(Snapshot snapshot) throws IOException {
    String header = HeaderForm.write(snapshot.header()).node().toString();
    text(header.substring(0, header.length() - 1));
    text(",\n\"hosts\":[");
    list(snapshot.hosts().values().stream().map(HostForm::write));
    text("],\n\"vms\":[");
    list(snapshot.guests().values().stream().map(GuestForm::write));
    text("]}\n");
    out.flush();
  }

  private void list(Stream<Line> lines) throws IOException {
    String before = "\n";
    for (Iterator<Line> each = lines.iterator(); each.hasNext(); before = ",\n") {
      text(before + each.next().node());
    }
  }

  private void text(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
