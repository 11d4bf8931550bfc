package io.ballast.host.libvirt;

import io.ballast.host.trade.Passage;
import io.ballast.messages.Bytes;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Outcome;
import java.time.Duration;
import java.util.Optional;

/**
 * A migration as libvirt's job statistics tell of it.
 *
 * @param running whether it is under way; otherwise the values are those of one that has ended
 */
record LibvirtJob(boolean running, LibvirtParameters values) {
  private static final int NO_JOB = 0;
  private static final int COMPLETED = 3;
  private static final int MIGRATION_OUT = 5;

  /** Reads the answer to a question for job statistics; empty if there is no job. */
  static Optional<LibvirtJob> of(int type, LibvirtParameters values) {
    return type == NO_JOB
        ? Optional.empty()
        : Optional.of(new LibvirtJob(type < COMPLETED, values));
  }

  /** Whether it is a migration away from this host that is under way. */
  boolean leaving() {
    return running && values.number("operation").orElse(MIGRATION_OUT) == MIGRATION_OUT;
  }

  MigrationProgress progress() {
    return new MigrationProgress(
        elapsed(),
        bytes("data_total"),
        bytes("data_processed"),
        bytes("data_remaining"),
        bytes("memory_bps"),
        dirtied(),
        iterations(),
        Optional.empty());
  }

  /**
   * It as a migration that is under way.
   *
   * @param allowed how long the guest may stand still
   * @param postCopy whether the guest runs on the target already
   */
  Passage passage(Duration allowed, boolean postCopy) {
    return new Passage(progress(), downtime(), allowed, throttle(), postCopy);
  }

  /** In percent; zero where nothing is held back. */
  private int throttle() {
    return (int) Math.min(100, values.count("auto_converge_throttle"));
  }

  /** Zero where it can't be said. */
  private Bytes dirtied() {
    long pages = values.count("memory_dirty_rate");
    long size = values.count("memory_page_size");
    return size > 0 && pages <= Long.MAX_VALUE / size ? new Bytes(pages * size) : Bytes.ZERO;
  }

  /** The measures of the migration once it has ended; the downtime includes the hand-over. */
  Outcome.Migration measures() {
    return new Outcome.Migration(elapsed(), downtime(), bytes("data_processed"), iterations());
  }

  /** How long the guest stood still; for one that runs, how long libvirt expects it to. */
  Duration downtime() {
    return Duration.ofMillis(values.count("downtime"));
  }

  private Duration elapsed() {
    return Duration.ofMillis(values.count("time_elapsed"));
  }

  private Bytes bytes(String name) {
    return new Bytes(values.count(name));
  }

  private int iterations() {
    return (int) Math.min(Integer.MAX_VALUE, values.count("memory_iteration"));
  }
}
