package io.ballast.host.work;

import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Refused;
import io.ballast.messages.VmState;
import java.util.Optional;

/**
 * What may be said about a migration that ended in an error or not at all, from what both hosts run
 * now. An error is no proof that the target does not run the guest, so only the two looks count:
 *
 * <pre>
 *   here \ there    running   other active   off             none           not seen
 *   active          unknown   unknown        failed          failed         unknown
 *   off             done      unknown        unknown         failed         unknown
 *   none            done      unknown        unknown         unknown        unknown
 *   not seen        unknown   unknown        unknown         unknown        unknown
 * </pre>
 *
 * "Active" is {@link VmState#active}; "off" is defined and not active.
 */
final class MigrationEnd {
  private MigrationEnd() {}

  /** What a look at one host showed. */
  sealed interface Sighting {
    /** The host answered: with the state, or with empty because it has no such VM. */
    record Seen(Optional<VmState> state) implements Sighting {}

    /** The host did not answer. */
    record NotSeen(String why) implements Sighting {}
  }

  /** What is to be done with a guest that is held at its target. */
  enum Rest {
    /** Nothing: it is not held, or not enough is known. */
    OPEN,
    /** It is not active here: it runs there from now on. */
    LET_RUN,
    /** It runs here, and what is held there never ran. */
    DROP
  }

  /**
   * What both looks mean for a guest that its target was to hold.
   *
   * @param dropping whether it was begun to drop it there, so that it may be off by now
   */
  static Rest rest(Sighting here, Sighting there, boolean dropping) {
    if (!(here instanceof Sighting.Seen at) || !(there instanceof Sighting.Seen target)) {
      return Rest.OPEN;
    }
    boolean offThere = target.state().filter(state -> !state.active()).isPresent();
    if (dropping && offThere && at.state().equals(Optional.of(VmState.RUNNING))) {
      return Rest.DROP;
    }
    if (!target.state().equals(Optional.of(VmState.PAUSED))) {
      return Rest.OPEN;
    }
    if (at.state().filter(VmState::active).isEmpty()) {
      return Rest.LET_RUN;
    }
    return at.state().equals(Optional.of(VmState.RUNNING)) ? Rest.DROP : Rest.OPEN;
  }

  /**
   * Weighs both looks.
   *
   * @param cause why the migration ended, for the outcome if it failed
   */
  static Outcome of(Sighting here, Sighting there, Refused cause) {
    return switch (here) {
      case Sighting.NotSeen unseen ->
          unknown(cause, "this host does not say what it runs (" + unseen.why() + ")");
      case Sighting.Seen at ->
          switch (there) {
            case Sighting.NotSeen unseen ->
                unknown(cause, "the target does not say what it runs (" + unseen.why() + ")");
            case Sighting.Seen target -> of(at.state(), target.state(), cause);
          };
    };
  }

  /**
   * Weighs both looks of one that did not run: it is where it is defined, if that is one host.
   *
   * @param cause why its move ended, for the outcome if it failed
   */
  static Outcome ofResting(Sighting here, Sighting there, Refused cause) {
    if (here instanceof Sighting.Seen at && there instanceof Sighting.Seen target) {
      if (at.state().isEmpty() && target.state().isPresent()) {
        return new Outcome.Done(Optional.empty());
      }
      if (at.state().isPresent() && target.state().isEmpty()) {
        return failed(cause, "");
      }
      return unknown(
          cause,
          "it is %s here and %s at the target".formatted(word(at.state()), word(target.state())));
    }
    return of(here, there, cause);
  }

  /**
   * What may be said besides about one that ended after its guest had begun to run at the target,
   * with its memory on neither host as a whole.
   *
   * @param judged what both looks say
   */
  static Outcome inPostCopy(Sighting here, Outcome judged) {
    boolean leftPaused =
        here instanceof Sighting.Seen at && at.state().equals(Optional.of(VmState.PAUSED));
    if (!leftPaused) {
      return judged;
    }
    return switch (judged) {
      case Outcome.Done done -> done;
      case Outcome.Failed failed ->
          new Outcome.Failed(
              failed.reason(),
              joined(
                  failed.message(),
                  "it ran at the target by post-copy, and what it did there is lost: destroy it"
                      + " here and start it"));
      case Outcome.Unknown unknown ->
          new Outcome.Unknown(
              joined(
                  unknown.message(),
                  "post-copy broke off, and a part of its memory is on either host: see 'Post-copy"
                      + " that breaks off' in the runbook"));
    };
  }

  private static Outcome of(Optional<VmState> here, Optional<VmState> there, Refused cause) {
    boolean activeHere = here.isPresent() && here.get().active();
    boolean activeThere = there.isPresent() && there.get().active();
    if (activeHere && activeThere) {
      return unknown(cause, "it is " + word(here) + " here and " + word(there) + " at the target");
    }
    if (activeHere) {
      return failed(cause, here.get() == VmState.RUNNING ? "" : "it is " + word(here) + " here");
    }
    if (there.isPresent() && there.get() == VmState.RUNNING) {
      return new Outcome.Done(Optional.empty());
    }
    if (here.isPresent() && there.isEmpty()) {
      return failed(
          cause, "the guest ended in the middle of it and is " + word(here) + " here: start it");
    }
    return unknown(cause, "it is " + word(here) + " here and " + word(there) + " at the target");
  }

  /** Both hosts have told what they run, so nothing is left that may yet happen. */
  private static Outcome failed(Refused cause, String more) {
    Reason reason =
        cause.reason() == Reason.MAY_YET_HAPPEN ? Reason.HYPERVISOR_STUCK : cause.reason();
    return new Outcome.Failed(
        reason, more.isEmpty() ? cause.message() : joined(cause.message(), more));
  }

  private static Outcome unknown(Refused cause, String more) {
    return new Outcome.Unknown(joined(cause.message(), more));
  }

  /** Two statements as one sentence. */
  static String joined(String first, String second) {
    return first.replaceFirst("\\.$", "") + "; " + second;
  }

  static String word(Optional<VmState> state) {
    return state
        .map(known -> known.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '))
        .orElse("not defined");
  }
}
