package io.ballast.host.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Refused;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What an accepted command does, once. */
@FunctionalInterface
public interface Work {
  /** Does it. A failure is told as {@link #outcomeOf} says. */
  Future<Outcome> run(Consumer<MigrationProgress> progress);

  /** Asks it to end early, if its kind can; its outcome then says whether it did. */
  default Future<Void> cancel() {
    return Future.succeededFuture();
  }

  /** Watches it no longer, because the agent stops; what was begun goes on without it. */
  default void leave() {}

  /** The kinds of work, as metrics and messages name them. */
  enum Kind {
    DEFINE("define"),
    START("start"),
    SHUT_DOWN("shut down"),
    DESTROY("destroy"),
    REBOOT("reboot"),
    SUSPEND("suspend"),
    RESUME("resume"),
    UNDEFINE("undefine"),
    MIGRATE("migrate");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    /** Whether it can be cancelled. */
    boolean endsEarly() {
      return this == MIGRATE;
    }
  }

  /** Work that is one call to the hypervisor. */
  static Work of(Supplier<Future<?>> call) {
    return progress -> call.get().map(result -> new Outcome.Done(Optional.empty()));
  }

  /**
   * What a failure means. A hypervisor that refused has done nothing; of one that did not come
   * back, or of a defect, nobody can say what it did.
   */
  static Outcome outcomeOf(Throwable failure) {
    if (!(failure instanceof RefusedException refused)) {
      return new Outcome.Unknown(
          "the agent failed in the middle of it, its log has the details; look at the VM");
    }
    Refused said = refused.reply();
    return said.reason() == Reason.HYPERVISOR_STUCK
            || said.reason() == Reason.HYPERVISOR_UNREACHABLE
        ? new Outcome.Unknown(
            MigrationEnd.joined(said.message(), "it may still be done: look at the VM"))
        : new Outcome.Failed(said.reason(), said.message());
  }
}
