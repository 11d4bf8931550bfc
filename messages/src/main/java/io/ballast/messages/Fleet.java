package io.ballast.messages;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The whole picture as a scheduler sees it.
 *
 * @param hosts sorted by name
 * @param alerts those that last, and those that ended lately
 * @param moves the open ones, and those that ended lately, oldest first
 * @param decisions the latest of each cluster
 */
public record Fleet(
    Instant at, List<Host> hosts, List<Alert> alerts, List<Move> moves, List<Decision> decisions) {
  public Fleet {
    Fields.required(at, "at");
    hosts = Fields.listOf(hosts, "hosts");
    alerts = Fields.listOf(alerts, "alerts");
    moves = Fields.listOf(moves, "moves");
    decisions = Fields.listOf(decisions, "decisions");
  }

  /**
   * One host of the fleet.
   *
   * @param beat the last one; what it says is as old as {@code heardAt}
   * @param heardAt when it came, by the scheduler's clock
   * @param storage the last beat of the host's storage agent, if any came
   * @param net the last beat of the host's network agent, if any came
   */
  public record Host(
      HostBeat beat,
      Status status,
      Instant heardAt,
      Optional<StorageBeat> storage,
      Optional<NetBeat> net) {
    public Host {
      Fields.required(beat, "beat");
      Fields.required(status, "status");
      Fields.required(heardAt, "heardAt");
      Fields.required(storage, "storage");
      Fields.required(net, "net");
    }

    public HostId id() {
      return beat.pulse().host();
    }
  }

  /** What a scheduler believes of a host. */
  public enum Status {
    /** It beats as it should. */
    UP,
    /** A beat is overdue: no new work goes there, nothing is said yet. */
    SUSPECT,
    /** Silent for longer than its rhythm allows; an alert was raised. */
    SILENT,
    /** Two agents use its name; neither is believed until one is gone; an alert was raised. */
    DOUBLED
  }
}
