package io.ballast.host.libvirt;

import io.ballast.agent.Lane;
import io.ballast.host.trade.Passage;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.Outcome;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.libvirt.Domain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done at the target of a migration that libvirt says is done.
 *
 * @param target the lane to it
 */
record LibvirtArrival(
    Migrate order, Lane<LibvirtConnection> target, LibvirtSettings.Deadlines deadlines) {
  private static final Logger LOG = LoggerFactory.getLogger(LibvirtArrival.class);

  /** The migration, for people. */
  String what() {
    return "the migration of VM " + order.vm() + " to " + order.to();
  }

  /** Lets a domain run that was held. */
  Future<Void> letRun() {
    return done("the resumption", Domain::resume);
  }

  /** What makes libvirt start a domain with its host does not travel with it. */
  Future<Void> startWithItsHost() {
    return done("the autostart", domain -> domain.setAutostart(true))
        .onFailure(
            e ->
                LOG.warn("VM {} does not start with its host now: {}", order.vm(), e.getMessage()));
  }

  private Future<Void> done(String deed, LibvirtCalls.OnDomain call) {
    String what = "%s of VM %s at %s".formatted(deed, order.vm(), order.to());
    return target.run(
        what,
        deadlines.connect().plus(deadlines.call()),
        connection -> LibvirtCalls.act(connection, order.vm(), what, call));
  }

  /**
   * The measures of the migration. The domain and what libvirt counted are gone at its source, so
   * the target is asked; where that does not answer, what was last seen has to do.
   *
   * @param untilItRan for one that was held
   */
  Future<Outcome.Migration> measures(
      Duration elapsed, Optional<Duration> untilItRan, Supplier<@Nullable Passage> last) {
    return target
        .look(
            "the measures of " + what(),
            deadlines.connect().plus(deadlines.call()),
            connection -> LibvirtCalls.job(connection, order.vm(), LibvirtNative.JOB_COMPLETED))
        .otherwise(Optional.empty())
        .map(job -> job.map(LibvirtJob::measures).orElseGet(() -> lastSeen(elapsed, last.get())))
        .map(measures -> untilItRan.map(measures::runningAfter).orElse(measures))
        .onSuccess(
            measures ->
                LOG.info(
                    "{} took {} ms, of which the guest stood still for {} ms",
                    what(),
                    measures.total().toMillis(),
                    measures.downtime().toMillis()));
  }

  private Outcome.Migration lastSeen(Duration elapsed, @Nullable Passage seen) {
    LOG.warn("{}: the target did not tell its measures", what());
    return seen == null
        ? new Outcome.Migration(elapsed, Duration.ZERO, Bytes.ZERO, 0)
        : new Outcome.Migration(
            elapsed, seen.needed(), seen.progress().processed(), seen.progress().iteration());
  }
}
