package io.ballast.storage;

import io.ballast.messages.Pulse;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Pool;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was last seen of a host's pools. Asks at most one question at a time. */
final class StorageSampler {
  private static final Logger LOG = LoggerFactory.getLogger(StorageSampler.class);

  private final Volumes volumes;
  private List<Pool> pools = List.of();
  private @Nullable Future<List<Pool>> asked;
  private boolean answers = true;

  StorageSampler(Volumes volumes) {
    this.volumes = volumes;
  }

  /** Asks for the pools; what was known stays if there is no answer. Always succeeds. */
  Future<Void> sample() {
    if (asked != null) {
      return Future.succeededFuture();
    }
    Future<List<Pool>> question = volumes.pools();
    asked = question;
    return question.transform(
        answer -> {
          asked = null;
          if (answer.succeeded()) {
            pools = answer.result();
          } else if (answers) {
            LOG.warn("What is told of the pools grows old: {}", answer.cause().getMessage());
          }
          answers = answer.succeeded();
          return Future.succeededFuture();
        });
  }

  /** What is known now. */
  StorageBeat beat(Pulse pulse) {
    return new StorageBeat(pulse, pools);
  }
}
