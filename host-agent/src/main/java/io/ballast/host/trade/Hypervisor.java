package io.ballast.host.trade;

import io.ballast.messages.Obstacle;
import io.ballast.messages.Outcome;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The virtual machines of this host, and those of a peer where a migration needs it.
 *
 * <p>No method blocks. Every future completes within a deadline of the implementation's: with what
 * was asked for, or with a {@link io.ballast.bus.RefusedException} of one of the reasons {@code
 * UNKNOWN_VM}, {@code WRONG_STATE}, {@code NO_ROOM}, {@code INVALID_DOMAIN}, {@code
 * NOT_MIGRATABLE}, {@code HYPERVISOR_REFUSED}, {@code HYPERVISOR_STUCK}, {@code
 * HYPERVISOR_UNREACHABLE}, {@code TRADE_REFUSED} or {@code MAY_YET_HAPPEN}. A call that failed as
 * {@code MAY_YET_HAPPEN} may still take effect. One that failed as {@code HYPERVISOR_STUCK} or
 * {@code HYPERVISOR_UNREACHABLE} was not tried, was a look, or was a migration between hosts that
 * do not reach each other. One that failed as {@code TRADE_REFUSED} was a look at files that did
 * not come back.
 */
public interface Hypervisor extends AutoCloseable {
  /** All domains with their counters, taken in bulk and without waiting for a stuck guest. */
  Future<List<Domain>> sample();

  /** One domain now with its XML, without secrets; empty if the hypervisor says there is none. */
  Future<Optional<Description>> inspect(VmId vm);

  /** Makes a domain known, or replaces the description of the one with the same UUID. */
  Future<VmId> define(String xml);

  Future<Void> start(VmId vm);

  /**
   * Asks the guest to shut down; completes once it was asked.
   *
   * @param defined whether it fails as {@code WRONG_STATE} where the domain is only in memory, and
   *     would be gone
   */
  Future<Void> shutDown(VmId vm, boolean defined);

  Future<Void> destroy(VmId vm);

  /** Asks the guest to restart; completes once it was asked. */
  Future<Void> reboot(VmId vm);

  Future<Void> suspend(VmId vm);

  Future<Void> resume(VmId vm);

  /** Forgets a domain that does not run; succeeds if there is none. */
  Future<Void> undefine(VmId vm);

  /**
   * What stands in the way of a domain of another host that would come to this one, as far as the
   * hypervisor can say, and the files of its disks here. Whether there is room is not asked.
   */
  Future<List<Obstacle>> obstacles(Needs needs);

  /** What this host says of a domain that would leave it. */
  Future<Leaving> leaving(Description domain);

  /**
   * A port of those to which migrations come, on which this host is reached for some seconds; empty
   * where none is to be had.
   */
  Future<Optional<Integer>> listen();

  /**
   * Connects to a port of a peer, and sends nothing. Fails with {@code NOT_READY} and what to do if
   * it is not reached.
   */
  Future<Void> reach(PeerAddress peer, int port);

  /**
   * Migrates a domain live and peer to peer. Completes when the hypervisor says that it is done,
   * and for one that is held when it runs there; fails with an error, after which the domain may be
   * here, there, or in both places, and one that is held stands still there: also with {@code
   * CANCELLED} after {@link #abortMigration}, with {@code DEADLINE_PASSED} when it was aborted
   * because it took longer than the order allows, and with {@code BUSY} before it began when this
   * host sends too many already. The order's pause is allowed from the start, and {@link #steer}
   * changes it. {@code seen} is called about once a second, on the caller's context.
   *
   * <p>One that does not run goes after its disks are copied; what ends before that fails as {@link
   * NotBegunException}.
   */
  Future<Outcome.Migration> migrate(Journey journey, Consumer<Passage> seen);

  /**
   * Changes the migration of a domain away from here, whoever began it. Fails with {@code
   * WRONG_STATE} if none is under way, or if post-copy is asked for of one that began without leave
   * for it.
   */
  Future<Void> steer(VmId vm, Steering how);

  /**
   * Gives up the migration of a domain, also one that an earlier process began; the migration's own
   * future tells how it ended. Fails with {@code WRONG_STATE} if none is under way. Completes at
   * the latest with the migration's own future, and fails then if the migration may go on.
   */
  Future<Void> abortMigration(VmId vm);

  /**
   * How far a migration of a domain away from here is, whoever began it and whether or not its call
   * still waits; empty if none is under way.
   */
  Future<Optional<Passage>> migrating(VmId vm);

  /**
   * Lets a domain run at a peer's hypervisor, where it stands still after it came. To be called
   * only when it is known not to be active here.
   */
  Future<Void> letRunAt(PeerAddress peer, VmId vm);

  /**
   * Removes a domain at a peer's hypervisor that was held there and is not to run. Fails with
   * {@code WRONG_STATE} if it runs. To be called only when it is known to run here.
   */
  Future<Void> dropAt(PeerAddress peer, VmId vm);

  /** The state of a domain at a peer's hypervisor; empty if that answers that there is none. */
  Future<Optional<VmState>> stateAt(PeerAddress peer, VmId vm);

  @Override
  void close();

  /**
   * A domain as its hypervisor describes it now.
   *
   * @param defined whether it is there also when it does not run
   */
  record Description(Domain domain, String xml, boolean defined) {
    /** One that is defined. */
    public Description(Domain domain, String xml) {
      this(domain, xml, true);
    }
  }
}
